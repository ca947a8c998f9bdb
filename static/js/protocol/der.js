/**
 * A strict reader of DER: one-byte tags, definite lengths in their shortest form, nothing left over.
 * Values are views into the source, never copies.
 */
import { ProtocolError, demand } from "./errors.js";

export const TAG = Object.freeze({
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  UTF8: 0x0c,
  SEQUENCE: 0x30,
  SET: 0x31,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
});

/** One DER element: its tag, its content, and its whole encoding. */
export class Element {
  /** @param {number} tag @param {Uint8Array} content @param {Uint8Array} raw */
  constructor(tag, content, raw) {
    this.tag = tag;
    this.content = content;
    this.raw = raw;
  }

  /** @returns {Element[]} elements of a constructed value */
  children() {
    demand((this.tag & 0x20) !== 0, "der", "A constructed element was expected.");
    const found = [];
    for (let at = 0; at < this.content.length;) {
      const child = readAt(this.content, at);
      found.push(child);
      at += child.raw.length;
    }
    return found;
  }

  /** @returns {Cursor} over the elements of a SEQUENCE */
  sequence() {
    return new Cursor(this.as(TAG.SEQUENCE).children());
  }

  /** @param {number} tag @returns {Element} itself */
  as(tag) {
    demand(this.tag === tag, "der-tag", `A DER element has tag ${this.tag} where ${tag} was expected.`);
    return this;
  }

  /** @returns {Element[]} elements of a SET OF, which DER sorts by encoding */
  setOf() {
    const found = this.as(TAG.SET).children();
    checkSetOrder(found);
    return found;
  }

  /** @returns {string} dotted object identifier */
  oid() {
    const bytes = this.as(TAG.OID).content;
    demand(bytes.length > 0 && bytes[bytes.length - 1] < 0x80, "der-oid", "An object identifier is cut off.");
    const arcs = [];
    let arc = 0;
    let fresh = true;
    for (const value of bytes) {
      demand(!(fresh && value === 0x80), "der-oid", "An object identifier is padded.");
      arc = arc * 128 + (value & 0x7f);
      demand(Number.isSafeInteger(arc), "der-oid", "An object identifier is too large.");
      fresh = value < 0x80;
      if (fresh) {
        arcs.push(arc);
        arc = 0;
      }
    }
    const top = Math.min(Math.floor(arcs[0] / 40), 2);
    return [top, arcs[0] - 40 * top, ...arcs.slice(1)].join(".");
  }

  /** @returns {Uint8Array} content of an INTEGER in its shortest form, two's complement */
  integer() {
    const bytes = this.as(TAG.INTEGER).content;
    const padded =
      bytes.length > 1 && ((bytes[0] === 0 && bytes[1] < 0x80) || (bytes[0] === 0xff && bytes[1] >= 0x80));
    demand(bytes.length > 0 && !padded, "der-integer", "An INTEGER is not in its shortest form.");
    return bytes;
  }

  /** @returns {number} a small non-negative INTEGER */
  number() {
    return smallNumber(this.integer());
  }

  /** @returns {boolean} */
  boolean() {
    const bytes = this.as(TAG.BOOLEAN).content;
    demand(
      bytes.length === 1 && (bytes[0] === 0 || bytes[0] === 0xff),
      "der-boolean",
      "A BOOLEAN is malformed.",
    );
    return bytes[0] === 0xff;
  }

  /** @returns {Uint8Array} */
  octets() {
    return this.as(TAG.OCTET_STRING).content;
  }

  /** @returns {Uint8Array} a BIT STRING of whole bytes */
  bits() {
    const bytes = this.as(TAG.BIT_STRING).content;
    demand(bytes.length > 0 && bytes[0] === 0, "der-bits", "A BIT STRING has unused bits.");
    return bytes.subarray(1);
  }

  /** @returns {boolean} always true; refuses anything but NULL */
  null() {
    demand(this.as(TAG.NULL).content.length === 0, "der-null", "A NULL has content.");
    return true;
  }
}

