// What the pages of a draw share: asking the platform, the device's ticks, what the device has done.
import { byId } from "../keys/page_parts.js";
import { ProtocolError } from "../protocol/errors.js";

/** @typedef {{name: string, faults: string[]}} Check */

/** A refusal in the platform's words; `refused` when asking again as before cannot help. */
export class Refused extends Error {
  /** @param {string} message @param {boolean} refused @param {string} code */
  constructor(message, refused, code) {
    super(message);
    this.refused = refused;
    this.code = code;
  }
}

/** @param {Response} answer @returns {Promise<Refused>} */
async function refusalOf(answer) {
  const said = await answer.json().catch(() => ({}));
  return new Refused(said.detail ?? String(answer.status), answer.status < 500, said.code ?? "");
}

/** @param {string} url @returns {Promise<Response>} */
export async function ask(url) {
  const answer = await fetch(url, { cache: "no-store", headers: { Accept: "application/json" } });
  if (!answer.ok) throw await refusalOf(answer);
  return answer;
}

/**
 * Send a signed object with the page's token; a login that has run out leads to the sign-in page.
 * @param {string} url @param {object} signed @param {string} back page to come back to
 */
export async function send(url, signed, back) {
  const token = /** @type {HTMLInputElement} */ (document.querySelector("#page-token input")).value;
  const body = new FormData();
  body.set("signed", JSON.stringify(signed));
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  const answer = await fetch(url, { method: "POST", body, headers });
  if (answer.redirected) {
    location.assign(back);
    throw new Refused("", false, "signed_out");
  }
  if (!answer.ok) throw await refusalOf(answer);
}

/**
 * The log's proof that one tree begins the other; a log that gives none is not believed.
 * @param {number} first @param {number} second @returns {Promise<string[]>}
 */
export async function bridge(first, second) {
  try {
    const { path } = await (await ask(`/log/proof/consistency?first=${first}&second=${second}`)).json();
    return path;
  } catch (error) {
    if (!(error instanceof Refused && error.refused)) throw error;
    throw new ProtocolError("log-forked", "The platform gives no proof that the log continues what this device saw.");
  }
}

/**
 * The anchors: the file the reader chose, or those the platform publishes.
 * @param {string} url @param {HTMLInputElement} chosen @returns {Promise<Uint8Array>}
 */
export async function anchorsFrom(url, chosen) {
  const [own] = chosen.files ?? [];
  if (own) return new Uint8Array(await own.arrayBuffer());
  return new Uint8Array(await (await ask(url)).arrayBuffer());
}

/** Show what was found, tick by tick. @param {Check[]} checks @param {DOMStringMap} words @returns {boolean} all hold */
export function showChecks(checks, words) {
  for (const { name, faults } of checks) {
    const row = document.querySelector(`[data-check="${name}"]`);
    if (!row) continue;
    const bad = faults.length > 0;
    row.classList.toggle("is-bad", bad);
    const fault = /** @type {HTMLElement} */ (row.querySelector("small[data-fault]"));
    fault.textContent = faults.join(" ");
    fault.hidden = !bad;
    const mark = /** @type {Element} */ (row.querySelector(".sl-st"));
    mark.className = `sl-st is-${bad ? "fail" : "done"}`;
    mark.textContent = (bad ? words.bad : words.ok) ?? "";
  }
  return checks.every(({ faults }) => faults.length === 0);
}

/** A line of what this device has done, with the hour. @param {string} sentence */
export function say(sentence) {
  const line = document.createElement("li");
  const [time, text] = [document.createElement("time"), document.createElement("span")];
  time.textContent = new Date(Date.now() + 8 * 3600e3).toISOString().slice(11, 19);
  text.textContent = sentence;
  line.append(time, text);
  byId("page-log").prepend(line);
}

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
