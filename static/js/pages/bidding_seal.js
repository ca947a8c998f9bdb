// Sealing a bid: compare T, fill in, seal on this device, upload, hand in, fetch the receipt and check it. Nothing
// on this page says "submitted" before the receipt has been verified here.
import { equal, fromHex, hex } from "../protocol/bytes.js";
import { ProtocolError } from "../protocol/errors.js";
import { layout, paddedLength } from "../protocol/envelope.js";
import { encodeLine } from "../seal/line.js";
import { freshSecrets, sealBid } from "../seal/seal.js";
import { advance, forget, keep, restore } from "../seal/state.js";
import { Rate, Refused, Uploader } from "../seal/upload.js";
import { oneFile } from "../seal/zip_store.js";
import { BidForm, showProblems } from "./bidding_form.js";
import { KeyPart } from "./bidding_key.js";
import { forgetSecret, keepSecret, secret } from "./bidding_memory.js";
import { byId, deviceName, durationWords, errorWords, facts, fetchReceipt, filled, goOn, mark, note, pageData, platformOf,
  policyOf } from "./bidding_parts.js";
import { ReceiptPart } from "./bidding_receipt_part.js";
import { sizeWords } from "./files.js";
import { fours, timeWords } from "./moments.js";

const CLIENT = "sunlit-browser/1";
const RECEIPT_SECONDS = 15;
const ASSUMED_RATE = 1e6;
const WARN_BEFORE = 3600e3;
const MEANWHILE = "sunlit-replaced-meanwhile";
const words = byId("words").dataset;
const data = pageData();
const name = `lot/${data.lot}`;
const platform = platformOf(data);
const rate = new Rate();
/** @type {any} */
let policy = null;
/** @type {any} an interrupted upload of this device */
let kept = await restore(name).catch(() => null);
let stopper = new AbortController();

const title = byId("headline").textContent;
const form = new BidForm(data, changed);
const keys = await KeyPart.of(data.database, data.spkis);

/** The server's clock as the page's countdown has it. @returns {number} */
const serverNow = () => Number(document.querySelector("[data-clock]")?.getAttribute("data-clock")) + performance.now();

/** Keep the draft on this device and say until when it is safe to begin. */
function changed() {
  if (!kept) keepSecret(`draft/${data.lot}`, form.draft());
  showLastStart();
}

function showLastStart() {
  const speed = rate.perSecond || Number(localStorage.getItem("sunlit-rate")) || ASSUMED_RATE;
  const needed = (form.size / speed + RECEIPT_SECONDS) * 1000;
  const text = { size: sizeWords(form.size), time: timeWords(data.countUntil - needed), speed: sizeWords(speed) };
  byId("last-start").textContent = form.size ? filled(words.laststart ?? "", text) : "";
}

async function comparePolicy() {
  try {
    policy = await policyOf(data);
    mark("check-policy", "done", words.policyok ?? "");
  } catch (error) {
    mark("check-policy", "fail", error instanceof ProtocolError ? words.policybad ?? "" : errorWords(error));
  }
}

/** Whether an upload can no longer be handed in: T has changed, or another bid counts now. @param {any} progress */
function outdated(progress) {
  const replaced = !progress.ev && (progress.replaces ?? null) !== (data.replaces ?? null);
  return replaced || progress.policy !== data.policy;
}

/** Offer to go on with what was interrupted here. */
async function offerResume() {
  const draft = await secret(`draft/${data.lot}`).catch(() => null);
  if (kept && outdated(kept.progress)) await drop();
  if (draft) form.fill(draft, Boolean(kept));
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-upload]"))) {
    line.hidden = line.dataset.upload === kept?.progress.upload;
  }
  byId("resume").hidden = !kept;
  if (kept) byId("resume-text").textContent = filled(words.resume ?? "", { files: kept.progress.files.join(", ") });
}

/** Discard what was interrupted; its randomness is never used again. */
async function drop() {
  const upload = kept?.progress.upload;
  kept = null;
  await forget(name);
  if (upload) await platform.call("DELETE", `uploads/${upload}`).catch(() => null);
}

/** @param {string} step @param {"now"|"done"} state */
function at(step, state) {
  const line = byId(`step-${step}`);
  line.className = `is-${state}`;
  const sign = line.querySelector("[data-mark]");
  sign.className = state === "done" ? "sl-st is-done" : "sl-st";
  sign.textContent = state === "done" ? words.done : words.now;
}

