/** The opening line (开标一览表): what envelope 0 holds and what is read out, as `bidding/opening_line.py` reads it. */
import { encode } from "../protocol/canonical.js";

const VERSION = "sunlit/opening-line/1";

/**
 * @typedef {object} Line
 * @property {string} tenderer @property {string} org @property {string} price two places @property {string} price_words
 * @property {string} currency @property {number} validity_days @property {number|null} duration_days
 * @property {string} quality @property {string} manager @property {string} notes
 */

/** @param {Line} line @returns {Uint8Array} the canonical bytes to be sealed */
export function encodeLine(line) {
  return encode({ v: VERSION, ...line });
}

/** @param {Uint8Array} bytes @returns {Line|null} for showing what was opened */
export function decodeLine(bytes) {
  try {
    const { v, ...line } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return v === VERSION ? line : null;
  } catch {
    return null;
  }
}
