/**
 * The verifier on a command line, for tests only:
 * `node cli.mjs BUNDLE.zip ANCHORS.json [--receipt FILE]… [--json]`; exit code 0 only if every check holds.
 */
import { openAsBlob, readFileSync } from "node:fs";
import { verify } from "../../static/js/verify/verify.js";

const files = [];
const receipts = [];
let json = false;
for (let index = 2; index < process.argv.length; index += 1) {
  const argument = process.argv[index];
  if (argument === "--json") json = true;
  else if (argument === "--receipt") receipts.push(process.argv[(index += 1)]);
  else files.push(argument);
}
const bytes = (path) => new Uint8Array(readFileSync(path));
const report = await verify({
  bundle: await openAsBlob(files[0]),
  anchors: bytes(files[1]),
  receipts: receipts.map((name) => ({ name, bytes: bytes(name) })),
});
if (json) {
  process.stdout.write(`${JSON.stringify(report)}\n`);
} else {
  console.log(report.label);
  for (const { id, ok, run, object, evidence } of report.checks) {
    const state = ok ? "ok" : run ? `failed: ${object}: ${evidence}` : "not made";
    console.log(`${id} ${state}`);
  }
  for (const { e, org, verdict, plain } of report.verdicts)
    console.log(`e${e} ${org} ${verdict} ${plain ?? ""}`);
  for (const note of report.notes) console.log(`note: ${note}`);
}
process.exitCode = report.ok ? 0 : 1;