/** @param {number} done @param {number} all */
function showProgress(done, all) {
  const percent = Math.floor((done * 100) / all);
  byId("bar").value = percent;
  document.title = `${words.sealing} ${percent}%`;
  const speed = rate.perSecond;
  const parts = [filled(words.rate ?? "", { done: sizeWords(done), all: sizeWords(all) })];
  if (speed) parts.push(filled(words.speed ?? "", { speed: sizeWords(speed) }),
    filled(words.left ?? "", { left: durationWords((all - done) / speed, words.units ?? "") }));
  byId("rate").replaceChildren(...parts.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
  if (percent % 10 === 0 && byId("voice").dataset.said !== String(percent)) {
    byId("voice").dataset.said = String(percent);
    byId("voice").textContent = `${words.sealing} ${percent}%`;
  }
  const end = serverNow() + (speed ? ((all - done) / speed) * 1000 : 0);
  const tight = speed && data.closeAt - serverNow() < WARN_BEFORE && end > data.countUntil - RECEIPT_SECONDS * 1000;
  note("late-warning", tight ? filled(words.latewarn ?? "", { time: timeWords(end) }) : "", "stop");
}

/** @param {Blob[]} files @returns {Record<number, number>} bytes of ciphertext by envelope */
const sizesOf = (files) =>
  Object.fromEntries(files.map((file, e) => [e, layout(paddedLength(file.size, policy.pad_floor)).size]));

/** @returns {Promise<Blob[]>} what goes into each envelope */
async function contents() {
  const line = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (encodeLine(form.line()))]);
  const rest = policy.envelopes.slice(1).map((/** @type {any} */ { e }) => oneFile(form.files.get(e) ?? []));
  return [line, ...await Promise.all(rest)];
}

/** An upload to go on with, or a fresh one; its secrets and place are kept before anything is sealed. */
async function begun(/** @type {Blob[]} */ files, /** @type {string} */ signer) {
  const sizes = sizesOf(files);
  if (kept) {
    if (JSON.stringify(kept.progress.sizes) !== JSON.stringify(sizes) || kept.progress.signer !== signer)
      throw new ProtocolError("other-files", words.otherfile ?? "");
    return platform.get(`uploads/${kept.progress.upload}`);
  }
  const upload = await platform.send("POST", `lots/${data.lot}/uploads`, { sizes, device: deviceName() });
  const names = [...form.files.values()].flat().map((file) => file.name);
  const progress = { upload: upload.id, sizes, signer, policy: data.policy, files: names, hashes: {}, replaces: data.replaces };
  const secrets = freshSecrets(policy);
  await keepSecret(`draft/${data.lot}`, form.draft());
  await keep(name, secrets, progress);
  kept = { secrets, progress };
  return upload;
}

/**
 * Seal and send. A part's digest is kept before the part goes out, and compared when it is sealed again: two
 * different contents never leave under one key.
 */
async function sealAndSend(/** @type {any} */ signer, /** @type {Blob[]} */ files, /** @type {any} */ upload) {
  const { progress, secrets } = kept;
  const all = Object.values(progress.sizes).reduce((sum, size) => sum + size, 0);
  let done = 0;
  const moved = (/** @type {number} */ bytes, fresh = true) => {
    done += bytes;
    if (fresh) rate.add(bytes);
    showProgress(done, all);
  };
  rate.add(0);
  const waiting = (/** @type {number} */ tries) => note("trouble", filled(words.again ?? "", { n: tries }));
  const sender = new Uploader(platform, upload.id, {
    held: upload.held, signal: stopper.signal, waiting,
    moved: (bytes) => { note("trouble", ""); moved(bytes); },
  });
  const store = async (/** @type {number} */ e, /** @type {any} */ part) => {
    if (stopper.signal.aborted) throw new ProtocolError("stopped", "");
    const [place, digest] = [`${e}/${part.part}`, hex(part.hash)];
    const before = progress.hashes[place];
    if (before && !equal(fromHex(before), part.hash)) throw new ProtocolError("other-files", words.otherfile ?? "");
    if (!before) {
      progress.hashes[place] = digest;
      await advance(name, progress);
    }
    if (sender.has(e, part.part)) moved(part.bytes.length, false);
    else await sender.put(e, { part: part.part, hash: part.hash, blob: part.blob });
  };
  const { org } = data;
  const sealed = await sealBid({ policy, signer, org, files, replaces: progress.replaces, client: CLIENT, store, secrets });
  await sender.finish();
  return sealed;
}

async function run() {
  const signer = await keys.open();
  if (!signer) return;
  mark("check-key", "done", words.keyready ?? "");
  stopper = new AbortController();
  byId("form").hidden = true;
  byId("resume").hidden = true;
  byId("progress").hidden = false;
  byId("headline").textContent = words.sealing;
  goOn("headline");
  byId("stop").textContent = words.pause;
  note("trouble", "");
  at("check", "now");
  const files = await contents();
  const upload = await begun(files, hex(signer.spki));
  byId("check-said").textContent = filled(words.files ?? "", {
    n: files.length, size: sizeWords(form.size),
    sealed: sizeWords(Object.values(kept.progress.sizes).reduce((sum, size) => sum + size, 0)),
  });
  at("check", "done");
  at("upload", "now");
  const sealed = await sealAndSend(signer, files, upload);
  localStorage.setItem("sunlit-rate", String(Math.round(rate.perSecond)));
  at("upload", "done");
  await handIn(upload.id, sealed);
}

