/**
 * The self-copy (留底文件): what opens one's own bid again, with its receipt, locked with a passphrase. Where a
 * factor is used, losing it means that the bid cannot be opened: so it is read back before the page lets go.
 */
import { concat, fromHex, fromUtf8, hex, utf8 } from "../protocol/bytes.js";
import { ProtocolError, demand } from "../protocol/errors.js";

const VERSION = "sunlit-selfcopy/v1";
const ITERATIONS = 600_000;
const LIMIT = 1 << 20;

/** @typedef {import("./seal.js").BidSecrets} BidSecrets */
/** @typedef {{tender: string, lot: string, policy: string, ev: string, bid: string, org: string}} Named */
/** @typedef {{named: Named, secrets: BidSecrets, receipt: string}} SelfCopy */

/** @param {string} passphrase @param {Uint8Array} salt @param {number} iterations @returns {Promise<CryptoKey>} */
async function keyOf(passphrase, salt, iterations) {
  const base = await crypto.subtle.importKey("raw", utf8(passphrase), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** @param {BidSecrets} secrets @returns {object} */
export function packSecrets({ nonce, envelopes }) {
  const rows = envelopes.map(({ fresh, factor }) => ({ fresh: hex(fresh), factor: factor ? hex(factor) : null }));
  return { nonce: hex(nonce), envelopes: rows };
}

/** @param {any} packed @returns {BidSecrets} */
export function unpackSecrets({ nonce, envelopes }) {
  return {
    nonce: fromHex(nonce, 16),
    envelopes: envelopes.map((/** @type {any} */ { fresh, factor }) => ({
      fresh: fromHex(fresh, 32), factor: factor === null ? null : fromHex(factor, 32),
    })),
  };
}

/** @param {SelfCopy} copy @param {string} passphrase @returns {Promise<Blob>} the file to save */
export async function lockCopy({ named, secrets, receipt }, passphrase) {
  const [salt, iv] = [crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(12))];
  const key = await keyOf(passphrase, salt, ITERATIONS);
  const inside = utf8(JSON.stringify({ secrets: packSecrets(secrets), receipt }));
  const head = { v: VERSION, ...named, iterations: ITERATIONS, salt: hex(salt), iv: hex(iv) };
  const how = { name: "AES-GCM", iv, additionalData: utf8(JSON.stringify(named)) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(how, key, inside));
  return new Blob([JSON.stringify({ ...head, sealed: hex(sealed) }, null, 1)], { type: "application/json" });
}

/**
 * Read a self-copy.
 * @param {Blob} file @param {string} passphrase @returns {Promise<SelfCopy>}
 */
export async function openCopy(file, passphrase) {
  demand(file.size <= LIMIT, "copy-form", "This is not a self-copy.");
  let head;
  try {
    head = JSON.parse(fromUtf8(new Uint8Array(await file.arrayBuffer())));
    demand(head.v === VERSION, "copy-form", "This is not a self-copy.");
  } catch {
    throw new ProtocolError("copy-form", "This is not a self-copy.");
  }
  const { tender, lot, policy, ev, bid, org } = head;
  const named = { tender, lot, policy, ev, bid, org };
  const key = await keyOf(passphrase, fromHex(head.salt), head.iterations);
  const how = { name: "AES-GCM", iv: fromHex(head.iv), additionalData: utf8(JSON.stringify(named)) };
  try {
    const inside = JSON.parse(fromUtf8(new Uint8Array(await crypto.subtle.decrypt(how, key, fromHex(head.sealed)))));
    return { named, secrets: unpackSecrets(inside.secrets), receipt: inside.receipt };
  } catch {
    throw new ProtocolError("copy-closed", "The passphrase does not open this self-copy.");
  }
}

/** @param {BidSecrets} left @param {BidSecrets} right @returns {boolean} whether both open the same bid */
export function sameSecrets(left, right) {
  const flat = (/** @type {BidSecrets} */ { nonce, envelopes }) =>
    hex(concat(nonce, ...envelopes.flatMap(({ fresh, factor }) => [fresh, factor ?? new Uint8Array(0)])));
  return flat(left) === flat(right);
}
