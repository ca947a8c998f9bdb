/** Tells one lot with the browser's code: `node run_story.mjs FOLDER` writes bundle.zip and anchors.json. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { verify } from "../../static/js/verify/verify.js";
import { toldToEnd } from "./story.mjs";

const story = await toldToEnd();
const [bundle, anchors] = [await story.bundle(), story.anchors()];
writeFileSync(join(process.argv[2], "bundle.zip"), bundle);
writeFileSync(join(process.argv[2], "anchors.json"), anchors);
const report = await verify({ bundle: new Blob([bundle]), anchors });
console.log(
  JSON.stringify({
    ok: report.ok,
    label: report.label,
    verdicts: report.verdicts.map(({ verdict }) => verdict),
    failed: report.checks.filter(({ ok }) => !ok),
  }),
);
