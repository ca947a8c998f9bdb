/**
 * WebCrypto for a sweep, imported for its effect before the verifier: the same answers, sooner. Digests and MACs are made
 * by Node's OpenSSL without a hop to another thread; signatures, agreements and imports of keys, which hang on nothing but
 * their arguments, are asked for once. A pause of no length ends at once. The product never sees this.
 */
import { createHash, createHmac } from "node:crypto";
import { register } from "node:module";

const { subtle } = crypto;
const real = Object.fromEntries(
  ["importKey", "verify", "sign", "deriveBits"].map((name) => [name, subtle[name].bind(subtle)]),
);
const KEPT = 20_000;
const known = new Map();
/** Raw bytes of keys, by key. @type {WeakMap<CryptoKey, {id: string, mac?: [string, Buffer]}>} */
const keys = new WeakMap();
const buffer = (/** @type {ArrayBufferView|ArrayBuffer} */ data) =>
  ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
const own = (/** @type {Buffer} */ made) => made.buffer.slice(made.byteOffset, made.byteOffset + made.length);
const node = (/** @type {string} */ name) => name.toLowerCase().replace("-", "");

/** @template T @param {unknown[]} parts @param {() => Promise<T>} ask @returns {Promise<T>} */
function once(parts, ask) {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : buffer(part);
    hash.update(`${typeof part} ${bytes.length} `).update(bytes);
  }
  const key = hash.digest("latin1");
  if (!known.has(key)) {
    if (known.size >= KEPT) known.clear();
    known.set(key, ask());
  }
  return known.get(key);
}

/** @template T @param {T} value @returns {T} the same, which nobody can change any more */
function frozen(value) {
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

/** The function, asked once for equal arguments; a refusal is remembered like an answer (remembered.mjs). */
globalThis.remembered = (/** @type {(...given: any[]) => any} */ ask) => {
  const isAsync = ask.constructor.name === "AsyncFunction";
  return (/** @type {any[]} */ ...given) => {
    const parts = given.map((part) => (ArrayBuffer.isView(part) ? part : readable(part)));
    const said = once([ask.name, ...parts], () => {
      if (isAsync) return ask(...given).then(frozen);
      try {
        return { answer: frozen(ask(...given)) };
      } catch (error) {
        return { error };
      }
    });
    if (isAsync) return said;
    if (said.error) throw said.error;
    return said.answer;
  };
};
const readable = (/** @type {any} */ part) =>
  JSON.stringify(part, (_, value) => (ArrayBuffer.isView(value) ? Buffer.from(value).toString("hex") : value)) ?? "";
register("./remembered.mjs", import.meta.url);

subtle.digest = async (how, data) => own(createHash(node(how.name ?? how)).update(buffer(data)).digest());

subtle.importKey = async (format, data, how, extractable, uses) => {
  if (ArrayBuffer.isView(data) === false && !(data instanceof ArrayBuffer))
    return real.importKey(format, data, how, extractable, uses);
  const parts = [format, JSON.stringify([how, extractable, uses]), data];
  const made = await once(parts, () => real.importKey(format, data, how, extractable, uses));
  if (!keys.has(made)) {
    const id = createHash("sha256").update(`${parts[0]} ${parts[1]} `).update(buffer(data)).digest("hex");
    keys.set(made, how.name === "HMAC" ? { id, mac: [node(how.hash), Buffer.from(buffer(data))] } : { id });
  }
  return made;
};

subtle.sign = async (how, key, data) => {
  const mac = keys.get(key)?.mac;
  if (!mac || (how.name ?? how) !== "HMAC") return real.sign(how, key, data);
  return own(createHmac(mac[0], mac[1]).update(buffer(data)).digest());
};

subtle.verify = (how, key, signature, data) => {
  const id = keys.get(key)?.id;
  if (!id) return real.verify(how, key, signature, data);
  return once(["verify", JSON.stringify(how), id, signature, data], () => real.verify(how, key, signature, data));
};

subtle.deriveBits = async (how, key, length) => {
  const [mine, theirs] = [keys.get(key)?.id, how.public && keys.get(how.public)?.id];
  if (!mine || !theirs) return real.deriveBits(how, key, length);
  const bits = await once(["agree", mine, theirs, String(length)], () => real.deriveBits(how, key, length));
  return bits.slice(0);
};

const { setTimeout: later } = globalThis;
globalThis.setTimeout = (act, wait = 0, ...rest) => (wait ? later(act, wait, ...rest) : setImmediate(act, ...rest));

/** Bytes which are sliced and read like a Blob, at once. */
export class Bytes {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.size = bytes.length;
  }

  /** @param {number} [start] @param {number} [end] @returns {Bytes} */
  slice(start, end) {
    const place = (/** @type {number} */ at) => Math.min(Math.max(at < 0 ? this.size + at : at, 0), this.size);
    const from = place(start ?? 0);
    return new Bytes(this.bytes.subarray(from, Math.max(from, place(end ?? this.size))));
  }

  /** @returns {Promise<ArrayBuffer>} a copy */
  async arrayBuffer() {
    return this.bytes.slice().buffer;
  }
}
