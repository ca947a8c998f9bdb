/**
 * Small forms that JSON values are held to. A form is a function that refuses what does not fit; `where`
 * names the place for the message. Objects have exactly the members listed.
 */
import { compare } from "./bytes.js";
import { ProtocolError } from "./errors.js";

/** @typedef {(value: any, where: string) => void} Form */

const ID = /^[^\u0000-\u001f\u007f]{1,200}$/u;
const PLACE = /^[A-Za-z0-9-]{1,60}$/;
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})\.[0-9]{2}$/;
const HEX = /^(?:[0-9a-f]{2})*$/;
const MAX_TEXT = 2000;
const MAX_KEY = 4096;

/** @param {boolean} condition @param {string} where @param {string} what @returns {asserts condition} */
function fits(condition, where, what) {
  if (!condition) throw new ProtocolError("form", `${where} is not ${what}.`);
}

/** @type {Form} */
export const id = (value, where) => fits(typeof value === "string" && ID.test(value), where, "an id");
/** @type {Form} */
export const place = (value, where) =>
  fits(typeof value === "string" && PLACE.test(value), where, "a tender or lot id");
/** @type {Form} */
export const text = (value, where) => {
  fits(
    typeof value === "string" && [...value].length <= MAX_TEXT,
    where,
    "a text of at most 2,000 characters",
  );
};
/** @type {Form} */
export const string = (value, where) => fits(typeof value === "string", where, "a string");
/** @type {Form} */
export const decimal = (value, where) => {
  fits(typeof value === "string" && DECIMAL.test(value), where, "a decimal string with two places");
};

/** @param {number} [least] @param {number} [most] @returns {Form} */
export const integer =
  (least = 0, most = Number.MAX_SAFE_INTEGER) =>
  (value, where) => {
    fits(
      Number.isSafeInteger(value) && value >= least && value <= most,
      where,
      `a whole number in ${least}..${most}`,
    );
  };

/** A moment: POSIX seconds. */
export const moment = integer();

/** @param {number} length @returns {Form} */
export const bytes = (length) => (value, where) => {
  fits(
    typeof value === "string" && value.length === 2 * length && HEX.test(value),
    where,
    `${length} bytes in hex`,
  );
};

/** @param {number} least @param {number} most @returns {Form} */
export const bytesBetween = (least, most) => (value, where) => {
  const good =
    typeof value === "string" && HEX.test(value) && value.length >= 2 * least && value.length <= 2 * most;
  fits(good, where, `${least} to ${most} bytes in hex`);
};

/** A hash, an event id, a root. */
export const hash = bytes(32);
/** A public key as SubjectPublicKeyInfo, or a certificate. */
export const der = bytesBetween(1, MAX_KEY);

/** @param {...any} values @returns {Form} */
export const oneOf =
  (...values) =>
  (value, where) =>
    fits(values.includes(value), where, `one of ${values.join(", ")}`);

/** @param {Form} form @returns {Form} */
export const nullable = (form) => (value, where) => {
  if (value !== null) form(value, where);
};

/** @param {Record<string, Form>} members @returns {Form} an object with exactly these members */
export const record = (members) => (value, where) => {
  fits(typeof value === "object" && value !== null && !Array.isArray(value), where, "an object");
  for (const name of Object.keys(value))
    fits(Object.hasOwn(members, name), `${where}.${name}`, "a member known here");
  for (const [name, form] of Object.entries(members)) {
    fits(Object.hasOwn(value, name), `${where}.${name}`, "there");
    form(value[name], `${where}.${name}`);
  }
};

/** @param {Form} name @param {Form} form @returns {Form} an object whose names are data */
export const dictionary = (name, form) => (value, where) => {
  fits(typeof value === "object" && value !== null && !Array.isArray(value), where, "an object");
  for (const [key, item] of Object.entries(value)) {
    name(key, `${where} name`);
    form(item, `${where}.${key}`);
  }
};

/**
 * A list; `by` gives what must rise strictly (numbers, or strings by their bytes).
 * @param {Form} form
 * @param {{least?: number, most?: number, by?: (item: any) => number|string}} [limits]
 * @returns {Form}
 */
export const list =
  (form, { least = 0, most = Infinity, by } = {}) =>
  (value, where) => {
    fits(
      Array.isArray(value) && value.length >= least && value.length <= most,
      where,
      "a list of a fitting length",
    );
    value.forEach((item, index) => form(item, `${where}[${index}]`));
    if (by) fits(rises(value.map(by)), where, "in strictly ascending order");
  };

/** @param {...Form} forms @returns {Form} a list of fixed length */
export const tuple =
  (...forms) =>
  (value, where) => {
    fits(Array.isArray(value) && value.length === forms.length, where, `a list of ${forms.length}`);
    forms.forEach((form, index) => form(value[index], `${where}[${index}]`));
  };

/** @param {(number|string)[]} keys @returns {boolean} whether each is larger than the one before */
export function rises(keys) {
  return keys.every((key, index) => {
    if (index === 0) return true;
    const before = keys[index - 1];
    if (typeof key === "number") return key > Number(before);
    return compareText(String(before), key) < 0;
  });
}

/** @param {string} left @param {string} right @returns {number} order by UTF-8 bytes */
export function compareText(left, right) {
  const encoder = new TextEncoder();
  return compare(encoder.encode(left), encoder.encode(right));
}

/** @param {any} value @param {string} where list of numbers 0, 1, 2 … @param {number} first */
export function counts(value, where, first) {
  fits(
    value.every((/** @type {number} */ item, /** @type {number} */ index) => item === index + first),
    where,
    `numbered from ${first} without a gap`,
  );
}

/** @type {Form} one signature: by a key, or by a certificate chain */
export const signature = (value, where) => {
  const kinds = {
    ed25519: bytes(64),
    "ecdsa-p256-sha256": bytes(64),
    "rsa-pss-sha256": bytesBetween(256, 1024),
  };
  fits(
    typeof value === "object" && value !== null && Object.hasOwn(kinds, value.alg ?? ""),
    where,
    "a signature of a known algorithm",
  );
  const common = { alg: string, sig: kinds[value.alg] };
  const certified = Object.hasOwn(value, "certs");
  record(certified ? { ...common, certs: list(der, { least: 1, most: 4 }) } : { ...common, key: der })(
    value,
    where,
  );
};

export const signatures = list(signature, { least: 1, most: 4 });
