/**
 * Private keys under lock: wrapped by WebCrypto with AES-256-GCM, so that their bytes are never in the hands
 * of a script. A lock is opened by a passphrase (PBKDF2) or by the secret of a passkey (WebAuthn PRF, HKDF).
 */
import { fromHex, hex, utf8 } from "../protocol/bytes.js";
import { ProtocolError, demand } from "../protocol/errors.js";

/** @typedef {{algorithm: "ed25519"|"ecdsa-p256-sha256"|"x25519", public: string}} Half public half, SPKI or raw, hex */
/** @typedef {{iv: string, sealed: string}} Sealed */
/**
 * @typedef {object} Lock
 * @property {"passphrase"|"passkey"} kind
 * @property {string} salt
 * @property {number} [iterations]
 * @property {string} [credential] id of the passkey
 * @property {string} [input] what the passkey's PRF is asked
 * @property {Record<string, Sealed>} keys
 */

export const ITERATIONS = 600_000;
const INFO = utf8("sunlit key lock v1");
/** @type {Record<string, any>} WebCrypto names of what a key is unwrapped as */
const IMPORT = {
  "ed25519": { algorithm: { name: "Ed25519" }, uses: ["sign"] },
  "ecdsa-p256-sha256": { algorithm: { name: "ECDSA", namedCurve: "P-256" }, uses: ["sign"] },
  "x25519": { algorithm: { name: "X25519" }, uses: ["deriveBits"] },
};

/** @param {number} length @returns {Uint8Array} */
const random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** @param {string} passphrase @param {Uint8Array} salt @param {number} iterations @returns {Promise<CryptoKey>} */
async function fromPassphrase(passphrase, salt, iterations) {
  const base = await crypto.subtle.importKey("raw", utf8(passphrase), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

/** @param {Uint8Array} secret 32 bytes @param {Uint8Array} salt @returns {Promise<CryptoKey>} */
async function fromSecret(secret, salt) {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: INFO };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

/** What the seal of a key is bound to: nobody can swap two keys of a file. @param {string} name @param {Half} half */
const bound = (name, half) => utf8(`${name} ${half.algorithm} ${half.public}`);

/**
 * @param {CryptoKey} wrapping @param {Record<string, CryptoKey>} privateKeys @param {Record<string, Half>} halves
 * @returns {Promise<Record<string, Sealed>>}
 */
async function seal(wrapping, privateKeys, halves) {
  /** @type {Record<string, Sealed>} */
  const sealed = {};
  for (const [name, key] of Object.entries(privateKeys)) {
    const iv = random(12);
    const how = { name: "AES-GCM", iv, additionalData: bound(name, halves[name]) };
    const bytes = new Uint8Array(await crypto.subtle.wrapKey("pkcs8", key, wrapping, how));
    sealed[name] = { iv: hex(iv), sealed: hex(bytes) };
  }
  return sealed;
}

/**
 * @param {Record<string, CryptoKey>} privateKeys extractable @param {Record<string, Half>} halves
 * @param {string} passphrase @returns {Promise<Lock>}
 */
export async function lockWithPassphrase(privateKeys, halves, passphrase) {
  const salt = random(16);
  const wrapping = await fromPassphrase(passphrase, salt, ITERATIONS);
  return {
    kind: "passphrase", salt: hex(salt), iterations: ITERATIONS, keys: await seal(wrapping, privateKeys, halves),
  };
}

/**
 * @param {Record<string, CryptoKey>} privateKeys extractable @param {Record<string, Half>} halves
 * @param {{credential: Uint8Array, input: Uint8Array, secret: Uint8Array}} passkey
 * @returns {Promise<Lock>}
 */
export async function lockWithPasskey(privateKeys, halves, { credential, input, secret }) {
  const salt = random(16);
  const wrapping = await fromSecret(secret, salt);
  return {
    kind: "passkey", salt: hex(salt), credential: hex(credential), input: hex(input),
    keys: await seal(wrapping, privateKeys, halves),
  };
}

/**
 * Open a lock.
 * @param {Lock} lock @param {Record<string, Half>} halves
 * @param {string|Uint8Array} opener passphrase as shown, or the passkey's secret
 * @returns {Promise<Record<string, CryptoKey>>} keys that can be used but not read
 */
export async function openLock(lock, halves, opener) {
  const salt = fromHex(lock.salt);
  demand((lock.kind === "passphrase") === (typeof opener === "string"), "lock-kind", "This does not open the lock.");
  const wrapping = typeof opener === "string"
    ? await fromPassphrase(opener, salt, lock.iterations ?? ITERATIONS) : await fromSecret(opener, salt);
  /** @type {Record<string, CryptoKey>} */
  const opened = {};
  for (const [name, { iv, sealed }] of Object.entries(lock.keys)) {
    const { algorithm, uses } = IMPORT[halves[name].algorithm];
    const how = { name: "AES-GCM", iv: fromHex(iv), additionalData: bound(name, halves[name]) };
    try {
      opened[name] = await crypto.subtle.unwrapKey("pkcs8", fromHex(sealed), wrapping, how, algorithm, false, uses);
    } catch {
      throw new ProtocolError("lock-closed", "The lock does not open.");
    }
  }
  return opened;
}
