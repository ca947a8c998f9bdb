/** V1: from a zip file to the events, checkpoints and contents of one lot, or a refusal. */
import { hex } from "../protocol/bytes.js";
import { decode, MAX_BYTES } from "../protocol/canonical.js";
import { demand } from "../protocol/errors.js";
import { AWARD_KINDS } from "../protocol/award_events.js";
import { DRAW_KINDS } from "../protocol/draw_events.js";
import { EVALUATION_KINDS } from "../protocol/evaluation_events.js";
import * as events from "../protocol/events.js";
import * as form from "../protocol/forms.js";
import { sha256 } from "../protocol/hashing.js";
import { checkPolicy, COMMON } from "../protocol/policy.js";
import { hashMember, readMember } from "./reading.js";
import { openContainer } from "./zip.js";

/**
 * @typedef {object} Event
 * @property {string} file @property {string} kind @property {any} body null when withheld
 * @property {any[]} signatures @property {{ev: string, sigs: string, e: number}|null} withheld
 * @property {string} r @property {string} k @property {string} link @property {number} leaf
 * @property {{size: number, path: string[]}} proof
 * @property {string} ev hex @property {string} sigs hex
 */
/**
 * @typedef {{file: string, note: string, tokens: {source: string, token: string}[], consistency: string[]}}
 *   CheckpointFile
 */
/** @typedef {{ev: string, e: number, file: string, blob: Blob}} Content */
/**
 * @typedef {object} Bundle
 * @property {"public"|"audit"} edition @property {string} tender @property {string} lot
 * @property {{name: string, size: number, sha256: string}[]} docs @property {Uint8Array} method
 * @property {Event[]} chain @property {Event[]} keys @property {CheckpointFile[]} checkpoints
 * @property {Content[]} contents @property {Event[]} evaluation of the chain "eval", empty without one
 * @property {Event[]} award of the chain "award", empty before the owner has signed anything
 * @property {Event[]} draw events of the lot's draws
 * @property {Map<string, Uint8Array>} papers what draws name, by SHA-256 in hex
 */

const LARGE_BYTES = 1 << 24;
const METHOD_BYTES = 1 << 24;
const CONTENT_NAME = /^content\/([0-9a-f]{64})\.e([0-7])\.bin$/;
const NUMBERED = /^(chain|keys|checkpoints|draw|eval|award)\/([0-9]{6})\.json$/;

const PAPER_NAME = /^drawn\/([0-9a-f]{64})\.json$/;
export const PAPER_BYTES = 1 << 28;

const filesForm = (/** @type {form.Form} */ name) =>
  form.list(form.record({ name, size: form.integer(), sha256: form.hash }), { by: (item) => item.name });
const indexForm = form.record({
  ...COMMON,
  edition: form.oneOf("public", "audit"),
  tender: form.place,
  lot: form.place,
  files: filesForm(form.string),
});
const docsForm = form.record({ files: filesForm(form.id) });
const common = {
  kind: form.string,
  r: form.hash,
  k: form.hash,
  link: form.hash,
  leaf: form.integer(),
  proof: form.record({ size: form.integer(), path: events.pathForm }),
};
const openForm = form.record({ ...common, body: () => {}, signatures: form.signatures });
const withheldForm = form.record({
  ...common,
  withheld: form.record({ ev: form.hash, sigs: form.hash, e: form.integer(1, 7) }),
});
const checkpointForm = form.record({
  note: form.string,
  tokens: events.tokensForm,
  consistency: events.pathForm,
});

/** @typedef {Map<string, import("./zip.js").Member>} Members */

/** @param {Members} members @param {string} name @returns {import("./zip.js").Member} */
function member(members, name) {
  const found = members.get(name);
  demand(found, "member-missing", `${name} is missing.`);
  return found;
}

/**
 * Check the index against the members.
 * @param {Members} members
 * @returns {Promise<any>}
 */
async function readIndex(members) {
  const index = /** @type {any} */ (
    decode(await readMember(member(members, "index.json"), LARGE_BYTES), LARGE_BYTES)
  );
  indexForm(index, "index.json");
  demand(index.files.length === members.size - 1, "index", "The index does not list exactly the members.");
  await hashMember(member(members, "index.json"));
  for (const { name, size, sha256 } of index.files) {
    const found = member(members, name);
    demand(
      name !== "index.json" && found.size === size,
      "index",
      `The index gives another size for ${name}.`,
    );
    demand((await hashMember(found)) === sha256, "index", `The index gives another hash for ${name}.`);
  }
  return index;
}

/** @param {Members} members @param {string} folder @returns {string[]} names, numbered without a gap */
function numbered(members, folder) {
  const names = [...members.keys()].filter((name) => name.startsWith(`${folder}/`)).sort();
  names.forEach((name, index) => {
    demand(
      name === `${folder}/${String(index).padStart(6, "0")}.json`,
      "member-name",
      `${name} is not the next number in its folder.`,
    );
  });
  return names;
}

/** @param {string} name refuse a member of no known kind */
function checkName(name) {
  demand(
    ["index.json", "docs.json", "method.json"].includes(name) ||
      NUMBERED.test(name) ||
      PAPER_NAME.test(name) ||
      CONTENT_NAME.test(name),
    "member-name",
    `${name} has no place in a bundle.`,
  );
}

/**
 * Read one event file.
 * @param {string} name @param {Uint8Array} bytes @param {readonly string[]} kinds allowed in this folder
 * @param {string} edition
 * @returns {Promise<Event>}
 */
