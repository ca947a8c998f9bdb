/**
 * Canonical JSON: RFC 8785 narrowed to the profile of the protocol. Names are ASCII, numbers are whole
 * and lie in 0..2^53-1, strings are NFC without lone surrogates, names are unique, depth and size are
 * limited. The parser is our own because JSON.parse forgets duplicate names and the spelling of numbers.
 */
import { equal, fromUtf8, utf8 } from "./bytes.js";
import { ProtocolError, demand } from "./errors.js";

/** @typedef {any} Json null, boolean, number, string, list or object of such */

export const MAX_DEPTH = 8;
export const MAX_BYTES = 1 << 20;

const SPACE = new Set([" ", "\t", "\n", "\r"]);
const PLAIN_ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const ASCII = /^[\x00-\x7f]*$/;
/** A run of characters of a string that stand for themselves. */
const RUN = /[^"\\\u0000-\u001f]*/y;

/** @param {string} text @returns {boolean} whether every surrogate has its partner */
function wellFormed(text) {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(index + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return false;
    index += 1;
  }
  return true;
}

/** @param {string} text refuse what no string of the profile may hold */
function checkString(text) {
  if (ASCII.test(text)) return;
  demand(wellFormed(text), "json-surrogate", "A string holds a lone surrogate.");
  demand(text.normalize("NFC") === text, "json-nfc", "A string is not in Unicode form NFC.");
}

/** @param {string} name */
function checkName(name) {
  demand(ASCII.test(name), "json-name", "A name is not ASCII.");
}

/** @param {number} value */
function checkNumber(value) {
  demand(
    Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0),
    "json-number",
    "A number is not a whole number in 0..2^53-1.",
  );
}

/**
 * @param {Json} value @param {number} depth containers around and including this value
 * @returns {string}
 */
function write(value, depth) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    checkNumber(value);
    return String(value);
  }
  if (typeof value === "string") {
    checkString(value);
    return JSON.stringify(value);
  }
  demand(typeof value === "object", "json-type", "A value has no JSON form.");
  demand(depth < MAX_DEPTH, "json-depth", `The JSON is nested deeper than ${MAX_DEPTH}.`);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .map((name) => {
      checkName(name);
      return `${JSON.stringify(name)}:${write(value[name], depth + 1)}`;
    });
  return `{${members.join(",")}}`;
}

/**
 * The one byte form of a value.
 * @param {Json} value
 * @returns {Uint8Array}
 */
export function encode(value) {
  return utf8(write(value, 0));
}

/** A strict reader of JSON text. */
class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** @returns {Json} the whole text as one value */
  document() {
    const value = this.value(0);
    this.space();
    if (this.at !== this.text.length) this.fail("Something follows the JSON value.");
    return value;
  }

  /** @param {string} message @returns {never} */
  fail(message) {
    throw new ProtocolError("json", `${message} (character ${this.at})`);
  }

  space() {
    while (SPACE.has(this.text[this.at])) this.at += 1;
  }

  /** @param {string} word */
  expect(word) {
    if (!this.text.startsWith(word, this.at)) this.fail(`Expected ${word}.`);
    this.at += word.length;
  }

  /** @param {number} depth @returns {Json} */
  value(depth) {
    this.space();
    const first = this.text[this.at];
    if (first === '"') return this.string();
    if (first === "{" || first === "[") {
      demand(depth < MAX_DEPTH, "json-depth", `The JSON is nested deeper than ${MAX_DEPTH}.`);
      return first === "{" ? this.object(depth + 1) : this.array(depth + 1);
    }
    for (const [word, value] of /** @type {[string, Json][]} */ ([
      ["true", true],
      ["false", false],
      ["null", null],
    ])) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  /** @returns {number} */
  number() {
    const match = /^(?:0|[1-9][0-9]*)(?![0-9.eE])/.exec(this.text.slice(this.at, this.at + 20));
    if (!match) this.fail("Expected a whole number or another JSON value.");
    const value = Number(match[0]);
    checkNumber(value);
    this.at += match[0].length;
    return value;
  }

  /** @returns {string} */
  string() {
    this.expect('"');
    let text = "";
    for (;;) {
      RUN.lastIndex = this.at;
      text += /** @type {RegExpExecArray} */ (RUN.exec(this.text))[0];
      this.at = RUN.lastIndex;
      const character = this.text[this.at];
      if (character !== '"' && character !== "\\")
        this.fail("A string is not closed or holds a control character.");
      this.at += 1;
      if (character === '"') break;
      text += this.escape();
    }
    checkString(text);
    return text;
  }

  /** @returns {string} */
  escape() {
    const letter = this.text[this.at];
    this.at += 1;
    if (letter === "u") {
      const digits = this.text.slice(this.at, this.at + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.fail("A \\u escape needs four hex digits.");
      this.at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    if (letter === undefined || !Object.hasOwn(PLAIN_ESCAPES, letter))
      this.fail("Unknown escape in a string.");
    return PLAIN_ESCAPES[letter];
  }

  /** @param {number} depth @returns {Json[]} */
  array(depth) {
    this.expect("[");
    const items = [];
    this.space();
    if (this.text[this.at] !== "]") {
      for (;;) {
        items.push(this.value(depth));
        this.space();
        if (this.text[this.at] !== ",") break;
        this.at += 1;
      }
    }
    this.expect("]");
    return items;
  }

  /** @param {number} depth @returns {{[name: string]: Json}} an object without prototype */
  object(depth) {
    this.expect("{");
    const members = Object.create(null);
    this.space();
    if (this.text[this.at] !== "}") {
      for (;;) {
        this.space();
        const name = this.string();
        checkName(name);
        demand(
          !Object.hasOwn(members, name),
          "json-duplicate",
          `The name ${JSON.stringify(name)} appears twice.`,
        );
        this.space();
        this.expect(":");
        members[name] = this.value(depth);
        this.space();
        if (this.text[this.at] !== ",") break;
        this.at += 1;
      }
    }
    this.expect("}");
    return members;
  }
}

/**
 * Read JSON that a person may have laid out (anchors files): any white space and order of names, but
 * the profile's values only and no duplicate names.
 * @param {Uint8Array} bytes
 * @param {number} [limit] largest size in bytes
 * @returns {Json}
 */
export function decodeLoose(bytes, limit = MAX_BYTES) {
  demand(bytes.length <= limit, "json-size", `The JSON is larger than ${limit} bytes.`);
  return new Reader(fromUtf8(bytes)).document();
}

/**
 * Read canonical JSON; anything that would not be written back byte for byte is refused.
 * @param {Uint8Array} bytes
 * @param {number} [limit] largest size in bytes
 * @returns {Json}
 */
export function decode(bytes, limit = MAX_BYTES) {
  const value = decodeLoose(bytes, limit);
  demand(equal(encode(value), bytes), "json-canonical", "The JSON is not in its canonical form.");
  return value;
}
