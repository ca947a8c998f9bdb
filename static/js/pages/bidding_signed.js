// A file signed in the offline tool: held here to its kind, lot, bid, key and signature before anything is sent.
import { fingerprint } from "../keys/ring.js";
import { fromHex } from "../protocol/bytes.js";
import { decode } from "../protocol/canonical.js";
import { verify } from "../protocol/dsse.js";
import { checkBody, signedBytes } from "../protocol/events.js";
import { record, signatures } from "../protocol/forms.js";
import { byId, filled } from "./bidding_parts.js";

const LIMIT = 1 << 16;
/** @type {Record<string, string>} the member of each kind which names the bid */
const NAMES = { withdraw: "target", factor: "bid" };
const form = record({ body: () => undefined, signatures });

/** Why a signed file is not taken, in words that name the remedy. */
class NotTaken extends Error {}

/**
 * @param {File|undefined} file @param {string} kind
 * @param {{policy: string, bid: string, spkis: string[]}} page what it must name, and the keys that may sign
 * @returns {Promise<{body: any, signatures: any[]}>} as the platform takes it
 */
async function read(file, kind, { policy, bid, spkis }) {
  const words = byId("signed-part").dataset;
  const refuse = (/** @type {string} */ key, given = {}) => new NotTaken(filled(words[key] ?? "", { name: file?.name ?? "", ...given }));
  if (!file) throw refuse("nofile");
  if (file.size > LIMIT) throw refuse("large");
  /** @type {any} */
  let signed;
  try {
    signed = decode(new Uint8Array(await file.arrayBuffer()), LIMIT);
    form(signed, kind);
    checkBody(kind, signed.body);
  } catch {
    throw refuse("notsigned");
  }
  if (signed.body.policy !== policy) throw refuse("otherlot");
  if (signed.body[NAMES[kind] ?? ""] !== bid) throw refuse("otherbid");
  for (const { alg, key, sig } of signed.signatures) {
    if (!key) throw refuse("notsigned");
    if (!spkis.includes(key)) {
      throw refuse("otherkey", { key: await fingerprint(key), keys: (await Promise.all(spkis.map(fingerprint))).join(", ") });
    }
    if (!(await verify(alg, fromHex(key), signedBytes(kind, signed.body), fromHex(sig)))) throw refuse("badsignature");
  }
  return signed;
}

/**
 * Let the page take the file, if it asks for one (templates/bidding/signed_file.html).
 * @param {string} kind @param {{policy: string, bid: string, spkis: string[]}} page
 * @param {(signed: {body: any, signatures: any[]}) => Promise<void>} handIn
 */
export function takeSigned(kind, page, handIn) {
  let busy = false;
  document.getElementById("signed-form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    say("");
    try {
      await handIn(await read(byId("signed-file").files[0], kind, page));
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
      byId("signed-file").focus();
    } finally {
      busy = false;
    }
  });
}

/** @param {string} sentence what is wrong, at the field; none takes it back */
function say(sentence) {
  const line = document.createElement("p");
  line.className = "sl-bad";
  line.textContent = sentence;
  byId("signed-problem").replaceChildren(...(sentence ? [line] : []));
  byId("signed-box").classList.toggle("is-bad", Boolean(sentence));
  byId("signed-file").toggleAttribute("aria-invalid", Boolean(sentence));
}
