// The rehearsal: a dummy bid under a policy of this page's own officers, sealed and opened by the real modules.
import { verify } from "../protocol/dsse.js";
import { concat, equal, fromHex, hex } from "../protocol/bytes.js";
import * as envelope from "../protocol/envelope.js";
import { ProtocolError } from "../protocol/errors.js";
import { eventId, signedBytes } from "../protocol/events.js";
import { combine } from "../protocol/gf256.js";
import * as hpke from "../protocol/hpke.js";
import { amountInWords } from "../seal/amounts.js";
import { decodeLine, encodeLine } from "../seal/line.js";
import { sealBid } from "../seal/seal.js";
import { KeyPart } from "./bidding_key.js";
import { markRehearsed } from "./bidding_memory.js";
import { byId, errorWords, facts, filled, goOn, note, pageData, policyOf } from "./bidding_parts.js";
import { sizeWords } from "./files.js";

const DUMMY = 16 << 20;
const words = byId("words").dataset;
const data = pageData();
const keys = await KeyPart.of(data.database, data.spkis);

/** @param {string} step @param {"is-now"|"is-done"} state */
const at = (step, state) => { byId(`step-${step}`).className = state; };

/** The lot's policy with officers of this page in place of the real ones: nobody else can open the dummy. */
async function dummyPolicy() {
  const real = await policyOf(data);
  const pairs = await Promise.all(real.officers.map(() => hpke.generateKeyPair()));
  const officers = real.officers.map((/** @type {any} */ officer, /** @type {number} */ index) =>
    ({ ...officer, pk: hex(pairs[index].publicKey) }));
  return { policy: { ...real, lot: "rehearsal", prev: null, officers }, pairs };
}

/** Open an envelope as t officers and a reader would. @returns {Promise<Uint8Array>} the file */
async function open(/** @type {any} */ policy, /** @type {hpke.KeyPair[]} */ pairs, /** @type {any} */ manifest,
  /** @type {number} */ e, /** @type {Blob} */ ciphertext, /** @type {Uint8Array|null} */ factor) {
  const { body } = manifest;
  const id = envelope.envelopeId(fromHex(body.policy), fromHex(body.bid), e);
  const entry = body.envelopes[e];
  const shares = new Map();
  for (const { i, enc } of entry.shares.slice(0, policy.t)) {
    shares.set(i, await hpke.open(pairs[i - 1], envelope.shareInfo(id, i), fromHex(enc)));
  }
  const seed = combine(shares);
  if (hex(await envelope.seedCommitment(id, seed)) !== entry.seed) throw new ProtocolError("differs", words.differs ?? "");
  return envelope.openContent({ id, seed, factor: factor ?? undefined, floor: policy.pad_floor }, ciphertext);
}

async function rehearse() {
  const signer = await keys.open();
  if (!signer) return;
  note("trouble", "");
  byId("steps").hidden = false;
  at("keys", "is-now");
  const { policy, pairs } = await dummyPolicy();
  at("keys", "is-done");
  at("seal", "is-now");
  const price = "1234567.89";
  const line = encodeLine({
    tenderer: data.tenderer, org: data.org, price, price_words: amountInWords(price), currency: data.currency,
    validity_days: 1, duration_days: null, quality: "", manager: "", notes: words.dummy ?? "",
  });
  const files = policy.envelopes.map((/** @type {any} */ { e }) =>
    new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (e === 0 ? line : new Uint8Array(DUMMY))]));
  /** @type {BlobPart[][]} */
  const parts = files.map(() => []);
  const begun = performance.now();
  const sealed = await sealBid({
    policy, signer, org: data.org, files, replaces: null, client: "sunlit-rehearsal",
    store: async (e, part) => { parts[e].push(part.blob); },
  });
  const seconds = (performance.now() - begun) / 1000;
  const size = parts.flat().reduce((sum, part) => sum + /** @type {Blob} */ (part).size, 0);
  byId("speed").textContent = filled(words.speed ?? "", { size: sizeWords(size), time: seconds.toFixed(1), rate: sizeWords(size / seconds) });
  at("seal", "is-done");
  await tryLine();
  at("open", "is-now");
  const [signature] = /** @type {any[]} */ (sealed.manifest.signatures);
  const held = await verify(signature.alg, fromHex(signature.key), signedBytes("bid", sealed.manifest.body), fromHex(signature.sig));
  const factors = sealed.secrets.envelopes.map(({ factor }) => factor);
  const opened = await open(policy, pairs, sealed.manifest, 0, new Blob(parts[0]), factors[0]);
  if (!held || !equal(opened, line)) throw new ProtocolError("differs", words.differs ?? "");
  for (const [e, file] of files.entries()) {
    const again = await open(policy, pairs, sealed.manifest, e, new Blob(parts[e]), factors[e]);
    if (again.length !== file.size) throw new ProtocolError("differs", words.differs ?? "");
  }
  at("open", "is-done");
  await show(opened);
}

/** How long the platform takes to answer from here. */
async function tryLine() {
  at("line", "is-now");
  const begun = performance.now();
  await fetch("/api/time", { cache: "no-store" });
  byId("line-said").textContent = filled(words.line ?? "", { ms: Math.round(performance.now() - begun) });
  at("line", "is-done");
}

/** @param {Uint8Array} opened */
async function show(opened) {
  const line = decodeLine(concat(opened));
  facts(byId("opened"), [
    [words.tenderer ?? "", line?.tenderer ?? ""], [words.price ?? "", line?.price ?? "", true],
    [words.capitals ?? "", line?.price_words ?? ""], [words.notes ?? "", line?.notes ?? ""],
  ]);
  await markRehearsed(data.lot);
  byId("form").hidden = true;
  byId("done").hidden = false;
  byId("headline").textContent = words.title;
  document.title = words.title ?? "";
  goOn("headline");
  document.documentElement.dataset.rehearsed = "yes";
}

byId("form").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  rehearse().catch((error) => note("trouble", errorWords(error), "stop"));
});
document.documentElement.dataset.ready = "rehearse";
