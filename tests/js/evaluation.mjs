/** Recomputes evaluations under Node: `node evaluation.mjs CASES.json`, prints what comes of each, or the refusal. */
import { readFileSync } from "node:fs";
import { recompute } from "../../static/js/evaluation/recompute.js";
import { ProtocolError } from "../../static/js/protocol/errors.js";

const results = [];
for (const { method, input } of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  try {
    results.push(await recompute(method, input));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    results.push(null);
  }
}
console.log(JSON.stringify(results));
