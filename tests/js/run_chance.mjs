// Chances in a draw, told by Python: what the browser's code recomputes of each from the papers beside it.
import fs from "node:fs";
import { checkChance } from "../../static/js/verify/chance.js";

const found = [];
for (const { file, root, size, papers } of JSON.parse(fs.readFileSync(process.argv[2], "utf-8"))) {
  const fetchPaper = async (draw, digest) => new Uint8Array(Buffer.from(papers[digest] ?? "", "hex"));
  try {
    found.push((await checkChance(file, { root, size }, fetchPaper)).rounds);
  } catch (error) {
    found.push(error.code ?? String(error));
  }
}
process.stdout.write(JSON.stringify({ found }));
