/**
 * The verifier as a companion of other tests: reads one request a line, `{"bundle", "anchors", "receipts"}` (paths), and
 * answers each with one line, `{"ok", "checks", "failed", "why", "verdicts"}`. `node judge.mjs quick` judges many mutants
 * of few bundles sooner (quick.mjs).
 */
import { openAsBlob, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const quick = process.argv[2] === "quick" ? await import("./quick.mjs") : null;
const { verify } = await import("../../static/js/verify/verify.js");
const bytes = (/** @type {string} */ path) => new Uint8Array(readFileSync(path));

for await (const line of createInterface({ input: process.stdin })) {
  const { bundle, anchors, receipts = [] } = JSON.parse(line);
  const report = await verify({
    bundle: quick ? new quick.Bytes(bytes(bundle)) : await openAsBlob(bundle),
    anchors: bytes(anchors),
    receipts: receipts.map((/** @type {string} */ name) => ({ name, bytes: bytes(name) })),
  });
  const checks = report.checks.map(({ id }) => id);
  const failed = report.checks.filter(({ ok }) => !ok);
  const why = failed.map(({ id, object, evidence }) => `${id} ${object}: ${evidence}`);
  const verdicts = report.verdicts.map(({ e, bid, verdict }) => [e, bid, verdict]);
  const said = { ok: report.ok, checks, failed: failed.map(({ id }) => id), why, verdicts };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
