// Records of an expert pool, told by Python: which of them the browser's code finds under the root.
import fs from "node:fs";
import { checkRecord } from "../../static/js/verify/pool.js";

const found = [];
for (const { record, root, size } of JSON.parse(fs.readFileSync(process.argv[2], "utf-8"))) {
  try {
    found.push(Object.fromEntries(await checkRecord(record, root, size)));
  } catch {
    found.push(null);
  }
}
process.stdout.write(JSON.stringify({ found }));
