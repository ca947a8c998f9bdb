/**
 * An officer's key for one lot: made on the officer's own device, declared in the log, tried in a dry run,
 * and kept wrapped under a secret that only the officer's passkey gives.
 */
import { byte, concat, hex, utf8 } from "../protocol/bytes.js";
import { newBody, signBody } from "../protocol/events.js";
import { sha256, tagged } from "../protocol/hashing.js";
import * as hpke from "../protocol/hpke.js";

/** @typedef {import("../protocol/hpke.js").KeyPair} KeyPair */
/**
 * @typedef {{algorithm: import("../protocol/dsse.js").Algorithm, privateKey: CryptoKey, spki: Uint8Array}}
 *   SigningKey
 */

const WRAP_INFO = utf8("sealedbid/v1 officer key wrap");

/**
 * @param {Uint8Array} secret 32 bytes from the passkey @param {Uint8Array} salt
 * @returns {Promise<CryptoKey>}
 */
async function wrappingKey(secret, salt) {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: WRAP_INFO };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, [
    "wrapKey",
    "unwrapKey",
  ]);
}

/**
 * Make a key and wrap it.
 * @param {Uint8Array} secret output of the passkey's PRF, 32 bytes
 * @returns {Promise<{publicKey: Uint8Array, wrapped: Uint8Array}>} wrapped is safe to store anywhere
 */
export async function makeKey(secret) {
  const { privateKey, publicKey } = await hpke.generateKeyPair(true);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const how = { name: "AES-GCM", iv, additionalData: publicKey };
  const sealed = await crypto.subtle.wrapKey("pkcs8", privateKey, await wrappingKey(secret, salt), how);
  return { publicKey, wrapped: concat(salt, iv, new Uint8Array(sealed)) };
}

/**
 * Unwrap a key so that it can be used but never read.
 * @param {Uint8Array} secret @param {Uint8Array} publicKey @param {Uint8Array} wrapped
 * @returns {Promise<KeyPair>}
 */
export async function openKey(secret, publicKey, wrapped) {
  const how = { name: "AES-GCM", iv: wrapped.slice(16, 28), additionalData: publicKey };
  const key = await wrappingKey(secret, wrapped.slice(0, 16));
  const privateKey = await crypto.subtle.unwrapKey(
    "pkcs8",
    wrapped.slice(28),
    key,
    how,
    { name: "X25519" },
    false,
    ["deriveBits"],
  );
  return { privateKey, publicKey };
}

/**
 * The officer-key event.
 * @param {{tender: string, lot: string, i: number, publicKey: Uint8Array, signer: SigningKey}} input
 * @returns {Promise<{body: any, signatures: object[]}>}
 */
export async function declareKey({ tender, lot, i, publicKey, signer }) {
  const body = newBody({ tender, lot, i, pk: hex(publicKey), sig_key: hex(signer.spki) });
  return { body, signatures: [await signBody("officer-key", body, signer)] };
}

/**
 * HPKE info of a dry run: fixed here, never taken from a message, so that a sealed share sent as a
 * challenge does not open.
 * @param {string} tender @param {string} lot @param {number} i
 * @returns {Promise<Uint8Array>}
 */
export async function dryRunInfo(tender, lot, i) {
  return concat(utf8("sealedbid/v1 dryrun"), await sha256(utf8(`${tender}/${lot}`)), byte(i));
}

/**
 * Answer a dry run's challenge.
 * @param {{tender: string, lot: string, i: number, stage: "publish"|"eve", challenge: Uint8Array, pair:
 *   KeyPair,
 *   signer: SigningKey}} input challenge is enc || ciphertext
 * @returns {Promise<{body: any, signatures: object[]}>}
 */
export async function answerDryRun({ tender, lot, i, stage, challenge, pair, signer }) {
  const opened = await hpke.open(pair, await dryRunInfo(tender, lot, i), challenge);
  const answer = await tagged("dryrun answer", opened);
  const body = newBody({
    tender,
    lot,
    i,
    pk: hex(pair.publicKey),
    stage,
    answer: hex(answer),
    tool: "browser",
  });
  return { body, signatures: [await signBody("dryrun", body, signer)] };
}
