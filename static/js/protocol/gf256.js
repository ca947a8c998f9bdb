/**
 * Shamir's secret sharing over GF(2^8) with the polynomial 0x11b. No tables and no branches on secret
 * bytes; the x coordinates are public.
 */
import { demand } from "./errors.js";

/**
 * Product of two field elements.
 * @param {number} left 0..255 @param {number} right 0..255 @returns {number}
 */
export function multiply(left, right) {
  let product = 0;
  let factor = left;
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= factor & -((right >> bit) & 1);
    factor = ((factor << 1) & 0xff) ^ (0x1b & -(factor >> 7));
  }
  return product;
}

/** @param {number} value @returns {number} multiplicative inverse, value^254 (0 for 0) */
export function invert(value) {
  let result = 1;
  let square = value;
  for (let bit = 1; bit < 8; bit += 1) {
    square = multiply(square, square);
    result = multiply(result, square);
  }
  return result;
}

/**
 * Value of a polynomial at x, bytewise: secret + coefficients[0] x + coefficients[1] x^2 + ...
 * @param {Uint8Array} secret
 * @param {Uint8Array[]} coefficients each as long as the secret
 * @param {number} x 1..255
 * @returns {Uint8Array}
 */
export function evaluate(secret, coefficients, x) {
  demand(Number.isInteger(x) && x >= 1 && x <= 255, "share-index", "A share index lies in 1..255.");
  let share = new Uint8Array(secret.length);
  for (const row of [...coefficients].reverse().concat([secret])) {
    demand(row.length === secret.length, "share-length", "All coefficients are as long as the secret.");
    share = share.map((value, index) => multiply(value, x) ^ row[index]);
  }
  return share;
}

/**
 * The secret at x = 0 from t shares (Lagrange).
 * @param {Map<number, Uint8Array>} shares by index; exactly the t that are to be combined
 * @returns {Uint8Array}
 */
export function combine(shares) {
  const indexes = [...shares.keys()];
  demand(indexes.length > 0, "shares-none", "There is no share to combine.");
  const length = shares.get(indexes[0]).length;
  const secret = new Uint8Array(length);
  for (const own of indexes) {
    demand(Number.isInteger(own) && own >= 1 && own <= 255, "share-index", "A share index lies in 1..255.");
    demand(shares.get(own).length === length, "share-length", "The shares differ in length.");
    let weight = 1;
    for (const other of indexes) {
      if (other !== own) weight = multiply(weight, multiply(other, invert(other ^ own)));
    }
    shares.get(own).forEach((value, index) => {
      secret[index] ^= multiply(value, weight);
    });
  }
  return secret;
}
