/** DSSE pre-authentication encoding, and the signature algorithms over it. */
import { concat, utf8 } from "./bytes.js";
import { ProtocolError, demand } from "./errors.js";
import { checkKey, hasSmallOrder } from "./keys.js";

const ED25519_SPKI = Uint8Array.of(0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0);

/** @typedef {"ed25519"|"ecdsa-p256-sha256"|"rsa-pss-sha256"} Algorithm */

/** @type {Record<string, {import: object, use: object}>} WebCrypto parameters of each algorithm */
const ALGORITHMS = {
  ed25519: { import: { name: "Ed25519" }, use: { name: "Ed25519" } },
  "ecdsa-p256-sha256": {
    import: { name: "ECDSA", namedCurve: "P-256" },
    use: { name: "ECDSA", hash: "SHA-256" },
  },
  "rsa-pss-sha256": {
    import: { name: "RSA-PSS", hash: "SHA-256" },
    use: { name: "RSA-PSS", saltLength: 32 },
  },
};

/**
 * PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body.
 * @param {string} type media type @param {Uint8Array} body
 * @returns {Uint8Array} the bytes to sign
 */
export function pae(type, body) {
  const name = utf8(type);
  return concat(utf8(`DSSEv1 ${name.length} `), name, utf8(` ${body.length} `), body);
}

/** @param {Uint8Array} raw 32 bytes @returns {Uint8Array} SubjectPublicKeyInfo of an Ed25519 key */
export function ed25519Spki(raw) {
  demand(raw.length === 32, "ed25519-key", "An Ed25519 public key has 32 bytes.");
  return concat(ED25519_SPKI, raw);
}

/**
 * Verify an Ed25519 signature.
 * @param {Uint8Array} key raw public key @param {Uint8Array} message @param {Uint8Array} signature
 * @returns {Promise<boolean>} false for a malformed key too
 */
export async function verifyEd25519(key, message, signature) {
  if (key.length !== 32 || hasSmallOrder(key)) return false;
  try {
    const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
  } catch {
    return false;
  }
}

/**
 * Verify a signature by a key given as SubjectPublicKeyInfo. ECDSA signatures are raw r || s; RSA-PSS has
 * a salt of 32 bytes and MGF1 with SHA-256.
 * @param {string} algorithm @param {Uint8Array} spki @param {Uint8Array} message @param {Uint8Array}
 *   signature
 * @returns {Promise<boolean>} false for a malformed key or one of another algorithm too
 */
export async function verify(algorithm, spki, message, signature) {
  if (!Object.hasOwn(ALGORITHMS, algorithm)) {
    throw new ProtocolError("algorithm", `The signature algorithm ${algorithm} is not known here.`);
  }
  const { import: parameters, use } = ALGORITHMS[algorithm];
  try {
    checkKey(algorithm, spki);
    const key = await crypto.subtle.importKey("spki", spki, parameters, false, ["verify"]);
    return await crypto.subtle.verify(use, key, signature, message);
  } catch {
    return false;
  }
}

/**
 * Sign with a WebCrypto private key (Ed25519 or ECDSA P-256).
 * @param {Algorithm} algorithm @param {CryptoKey} privateKey @param {Uint8Array} message
 * @returns {Promise<Uint8Array>} ECDSA as raw r || s
 */
export async function sign(algorithm, privateKey, message) {
  return new Uint8Array(await crypto.subtle.sign(ALGORITHMS[algorithm].use, privateKey, message));
}
