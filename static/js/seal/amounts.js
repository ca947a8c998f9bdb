/**
 * Amounts in capitals (大写), written from the figures and read back to compare: the same rules as
 * `protocol/amounts.py`, held to it by a test. Amounts are decimal strings, never floating point.
 */
import { demand } from "../protocol/errors.js";

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const SMALL = ["", "拾", "佰", "仟"];
const BIG = ["", "万", "亿", "万亿"];
const MAX_FEN = 999_999_999_999_999_999n;
/** @type {Record<string, string>} */
const PLAIN = Object.fromEntries(
  [..."〇一二三四五六七八九两十百千億萬圓圆園正"].map((from, at) => [from, [..."零壹贰叁肆伍陆柒捌玖贰拾佰仟亿万元元元整"][at]]),
);

/** @param {string} typed as people type amounts: blanks, commas, full-width digits @returns {string|null} 1234.50 */
export function readFigures(typed) {
  const plain = typed.normalize("NFKC").replace(/[\s,，_']/g, "").replace(/^[¥￥]|元$/g, "");
  const found = /^(\d{1,16})(?:\.(\d{1,2}))?$/.exec(plain);
  return found ? `${BigInt(found[1])}.${(found[2] ?? "").padEnd(2, "0")}` : null;
}

/** @param {string} figures 1234567.50 @returns {string} 1,234,567.50 */
export function grouped(figures) {
  const [whole, cents] = figures.split(".");
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${cents}`;
}

/** @param {string} figures with two places @returns {bigint} in hundredths */
export function hundredths(figures) {
  return BigInt(figures.replace(".", ""));
}

/**
 * @param {string} figures with two places
 * @returns {string} 玖佰壹拾捌万元整
 */
export function amountInWords(figures) {
  demand(/^\d{1,16}\.\d{2}$/.test(figures), "amount-form", "An amount has figures and two places.");
  const fen = hundredths(figures);
  demand(fen <= MAX_FEN, "amount-form", "The amount is too large.");
  const yuan = fen / 100n;
  const jiao = Number((fen / 10n) % 10n);
  const cent = Number(fen % 10n);
  const whole = yuan || !fen ? `${integer(yuan)}元` : "";
  if (!jiao && !cent) return `${whole}整`;
  let text = whole;
  if (jiao) text += `${yuan && yuan % 10n === 0n ? "零" : ""}${DIGITS[jiao]}角`;
  else if (yuan) text += "零";
  return text + (cent ? `${DIGITS[cent]}分` : "整");
}

/** @param {bigint} number @returns {string} */
function integer(number) {
  if (number === 0n) return DIGITS[0];
  const groups = [];
  for (let rest = number; rest > 0n; rest /= 10_000n) groups.push(Number(rest % 10_000n));
  let text = "";
  let gap = false;
  for (let position = groups.length - 1; position >= 0; position -= 1) {
    const value = groups[position];
    if (value === 0) {
      gap = text !== "";
      continue;
    }
    if (text && (gap || value < 1000)) text += "零";
    text += group(value) + (position === 3 && groups[2] ? "万" : BIG[position]);
    gap = false;
  }
  return text;
}

/** @param {number} value 1 to 9999 @returns {string} without a leading zero */
function group(value) {
  let text = "";
  let gap = false;
  for (let position = 3; position >= 0; position -= 1) {
    const digit = Math.floor(value / 10 ** position) % 10;
    if (digit === 0) {
      gap = text !== "";
      continue;
    }
    text += (gap ? "零" : "") + DIGITS[digit] + SMALL[position];
    gap = false;
  }
  return text;
}

/** @param {string} text in 大写 or ordinary numerals @returns {string|null} figures with two places; null if unreadable */
export function readWords(text) {
  let plain = text.replace(/\s/g, "").replaceAll("人民币", "").replace(/[¥￥]/g, "").replaceAll("廿", "贰拾").replaceAll("卅", "叁拾");
  plain = [...plain].map((character) => PLAIN[character] ?? character).join("").replace(/整$/, "");
  if (!plain) return null;
  const at = plain.indexOf("元");
  const pair = at >= 0 ? [plain.slice(0, at), plain.slice(at + 1)] : /[角分]$/.test(plain) ? ["", plain] : [plain, ""];
  const whole = pair[0] ? readInteger(pair[0]) : 0n;
  const part = readFraction(pair[1]);
  return whole === null || part === null ? null : `${whole}.${String(part).padStart(2, "0")}`;
}

/** @param {string} text @returns {bigint|null} */
function readInteger(text) {
  let total = 0n;
  let section = 0n;
  let digit = 0n;
  let seen = false;
  for (const character of text) {
    if (DIGITS.includes(character)) {
      if (digit) return null;
      digit = BigInt(DIGITS.indexOf(character));
      seen = true;
    } else if (SMALL.indexOf(character) > 0) {
      section += (digit || seen ? digit : 1n) * 10n ** BigInt(SMALL.indexOf(character));
      [digit, seen] = [0n, true];
    } else if (character === "万") {
      total += (section + digit) * 10_000n;
      [section, digit] = [0n, 0n];
    } else if (character === "亿") {
      total = (total + section + digit) * 100_000_000n;
      [section, digit] = [0n, 0n];
    } else return null;
  }
  return total + section + digit;
}

/** @param {string} text @returns {number|null} hundredths */
function readFraction(text) {
  let rest = text.replaceAll("零", "");
  let value = 0;
  for (const [unit, worth] of /** @type {[string, number][]} */ ([["角", 10], ["分", 1]])) {
    const at = rest.indexOf(unit);
    if (at < 0) continue;
    if (at !== 1 || !DIGITS.includes(rest[0])) return null;
    value += DIGITS.indexOf(rest[0]) * worth;
    rest = rest.slice(2);
  }
  return rest ? null : value;
}
