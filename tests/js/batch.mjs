/**
 * Verifies many bundles in one run: `node batch.mjs LIST.json`. The list holds rows of name, bundle, anchors and
 * receipts, paths relative to it; prints rows of name, ok, failed (checks) and verdicts (e, bid, verdict).
 */
import { openAsBlob, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { verify } from "../../static/js/verify/verify.js";

const [list] = process.argv.slice(2);
const found = [];
for (const row of JSON.parse(readFileSync(list, "utf8"))) {
  const at = (/** @type {string} */ path) => join(dirname(list), path);
  const bytes = (/** @type {string} */ path) => new Uint8Array(readFileSync(at(path)));
  const report = await verify({
    bundle: await openAsBlob(at(row.bundle)), anchors: bytes(row.anchors),
    receipts: row.receipts.map((/** @type {string} */ name) => ({ name, bytes: bytes(name) })),
  });
  const failed = report.checks.filter(({ ok }) => !ok);
  found.push({
    name: row.name, ok: report.ok, label: report.label, failed: failed.map(({ id }) => id),
    why: failed.filter(({ run }) => run).map(({ id, object, evidence }) => `${id} ${object}: ${evidence}`),
    verdicts: report.verdicts.map(({ e, bid, verdict }) => [e, bid, verdict]).sort(),
  });
}
process.stdout.write(`${JSON.stringify(found)}\n`);
