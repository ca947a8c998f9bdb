/** Byte strings: joining, comparing, and the strict text forms the protocol uses. */
import { ProtocolError, demand } from "./errors.js";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, "0"));
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** @param {string} text @returns {Uint8Array} its UTF-8 bytes */
export function utf8(text) {
  return ENCODER.encode(text);
}

/**
 * Decode UTF-8 strictly: no replacement characters, a byte order mark stays a character.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function fromUtf8(bytes) {
  try {
    return DECODER.decode(bytes);
  } catch {
    throw new ProtocolError("utf8", "The bytes are not valid UTF-8.");
  }
}

/** @param {...Uint8Array} parts @returns {Uint8Array} the parts joined */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/**
 * Whether two byte strings are equal, in time that depends on their lengths only.
 * @param {Uint8Array} left @param {Uint8Array} right @returns {boolean}
 */
export function equal(left, right) {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) difference |= left[index] ^ right[index];
  return difference === 0;
}

/** @param {Uint8Array} left @param {Uint8Array} right @returns {number} order as unsigned byte strings */
export function compare(left, right) {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    if (left[index] !== right[index]) return left[index] - right[index];
  }
  return left.length - right.length;
}

/** @param {Uint8Array} bytes @returns {string} lowercase hexadecimal */
export function hex(bytes) {
  let text = "";
  for (const value of bytes) text += HEX[value];
  return text;
}

/**
 * Read lowercase hexadecimal.
 * @param {string} text
 * @param {number} [length] required number of bytes
 * @returns {Uint8Array}
 */
export function fromHex(text, length) {
  demand(
    typeof text === "string" && /^(?:[0-9a-f]{2})*$/.test(text),
    "hex",
    "The text is not lowercase hex.",
  );
  demand(
    length === undefined || text.length === 2 * length,
    "hex-length",
    `The hex text is not ${length} bytes long.`,
  );
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(text.slice(2 * index, 2 * index + 2), 16);
  }
  return bytes;
}

/** @param {Uint8Array} bytes @returns {string} standard base64 with padding */
export function base64(bytes) {
  let text = "";
  for (const value of bytes) text += String.fromCharCode(value);
  return btoa(text);
}

/**
 * Read standard base64 (RFC 4648 section 4): padding required, unused bits zero, nothing else allowed.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function fromBase64(text) {
  demand(BASE64.test(text), "base64", "The text is not standard base64.");
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  demand(base64(bytes) === text, "base64", "The base64 text has stray bits.");
  return bytes;
}

/** @param {number} value 0..255 @returns {Uint8Array} one byte */
export function byte(value) {
  demand(Number.isInteger(value) && value >= 0 && value <= 255, "byte", "The number does not fit one byte.");
  return Uint8Array.of(value);
}

/** @param {number} value 0..2^53-1 @returns {Uint8Array} eight bytes, big-endian */
export function u64be(value) {
  demand(Number.isSafeInteger(value) && value >= 0, "u64", "The number is not a safe unsigned integer.");
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/**
 * @param {Uint8Array} bytes eight bytes, big-endian
 * @returns {number} the number, refused past 2^53-1
 */
export function fromU64be(bytes) {
  demand(bytes.length === 8, "u64", "An unsigned 64-bit number has eight bytes.");
  const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
  demand(value <= BigInt(Number.MAX_SAFE_INTEGER), "u64", "The number is past 2^53-1.");
  return Number(value);
}
