/** Runs the outside vectors under Node: `node run_primitives.mjs VECTORS`, prints JSON. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { runPrimitives } from "./primitives.mjs";

const base = process.argv[2];
const load = async (path) => JSON.parse(await readFile(join(base, path), "utf8"));
const list = async (folder) => {
  const entries = await readdir(join(base, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.name.endsWith(".json"))
    .map((entry) => relative(base, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
};
console.log(JSON.stringify(await runPrimitives(load, list), null, 1));
