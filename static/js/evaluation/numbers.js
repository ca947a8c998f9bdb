/** Exact numbers of an evaluation (section 16.1): fractions of whole numbers, rounded only by a stage. */
import { demand } from "../protocol/errors.js";

/** @typedef {{n: bigint, d: bigint}} Fraction d > 0; not reduced */
/** @typedef {{places: number, mode: string}} Stage */

const DECIMAL = /^(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,6}))?$/;

/** @param {bigint} n @param {bigint} [d] @returns {Fraction} */
export const fraction = (n, d = 1n) => (d < 0n ? { n: -n, d: -d } : { n, d });
export const ZERO = fraction(0n);
export const ONE = fraction(1n);
export const HUNDRED = fraction(100n);

/** @param {string} text @returns {Fraction} a decimal string */
export function number(text) {
  const match = typeof text === "string" ? DECIMAL.exec(text) : null;
  demand(match, "decimal", `${text} is not a decimal.`);
  const behind = match[2] ?? "";
  return fraction(BigInt(match[1] + behind), 10n ** BigInt(behind.length));
}

/** @param {Fraction} a @param {Fraction} b */
export const plus = (a, b) => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
/** @param {Fraction} a @param {Fraction} b */
export const minus = (a, b) => fraction(a.n * b.d - b.n * a.d, a.d * b.d);
/** @param {Fraction} a @param {Fraction} b */
export const times = (a, b) => fraction(a.n * b.n, a.d * b.d);
/** @param {Fraction} a @param {Fraction} b */
export const over = (a, b) => fraction(a.n * b.d, a.d * b.n);
/** @param {Fraction} a @param {Fraction} b @returns {number} below, at or above zero */
export function order(a, b) {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : Number(difference > 0n);
}
/** @param {Fraction[]} list @returns {Fraction} */
export const sum = (list) => list.reduce(plus, ZERO);
/** @param {Fraction[]} list not empty @returns {Fraction} */
export const mean = (list) => over(sum(list), fraction(BigInt(list.length)));

/** @param {Fraction} value not negative @param {Stage} stage @returns {Fraction} */
export function round({ n, d }, { places, mode }) {
  const scale = 10n ** BigInt(places);
  const whole = (n * scale) / d;
  const twice = 2n * ((n * scale) % d);
  const up =
    mode === "ceiling"
      ? twice > 0n
      : mode !== "floor" && (twice > d || (twice === d && (mode === "half_up" || whole % 2n === 1n)));
  return fraction(whole + (up ? 1n : 0n), scale);
}

/** @param {Fraction} value that has at most so many places @param {number} places @returns {string} */
export function fixed({ n, d }, places) {
  const digits = ((n * 10n ** BigInt(places)) / d).toString().padStart(places + 1, "0");
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** @param {Fraction} value a mark or a sum of marks @returns {string} the shortest decimal */
export const shortest = (value) => fixed(value, 12).replace(/\.?0+$/, "");
