// What the bidder's pages share: their data, the platform, policy and anchors, the check of a receipt, small drawing.
import { byId } from "../keys/page_parts.js";
import { hex } from "../protocol/bytes.js";
import { decode } from "../protocol/canonical.js";
import { ProtocolError } from "../protocol/errors.js";
import { eventId } from "../protocol/events.js";
import { Platform, pause } from "../seal/upload.js";
import { readAnchors } from "../verify/anchors.js";
import { checkFreshReceipt } from "../verify/receipts.js";
import { smallestUpper } from "../verify/statements.js";
import { keepReceipt } from "./bidding_memory.js";

export { byId };

/** @returns {any} the page's data */
export const pageData = () => JSON.parse(byId("bid-data").textContent);

/** @param {any} data @returns {Platform} */
export function platformOf(data) {
  const token = /** @type {HTMLInputElement} */ (document.querySelector("#bid-token [name=csrfmiddlewaretoken]"));
  const platform = new Platform(data.api, token.value);
  platform.prove = (refusal) => askProof(platform, refusal);
  return platform;
}

/**
 * Let the reader prove in another tab who it is; this page keeps what it holds, and goes on by itself.
 * @param {Platform} platform @param {import("../seal/upload.js").Refused} refusal
 */
async function askProof(platform, refusal) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("proof"));
  const wanted = refusal.code === "signed_out" ? "signed_in" : "proven";
  /** @type {Window|null} */
  let tab = null;
  const open = () => { tab = window.open(`${dialog.dataset[wanted === "proven" ? "prove" : "login"]}`); };
  byId("proof-said").textContent = refusal.message;
  byId("proof-go").addEventListener("click", open);
  dialog.showModal();
  try {
    while (!(await platform.patiently(() => platform.call("GET", "proof")).then((answer) => answer.json()))[wanted]) {
      await pause(1500);
      if (!dialog.open) throw refusal;
    }
  } finally {
    byId("proof-go").removeEventListener("click", open);
    dialog.close();
  }
  /** @type {Window|null} */ (tab)?.close();
}

/** @param {string} url @returns {Promise<Uint8Array>} */
export async function bytesOf(url) {
  const answer = await fetch(url, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${url} (${answer.status})`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** @param {any} data @returns {Promise<any>} the policy's body, believed only because its hash is T */
export async function policyOf(data) {
  const { body } = /** @type {any} */ (decode(await bytesOf(data.policyUrl)));
  if (hex(await eventId("policy", body)) !== data.policy) throw new ProtocolError("policy-other", "T");
  return body;
}

/**
 * Ask for a receipt until there is one, then hold it to everything a receipt must be.
 * @param {Platform} platform @param {any} data @param {any} policy
 * @param {{ev: string, bid: string|null, waiting: (code: string) => void}} wanted
 * @returns {Promise<{code: string, text: string, body: any, upper: number, sources: string[]}>}
 */
export async function fetchReceipt(platform, data, policy, { ev, bid, waiting }) {
  for (;;) {
    const answer = await platform.patiently(() => platform.call("GET", `receipts/${ev}`));
    if (answer.status === 200) {
      const text = await answer.text();
      const anchors = await readAnchors(await bytesOf(data.anchorsUrl));
      const expected = { policy, policyId: data.policy, anchors, ev, bid };
      const { body, checkpoint } = await checkFreshReceipt(new TextEncoder().encode(text), expected);
      if (["bid", "withdraw"].includes(body.kind)) await keepReceipt(data.policy, text).catch(() => undefined);
      const sources = [...new Set(checkpoint.statements.map(({ source }) => source))];
      return { code: answer.headers.get("X-Receipt-Code") ?? "", text, body, upper: smallestUpper(checkpoint), sources };
    }
    waiting((await answer.json()).code);
    await pause(1000 * (Number(answer.headers.get("Retry-After")) || 1));
  }
}

/** @param {string} text @param {Record<string, string|number>} given @returns {string} {name} filled in */
export const filled = (text, given) => text.replace(/\{(\w+)\}/g, (_, name) => String(given[name] ?? ""));

/** @param {Element} list @param {[string, string, boolean?][]} rows label, value, whether it is the key fact */
export function facts(list, rows) {
  list.replaceChildren(...rows.map(([label, value, key]) => {
    const row = document.createElement("div");
    if (key) row.className = "is-key";
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    dt.textContent = label;
    dd.textContent = value;
    row.append(dt, dd);
    return row;
  }));
}

/** @param {string} id @param {"wait"|"done"|"soon"|"fail"} kind @param {string} text */
export function mark(id, kind, text) {
  const place = byId(id);
  place.className = `sl-st is-${kind}`;
  place.textContent = text;
}

/** @param {string} id @param {string} lead @param {""|"stop"|"good"} [kind] a note at a place, or none */
export function note(id, lead, kind = "") {
  const box = document.createElement("div");
  box.className = `sl-note${kind ? ` is-${kind}` : ""} mt-3`;
  const line = document.createElement("p");
  line.textContent = lead;
  box.append(line);
  byId(id).replaceChildren(...(lead ? [box] : []));
}

/** Bring the focus to where the page goes on, for what had it is hidden now. @param {string} id */
export function goOn(id) {
  const place = byId(id);
  place.tabIndex = -1;
  place.focus();
}

/** @param {number} seconds @param {string} units day|hour|minute|second @returns {string} */
export function durationWords(seconds, units) {
  const [, hour, minute, second] = units.split("|");
  const whole = Math.max(0, Math.round(seconds));
  if (whole >= 3600) return `${Math.floor(whole / 3600)} ${hour} ${Math.floor((whole % 3600) / 60)} ${minute}`;
  return whole >= 60 ? `${Math.floor(whole / 60)} ${minute} ${whole % 60} ${second}` : `${whole} ${second}`;
}

/** @returns {string} what this device calls itself, so that a colleague finds the draft */
export function deviceName() {
  const agent = navigator.userAgent;
  const system = /Android|iPhone|iPad|Windows|Mac OS|Linux/.exec(agent)?.[0] ?? "";
  const browser = /Edg|Firefox|Chrome|Safari/.exec(agent)?.[0].replace("Edg", "Edge") ?? "";
  return [browser, system].filter(Boolean).join(" · ");
}

/** @param {string} sentence @returns {string} of an error, in the reader's language where the platform said it */
export const errorWords = (/** @type {unknown} */ sentence) => (sentence instanceof Error ? sentence.message : String(sentence));
