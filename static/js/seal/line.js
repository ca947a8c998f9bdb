/** The opening line (开标一览表): what envelope 0 holds and what is read out, as `protocol/line.py` reads it. */
import { encode } from "../protocol/canonical.js";
import { readFigures } from "./amounts.js";

const VERSION = "sunlit/opening-line/1";

/**
 * @typedef {object} Line
 * @property {string} tenderer @property {string} org @property {string} price two places @property {string} price_words
 * @property {string} currency @property {number} validity_days @property {number|null} duration_days
 * @property {string} quality @property {string} manager @property {string} notes
 */

/** @param {string} text @returns {number|null} */
const whole = (text) => (/^\d{1,5}$/.test(text) ? Number(text) : null);

/**
 * The line as it is typed, which `python -m protocol line` makes of the same fields, byte for byte; `price` is empty and
 * `validity_days` 0 where what is typed is neither.
 * @param {{tenderer: string, org: string, currency: string}} lot @param {Record<string, string>} typed
 * @returns {Line}
 */
export function lineOf({ tenderer, org, currency }, typed) {
  const text = (/** @type {string} */ name) => (typed[name] ?? "").trim().normalize("NFC");
  return {
    tenderer, org, price: readFigures(typed.price ?? "") ?? "", price_words: text("price_words"), currency,
    validity_days: whole(text("validity_days")) ?? 0, duration_days: whole(text("duration_days")),
    quality: text("quality"), manager: text("manager"), notes: text("notes"),
  };
}

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
