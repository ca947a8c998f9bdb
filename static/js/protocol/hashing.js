/** The hash functions of the protocol, each under its own label so that no value fits two places. */
import { byte, concat, utf8 } from "./bytes.js";
import { demand } from "./errors.js";

const PREFIX = "sealedbid/v1 ";
const SHA512_BYTES = 64;

/** @param {Uint8Array} message @returns {Promise<Uint8Array>} SHA-256, 32 bytes */
export async function sha256(message) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", message));
}

/** @param {Uint8Array} message @returns {Promise<Uint8Array>} SHA-512, 64 bytes */
export async function sha512(message) {
  return new Uint8Array(await crypto.subtle.digest("SHA-512", message));
}

/**
 * SHA-256("sealedbid/v1 " || label || parts). Parts must have fixed lengths, or be the last.
 * @param {string} label
 * @param {...Uint8Array} parts
 * @returns {Promise<Uint8Array>}
 */
export function tagged(label, ...parts) {
  return sha256(concat(utf8(PREFIX + label), ...parts));
}

/**
 * @param {"SHA-256"|"SHA-512"} hash
 * @param {Uint8Array} key any length
 * @returns {Promise<CryptoKey>}
 */
function hmacKey(hash, key) {
  const usable = key.length === 0 ? new Uint8Array(1) : key; // HMAC pads keys with zeros: the same key
  return crypto.subtle.importKey("raw", usable, { name: "HMAC", hash }, false, ["sign"]);
}

/**
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 * @param {"SHA-256"|"SHA-512"} [hash]
 * @returns {Promise<Uint8Array>} HMAC, by default HMAC-SHA-512 (64 bytes)
 */
export async function mac(key, message, hash = "SHA-512") {
  return new Uint8Array(await crypto.subtle.sign("HMAC", await hmacKey(hash, key), message));
}

/**
 * HKDF-Expand of RFC 5869 section 2.3 (WebCrypto offers only extract and expand together).
 * @param {Uint8Array} prk
 * @param {Uint8Array} info
 * @param {number} length bytes wanted, at most 255 hash lengths
 * @param {"SHA-256"|"SHA-512"} [hash]
 * @returns {Promise<Uint8Array>}
 */
export async function hkdfExpand(prk, info, length, hash = "SHA-512") {
  const block = hash === "SHA-512" ? SHA512_BYTES : 32;
  demand(length <= 255 * block, "hkdf-length", "HKDF cannot give that many bytes.");
  const key = await hmacKey(hash, prk);
  let previous = new Uint8Array(0);
  const blocks = [];
  for (let counter = 1; (counter - 1) * block < length; counter += 1) {
    const message = concat(previous, info, byte(counter));
    previous = new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
    blocks.push(previous);
  }
  return concat(...blocks).slice(0, length);
}

/**
 * X(prk, label, n): HKDF-Expand-SHA-512 with info "sealedbid/v1 " || label.
 * @param {Uint8Array} prk
 * @param {string} label
 * @param {number} length
 * @returns {Promise<Uint8Array>}
 */
export function expand(prk, label, length) {
  return hkdfExpand(prk, utf8(PREFIX + label), length);
}