/** Walks the elements of a SEQUENCE in order, with optional ones told by their tag. */
export class Cursor {
  /** @param {Element[]} elements */
  constructor(elements) {
    this.elements = elements;
    this.at = 0;
  }

  /** @returns {Element} the next element, which must exist */
  next() {
    demand(this.at < this.elements.length, "der-short", "A DER structure is missing an element.");
    return this.elements[this.at++];
  }

  /** @param {number} tag @returns {Element|null} the next element if it has this tag */
  optional(tag) {
    if (this.at < this.elements.length && this.elements[this.at].tag === tag) return this.elements[this.at++];
    return null;
  }

  /** Refuse anything left. */
  end() {
    demand(this.at === this.elements.length, "der-extra", "A DER structure has an unexpected element.");
  }
}

/** @param {Uint8Array} bytes two's complement @returns {number} */
export function smallNumber(bytes) {
  demand(bytes[0] < 0x80 && bytes.length <= 6, "der-number", "A number is negative or too large.");
  return bytes.reduce((value, next) => value * 256 + next, 0);
}

/** @param {Element[]} elements */
function checkSetOrder(elements) {
  for (let index = 1; index < elements.length; index += 1) {
    const [before, after] = [elements[index - 1].raw, elements[index].raw];
    const shared = Math.min(before.length, after.length);
    let at = 0;
    while (at < shared && before[at] === after[at]) at += 1;
    const rising = at === shared ? before.length < after.length : before[at] < after[at];
    demand(rising, "der-set", "A SET OF is not in DER order.");
  }
}

/**
 * @param {Uint8Array} bytes @param {number} at @returns {{length: number, size: number}} of a length field
 */
function readLength(bytes, at) {
  const first = bytes[at];
  demand(first !== undefined, "der-short", "A DER length is cut off.");
  if (first < 0x80) return { length: first, size: 1 };
  const count = first & 0x7f;
  demand(count >= 1 && count <= 4 && at + count < bytes.length, "der-length", "A DER length is malformed.");
  let length = 0;
  for (let index = 1; index <= count; index += 1) length = length * 256 + bytes[at + index];
  demand(length >= 0x80 && bytes[at + 1] !== 0, "der-length", "A DER length is not in its shortest form.");
  return { length, size: 1 + count };
}

/** @param {Uint8Array} bytes @param {number} at @returns {Element} */
function readAt(bytes, at) {
  const tag = bytes[at];
  if ((tag & 0x1f) === 0x1f) throw new ProtocolError("der-tag", "A DER tag has more than one byte.");
  const { length, size } = readLength(bytes, at + 1);
  const start = at + 1 + size;
  demand(start + length <= bytes.length, "der-short", "A DER element is cut off.");
  return new Element(tag, bytes.subarray(start, start + length), bytes.subarray(at, start + length));
}

/**
 * Read exactly one element.
 * @param {Uint8Array} bytes
 * @returns {Element}
 */
export function parse(bytes) {
  demand(bytes.length > 0, "der-short", "There is no DER element.");
  const element = readAt(bytes, 0);
  demand(element.raw.length === bytes.length, "der-extra", "Something follows the DER element.");
  return element;
}

/**
 * ECDSA signature from DER to the raw r || s that WebCrypto wants.
 * @param {Uint8Array} signature @param {number} size bytes of each number
 * @returns {Uint8Array}
 */
export function rawEcdsaSignature(signature, size) {
  const cursor = parse(signature).sequence();
  const raw = new Uint8Array(2 * size);
  for (const slot of [1, 2]) {
    const bytes = cursor.next().integer();
    demand(bytes[0] < 0x80, "der-number", "A number of the signature is negative.");
    const digits = bytes[0] === 0 ? bytes.subarray(1) : bytes;
    demand(
      digits.length > 0 && digits.length <= size,
      "der-number",
      "A number of the signature is out of range.",
    );
    raw.set(digits, slot * size - digits.length);
  }
  cursor.end();
  return raw;
}
