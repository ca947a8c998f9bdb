/** Runs bundle vectors under Node: `node run_bundles.mjs FOLDER [NAME…]`, prints JSON, one entry a case. */
import { openAsBlob, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runBundle } from "./bundles.mjs";

const [folder, ...names] = process.argv.slice(2);
const bytes = (/** @type {string} */ path) => new Uint8Array(readFileSync(path));
const results = [];
for (const name of names.length > 0 ? names : readdirSync(folder).sort()) {
  const base = join(folder, name);
  const receipts = readdirSync(base)
    .filter((file) => file.startsWith("receipt"))
    .sort();
  const { report, ...rest } = await runBundle(name, {
    bundle: await openAsBlob(join(base, "bundle.zip")),
    anchors: bytes(join(base, "anchors.json")),
    receipts: receipts.map((file) => ({ name: file, bytes: bytes(join(base, file)) })),
    expect: JSON.parse(readFileSync(join(base, "expect.json"), "utf8")),
  });
  const evidence = report.checks
    .filter(({ ok, run }) => !ok && run)
    .map(({ id, object, evidence: why }) => `${id} ${object}: ${why}`);
  results.push({ ...rest, evidence, label: report.label });
}
console.log(JSON.stringify(results, null, 1));
