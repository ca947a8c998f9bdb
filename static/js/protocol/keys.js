/**
 * Public keys as SubjectPublicKeyInfo: which forms the protocol accepts, checked before WebCrypto sees them.
 */
import { equal, fromHex, hex } from "./bytes.js";
import { parse } from "./der.js";
import { ProtocolError, demand } from "./errors.js";

const ED25519 = fromHex("302a300506032b6570032100");
const P256 = fromHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
const P384 = fromHex("3076301006072a8648ce3d020106052b8104002203620004");
const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
/** Encodings of the points of small order on edwards25519, canonical or not, sign bit cleared. */
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** @param {Uint8Array} raw Ed25519 public key @returns {boolean} whether it is a point of small order */
export function hasSmallOrder(raw) {
  const cleared = raw.slice();
  cleared[31] &= 0x7f;
  return SMALL_ORDER.has(hex(cleared));
}

/** @param {Uint8Array} spki @param {Uint8Array} prefix @param {number} rest @returns {boolean} */
function hasForm(spki, prefix, rest) {
  return spki.length === prefix.length + rest && equal(spki.subarray(0, prefix.length), prefix);
}

/**
 * Curve of an elliptic key with an uncompressed point.
 * @param {Uint8Array} spki
 * @returns {{curve: "P-256"|"P-384", size: number}} size: bytes of a coordinate
 */
export function curveOf(spki) {
  if (hasForm(spki, P256, 64)) return { curve: "P-256", size: 32 };
  demand(hasForm(spki, P384, 96), "key-form", "The key is not an uncompressed key on P-256 or P-384.");
  return { curve: "P-384", size: 48 };
}

/** @param {Uint8Array} spki refuse all but rsaEncryption with 2048 to 8192 bits and exponent 65537 */
export function checkRsa(spki) {
  const outer = parse(spki).sequence();
  const algorithm = outer.next().sequence();
  demand(algorithm.next().oid() === RSA_ENCRYPTION, "key-rsa", "The key is not an RSA key.");
  algorithm.next().null();
  algorithm.end();
  const numbers = parse(outer.next().bits()).sequence();
  outer.end();
  const modulus = numbers.next().integer();
  const exponent = numbers.next().integer();
  numbers.end();
  demand(hex(exponent) === "010001", "key-rsa", "The RSA exponent is not 65537.");
  const digits = modulus[0] === 0 ? modulus.subarray(1) : modulus;
  const bits = 8 * digits.length - Math.clz32(digits[0]) + 24;
  demand(
    modulus[0] < 0x80 && bits >= 2048 && bits <= 8192,
    "key-rsa",
    "The RSA modulus is not of 2048 to 8192 bits.",
  );
}

/**
 * Refuse a key that the algorithm does not allow.
 * @param {string} algorithm @param {Uint8Array} spki
 */
export function checkKey(algorithm, spki) {
  if (algorithm === "ed25519") {
    demand(hasForm(spki, ED25519, 32), "key-form", "The key is not an Ed25519 key.");
    demand(
      !hasSmallOrder(spki.subarray(12)),
      "key-small-order",
      "The Ed25519 key is a point of small order.",
    );
  } else if (algorithm === "ecdsa-p256-sha256") {
    demand(hasForm(spki, P256, 64), "key-form", "The key is not an uncompressed P-256 key.");
  } else if (algorithm === "rsa-pss-sha256") {
    checkRsa(spki);
  } else {
    throw new ProtocolError("algorithm", `The signature algorithm ${algorithm} is not known here.`);
  }
}
