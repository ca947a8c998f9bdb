/**
 * The verifier as a companion of other tests: reads one request a line, `{"bundle", "anchors"}` (paths), and answers each
 * with one line, `{"ok", "checks", "failed", "why"}`.
 */
import { openAsBlob, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { verify } from "../../static/js/verify/verify.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { bundle, anchors } = JSON.parse(line);
  const report = await verify({
    bundle: await openAsBlob(bundle),
    anchors: new Uint8Array(readFileSync(anchors)),
    receipts: [],
  });
  const checks = report.checks.map(({ id }) => id);
  const failed = report.checks.filter(({ ok }) => !ok);
  const why = failed.map(({ id, object, evidence }) => `${id} ${object}: ${evidence}`);
  process.stdout.write(`${JSON.stringify({ ok: report.ok, checks, failed: failed.map(({ id }) => id), why })}\n`);
}
