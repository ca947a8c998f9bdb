/**
 * Mutation sweep: every place of a bundle is changed in turn, the container repaired around it and the index
 * recomputed, so that only the evidence itself can tell. `node sweep.mjs FOLDER STEP [OUT]` prints survivors;
 * with OUT the mutated bundles are kept, for another verifier to judge.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openContainer } from "../../static/js/verify/zip.js";
import { verify } from "../../static/js/verify/verify.js";
import { decode } from "../../static/js/protocol/canonical.js";
import { bundle } from "./world.mjs";

const [folder, step, out, first = "0"] = process.argv.slice(2);
const bytes = (/** @type {string} */ path) => new Uint8Array(readFileSync(path));

/** @returns {Promise<{members: {name: string, bytes: Uint8Array}[], about: any}>} */
async function load() {
  const found = await openContainer(new Blob([bytes(join(folder, "bundle.zip"))]));
  const members = [];
  for (const [name, { blob }] of found)
    members.push({ name, bytes: new Uint8Array(await blob.arrayBuffer()) });
  const about = decode(members.find(({ name }) => name === "index.json").bytes);
  return { members: members.filter(({ name }) => name !== "index.json"), about };
}

/**
 * @param {Uint8Array} original @param {number} at @param {number} turn @returns {Uint8Array} a changed copy
 */
function mutate(original, at, turn) {
  const changed = original.slice();
  const value = original[at];
  const isDigit = value >= 0x30 && value <= 0x39;
  const isLetter = value >= 0x61 && value <= 0x66;
  if (isDigit && value < 0x39)
    changed[at] = value + 1; // stays well-formed hex or a number
  else if (isDigit) changed[at] = 0x31;
  else if (isLetter) changed[at] = value === 0x61 ? 0x62 : value - 1;
  else changed[at] = value ^ (1 << (turn % 8));
  return changed;
}

/** @param {string} name @returns {string} what kind of member this is */
const family = (name) => name.split("/")[0];

const { members, about } = await load();
const anchors = bytes(join(folder, "anchors.json"));
const receipts = readdirSync(folder)
  .filter((name) => name.startsWith("receipt"))
  .map((name) => ({ name, bytes: bytes(join(folder, name)) }));
const survivors = [];
const failures = {};
let turn = Number(first);
if (out) mkdirSync(out, { recursive: true });
for (const { name, bytes: original } of members) {
  const stride =
    family(name) === "content" ? Math.max(Number(step), Math.floor(original.length / 5)) : Number(step);
  for (let at = turn % stride; at < original.length; at += stride) {
    const changed = members.map((member) =>
      member.name === name ? { name, bytes: mutate(original, at, turn) } : member,
    );
    turn += 1;
    const zipped = await bundle(changed, about);
    const report = await verify({ bundle: new Blob([zipped]), anchors, receipts });
    const failed = report.checks.filter(({ ok, run }) => !ok && run).map(({ id }) => id);
    for (const id of failed) failures[id] = (failures[id] ?? 0) + 1;
    if (report.ok) survivors.push({ name, at });
    if (out) {
      const label = String(turn).padStart(5, "0");
      writeFileSync(join(out, `${label}.zip`), zipped);
      writeFileSync(join(out, `${label}.json`), JSON.stringify({ name, at, failed }));
    }
  }
}
console.log(JSON.stringify({ mutations: turn - Number(first), survivors, failures }));