export async function readEvent(name, bytes, kinds, edition) {
  const file = /** @type {any} */ (decode(bytes, LARGE_BYTES));
  const isWithheld = file !== null && typeof file === "object" && Object.hasOwn(file, "withheld");
  (isWithheld ? withheldForm : openForm)(file, name);
  demand(kinds.includes(file.kind), "kind", `${name} is of a kind that does not belong there.`);
  demand(
    bytes.length <= MAX_BYTES || events.LARGE_KINDS.includes(file.kind),
    "member-size",
    `${name} is too large.`,
  );
  const { kind, r, k, link, leaf, proof } = file;
  const shared = { file: name, kind, r, k, link, leaf, proof };
  if (isWithheld) {
    demand(
      edition === "public" && events.WITHHELD_KINDS.includes(kind),
      "withheld",
      `${name} may not be withheld.`,
    );
    const { ev, sigs } = file.withheld;
    return { ...shared, body: null, signatures: [], withheld: file.withheld, ev, sigs };
  }
  events.checkBody(kind, file.body);
  if (kind === "policy") await checkPolicy(file.body);
  const open = edition === "public" && events.WITHHELD_KINDS.includes(kind) && file.body.e > 0;
  demand(!open, "withheld", `${name} should be withheld in a public edition.`);
  return {
    ...shared,
    body: file.body,
    signatures: file.signatures,
    withheld: null,
    ev: hex(await events.eventId(kind, file.body)),
    sigs: hex(await events.signaturesHash(file.signatures)),
  };
}

/**
 * Read event files, which follow each other by leaf.
 * @param {{name: string, bytes: () => Promise<Uint8Array>}[]} files
 * @param {readonly string[]} kinds @param {string} edition
 * @returns {Promise<Event[]>}
 */
export async function readEvents(files, kinds, edition) {
  const found = [];
  for (const { name, bytes } of files) {
    const event = await readEvent(name, await bytes(), kinds, edition);
    const before = found[found.length - 1];
    demand(!before || before.leaf < event.leaf, "leaf-order", `${name} does not follow by leaf.`);
    found.push(event);
  }
  return found;
}

/**
 * Read one checkpoint file; its note and tokens are looked at later.
 * @param {string} name @param {Uint8Array} bytes
 * @returns {CheckpointFile}
 */
export function readCheckpoint(name, bytes) {
  const file = /** @type {any} */ (decode(bytes));
  checkpointForm(file, name);
  return { file: name, ...file };
}

/**
 * @param {Members} members @param {string} folder
 * @returns {{name: string, bytes: () => Promise<Uint8Array>}[]}
 */
function filesOf(members, folder) {
  return numbered(members, folder).map((name) => ({
    name,
    bytes: () => readMember(member(members, name), LARGE_BYTES),
  }));
}

/** @param {Members} members @returns {Promise<CheckpointFile[]>} */
async function readCheckpoints(members) {
  const found = [];
  for (const { name, bytes } of filesOf(members, "checkpoints"))
    found.push(readCheckpoint(name, await bytes()));
  return found;
}

/** @param {Members} members @param {string} edition @returns {Content[]} */
function readContents(members, edition) {
  const found = [];
  for (const [name, { blob }] of members) {
    const match = CONTENT_NAME.exec(name);
    if (!match) continue;
    const e = Number(match[2]);
    demand(edition === "audit" || e === 0, "withheld", `${name} has no place in a public edition.`);
    found.push({ ev: match[1], e, file: name, blob });
  }
  return found;
}

/**
 * Papers of draws, each named by its hash; what is in them is read by the check that needs it.
 * @param {Members} members
 * @returns {Promise<Map<string, Uint8Array>>}
 */
async function readPapers(members) {
  const papers = new Map();
  for (const [name, found] of members) {
    const match = PAPER_NAME.exec(name);
    if (!match) continue;
    const bytes = await readMember(found, PAPER_BYTES);
    demand(hex(await sha256(bytes)) === match[1], "paper-name", `${name} is not named by its hash.`);
    papers.set(match[1], bytes);
  }
  return papers;
}

/**
 * Read a bundle and refuse anything malformed.
 * @param {Blob} blob
 * @returns {Promise<Bundle>}
 */
export async function readBundle(blob) {
  const members = await openContainer(blob);
  for (const name of members.keys()) checkName(name);
  const { edition, tender, lot } = await readIndex(members);
  const docs = /** @type {any} */ (decode(await readMember(member(members, "docs.json"), MAX_BYTES)));
  docsForm(docs, "docs.json");
  const chain = await readEvents(filesOf(members, "chain"), events.CHAIN_KINDS, edition);
  demand(
    chain.some(({ kind }) => kind === "policy"),
    "policy-missing",
    "The bundle holds no policy.",
  );
  for (const { kind, body, file } of chain) {
    const other = kind === "policy" && (body.tender !== tender || body.lot !== lot);
    demand(!other, "lot", `${file} is the policy of another lot.`);
  }
  return {
    edition,
    tender,
    lot,
    docs: docs.files,
    chain,
    method: await readMember(member(members, "method.json"), METHOD_BYTES),
    keys: await readEvents(filesOf(members, "keys"), events.KEY_KINDS, edition),
    evaluation: await readEvents(filesOf(members, "eval"), EVALUATION_KINDS, edition),
    award: await readEvents(filesOf(members, "award"), AWARD_KINDS, edition),
    checkpoints: await readCheckpoints(members),
    contents: readContents(members, edition),
    draw: await readEvents(filesOf(members, "draw"), DRAW_KINDS, edition),
    papers: await readPapers(members),
  };
}