/** @param {string} upload @param {any} sealed */
async function handIn(upload, sealed) {
  at("sign", "now");
  byId("stop").hidden = true;
  await platform.send("POST", `uploads/${upload}/bid`, sealed.manifest);
  await advance(name, { ...kept.progress, ev: sealed.ev, bid: sealed.manifest.body.bid });
  kept.progress = { ...kept.progress, ev: sealed.ev, bid: sealed.manifest.body.bid };
  at("sign", "done");
  await takeReceipt(kept);
}

/** The receipt: fetched, verified here, and only then shown. @param {any} state */
async function takeReceipt({ secrets, progress }) {
  at("receipt", "now");
  byId("receipt-said").textContent = words.waiting;
  const wanted = { ev: progress.ev, bid: progress.bid, waiting: () => undefined };
  const receipt = await fetchReceipt(platform, data, policy, wanted).catch((error) => {
    if (error instanceof ProtocolError) throw new ProtocolError("receipt", filled(words.badreceipt ?? "", { reason: error.message }));
    throw error;
  });
  at("receipt", "done");
  const named = { tender: policy.tender, lot: policy.lot, policy: data.policy, ev: progress.ev, bid: progress.bid, org: data.org };
  if (policy.factor === "required") await keepSecret(`factor/${progress.ev}`, secrets.envelopes.map((/** @type {any} */ { factor }, /** @type {number} */ e) => ({ e, b: hex(factor) })));
  await submitted(receipt, { named, secrets, receipt: receipt.text });
}

/** The draft and its randomness are no longer needed on this device. */
async function finished() {
  await forget(name);
  await forgetSecret(`draft/${data.lot}`);
  kept = null;
}

/** @param {any} receipt @param {import("../seal/self_copy.js").SelfCopy} copy */
async function submitted(receipt, copy) {
  const guarded = policy.factor === "required";
  if (!guarded) await finished();
  byId("progress").hidden = true;
  byId("receipt").hidden = false;
  byId("headline").textContent = words.submitted;
  byId("lead").textContent = words.lead;
  document.title = words.submitted ?? "";
  mark("check-receipt", "done", words.submitted ?? "");
  byId("receipt-code").textContent = receipt.code;
  byId("receipt-page").href = data.receiptUrl.replace("CODE", receipt.code);
  facts(byId("receipt-facts"), [
    [words.time ?? "", timeWords(receipt.upper), true], [words.sources ?? "", receipt.sources.join(", ")],
    [words.leaf ?? "", String(receipt.body.leaf)], [words.ev ?? "", fours(receipt.body.ev)],
  ]);
  new ReceiptPart(copy, receipt, { words, guarded, finished });
  document.documentElement.dataset.submitted = receipt.code;
  goOn("headline");
}

/** What stopped it, and what to do. @param {unknown} error */
function stopped(error) {
  const paused = stopper.signal.aborted;
  note("trouble", paused ? words.paused ?? "" : errorWords(error), paused ? "" : "stop");
  byId("stop").hidden = false;
  byId("stop").textContent = words.goon;
  if (error instanceof Refused && error.code === "replaced_meanwhile") {
    sessionStorage.setItem(MEANWHILE, data.lot);
    drop().finally(() => location.reload());
  } else if (error instanceof ProtocolError && error.code === "other-files") {
    byId("progress").hidden = true;
    byId("headline").textContent = title;
    byId("form").hidden = false;
    byId("resume").hidden = !kept;
    showProblems([["sure", errorWords(error)]]);
  }
  stopper.abort();
}

byId("form").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  const found = form.problems();
  if (!policy) found.push(["sure", words.policybad ?? ""]);
  showProblems(found);
  if (!found.length) run().catch(stopped);
});
byId("stop").addEventListener("click", () => {
  if (!stopper.signal.aborted) stopper.abort();
  else if (kept?.progress.ev) takeReceipt(kept).catch(stopped);
  else run().catch(stopped);
});
byId("resume-drop").addEventListener("click", async () => {
  await drop();
  location.reload();
});

await comparePolicy();
await offerResume();
if (sessionStorage.getItem(MEANWHILE) === data.lot) showProblems([["sure", words.replaced ?? ""]]);
sessionStorage.removeItem(MEANWHILE);
showLastStart();
if (kept?.progress.ev && policy) {
  byId("form").hidden = true;
  byId("resume").hidden = true;
  byId("progress").hidden = false;
  for (const step of ["check", "upload", "sign"]) at(step, "done");
  takeReceipt(kept).catch(stopped);
}
for (const { ev, bid } of kept || !policy ? [] : data.waiting) {
  byId("resume").hidden = false;
  byId("resume-drop").hidden = true;
  byId("resume-text").textContent = words.fetch;
  fetchReceipt(platform, data, policy, { ev, bid, waiting: () => undefined })
    .then(({ code }) => location.assign(data.receiptUrl.replace("CODE", code)))
    .catch((error) => { byId("resume-text").textContent = filled(words.badreceipt ?? "", { reason: errorWords(error) }); });
}
document.documentElement.dataset.ready = "seal";
