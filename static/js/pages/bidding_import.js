// Handing in a folder of the offline tool: checked here, uploaded part by part, its receipt verified here.
import { fingerprint } from "../keys/ring.js";
import { fromHex, hex } from "../protocol/bytes.js";
import { decode } from "../protocol/canonical.js";
import { contentRoot, partBounds } from "../protocol/envelope.js";
import { ProtocolError } from "../protocol/errors.js";
import { checkBody, eventId } from "../protocol/events.js";
import { sha256 } from "../protocol/hashing.js";
import { Uploader } from "../seal/upload.js";
import { byId, deviceName, errorWords, facts, fetchReceipt, filled, goOn, note, pageData, platformOf, policyOf } from "./bidding_parts.js";
import { sizeWords, takeFiles } from "./files.js";

/** @type {[number[], string][]} how files begin that are not sealed */
const PLAIN = [
  [[0x25, 0x50, 0x44, 0x46], "PDF"], [[0x50, 0x4b, 3, 4], "ZIP, DOCX, XLSX"], [[0xd0, 0xcf, 0x11, 0xe0], "DOC, XLS"],
  [[0x52, 0x61, 0x72, 0x21], "RAR"], [[0x37, 0x7a, 0xbc, 0xaf], "7Z"], [[0x3c, 0x3f, 0x78, 0x6d, 0x6c], "XML"],
];
const words = byId("words").dataset;
const data = pageData();
const platform = platformOf(data);
/** @type {File[]} */
let chosen = [];

/** @param {string} key @param {Record<string, string|number>} [given] */
const refusal = (key, given = {}) => new ProtocolError(key, filled(words[key] ?? "", given));

/** @param {Blob} file @returns {Promise<string>} name of the format of a file that is not encrypted, or nothing */
async function plainFormat(file) {
  const head = new Uint8Array(await file.slice(0, 8).arrayBuffer());
  return PLAIN.find(([magic]) => magic.every((value, index) => head[index] === value))?.[1] ?? "";
}

/** @returns {Promise<{signed: any, ev: string, files: File[]}>} the folder, held to the policy and to itself */
async function folder() {
  for (const file of chosen) {
    const format = file.name.endsWith(".json") ? "" : await plainFormat(file);
    if (format) throw refusal("plain", { name: file.name, format });
  }
  const manifest = chosen.find(({ name }) => name === "manifest.json");
  if (!manifest || manifest.size > 1 << 20) throw refusal("nomanifest");
  let signed;
  try {
    signed = /** @type {any} */ (decode(new Uint8Array(await manifest.arrayBuffer())));
    checkBody("bid", signed.body);
  } catch {
    throw refusal("nomanifest");
  }
  if (signed.body.policy !== data.policy || signed.body.org !== data.org) throw refusal("other");
  const counting = await Promise.all(data.spkis.map((/** @type {string} */ spki) => sha256(fromHex(spki))));
  if (!counting.some((hash) => hex(hash) === signed.body.signer)) {
    throw refusal("otherkey", { keys: (await Promise.all(data.spkis.map(fingerprint))).join(", ") });
  }
  if (signed.body.replaces !== data.replaces) throw refusal("replaces");
  const files = [];
  for (const { e, size } of signed.body.envelopes) {
    const file = chosen.find(({ name }) => name === `e${e}.bin`);
    if (!file) throw refusal("missing", { e });
    if (file.size !== size) throw refusal("changed", { e });
    files.push(file);
  }
  return { signed, ev: hex(await eventId("bid", signed.body)), files };
}

/** Send a file part by part and compare its root with the manifest's. */
async function send(/** @type {Uploader} */ sender, /** @type {File} */ file, /** @type {any} */ entry) {
  const hashes = [];
  for (const [part, [start, end]] of partBounds(file.size).entries()) {
    const blob = file.slice(start, end);
    const hash = await sha256(new Uint8Array(await blob.arrayBuffer()));
    hashes.push(hash);
    if (!sender.has(entry.e, part)) await sender.put(entry.e, { part, hash, blob });
  }
  const root = await contentRoot(hashes);
  if (hex(root) !== hex(fromHex(entry.ct_root))) throw refusal("changed", { e: entry.e });
}

async function run() {
  note("trouble", "");
  const policy = await policyOf(data);
  const { signed, ev, files } = await folder();
  const all = files.reduce((sum, { size }) => sum + size, 0);
  byId("form").hidden = true;
  byId("progress").hidden = false;
  goOn("headline");
  const sizes = Object.fromEntries(files.map((file, e) => [e, file.size]));
  const upload = await platform.send("POST", `lots/${data.lot}/uploads`, { sizes, device: deviceName() });
  let done = 0;
  const moved = (/** @type {number} */ bytes) => {
    done += bytes;
    byId("bar").value = Math.floor((done * 100) / all);
    byId("rate").textContent = filled(words.rate ?? "", { done: sizeWords(done), all: sizeWords(all) });
  };
  const { signal } = new AbortController();
  const sender = new Uploader(platform, upload.id, { held: upload.held, signal, moved, waiting: () => undefined });
  for (const [e, file] of files.entries()) await send(sender, file, signed.body.envelopes[e]);
  await sender.finish();
  await platform.send("POST", `uploads/${upload.id}/bid`, signed);
  const receipt = await fetchReceipt(platform, data, policy, { ev, bid: signed.body.bid, waiting: () => undefined }).catch((error) => {
    throw error instanceof ProtocolError ? refusal("badreceipt", { reason: error.message }) : error;
  });
  byId("progress").hidden = true;
  byId("receipt").hidden = false;
  byId("headline").textContent = words.submitted;
  byId("lead").textContent = words.lead;
  byId("receipt-code").textContent = receipt.code;
  byId("receipt-page").href = data.receiptUrl.replace("CODE", receipt.code);
  document.title = words.submitted ?? "";
  goOn("headline");
  document.documentElement.dataset.submitted = receipt.code;
}

takeFiles(byId("drop"), byId("files"), async (files) => {
  chosen = files;
  note("trouble", "");
  try {
    const { signed, ev } = await folder();
    facts(byId("found"), [[words.event ?? "", ev], ...signed.body.envelopes.map((/** @type {any} */ { e, size }) =>
      /** @type {[string, string]} */ ([filled(words.part ?? "", { e }), sizeWords(size)]))]);
  } catch (error) {
    byId("found").replaceChildren();
    note("trouble", errorWords(error), "stop");
  }
});
byId("form").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  run().catch((error) => {
    byId("form").hidden = false;
    byId("progress").hidden = true;
    goOn("files");
    note("trouble", errorWords(error), "stop");
  });
});
document.documentElement.dataset.ready = "import";
