/**
 * A whole lot told in JavaScript: keys, a log with one witness as its time source, bids sealed by the
 * browser's code, officers releasing by the browser's code, and the bundle of it. Times are numbers.
 */
import { base64, concat, hex, utf8 } from "../../static/js/protocol/bytes.js";
import { encode } from "../../static/js/protocol/canonical.js";
import * as events from "../../static/js/protocol/events.js";
import { sha256 } from "../../static/js/protocol/hashing.js";
import { leafHash, nodeHash } from "../../static/js/protocol/merkle.js";
import * as notes from "../../static/js/protocol/notes.js";
import { crc32 } from "../../static/js/verify/zip.js";

const random = (/** @type {number} */ length) => crypto.getRandomValues(new Uint8Array(length));

/** @returns {Promise<any>} an Ed25519 signer as the modules want it, with its raw key */
export async function signer() {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  return { algorithm: "ed25519", privateKey: pair.privateKey, spki, raw: spki.slice(12) };
}

/** @param {Uint8Array[]} hashes of leaves @returns {Promise<Uint8Array>} */
async function treeRoot(hashes) {
  if (hashes.length === 1) return hashes[0];
  const split = largestPower(hashes.length);
  return nodeHash(await treeRoot(hashes.slice(0, split)), await treeRoot(hashes.slice(split)));
}

/** @param {number} size @returns {number} largest power of two below it */
function largestPower(size) {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** @param {Uint8Array[]} hashes @param {number} index @returns {Promise<Uint8Array[]>} */
async function inclusion(hashes, index) {
  if (hashes.length === 1) return [];
  const split = largestPower(hashes.length);
  const [left, right] = [hashes.slice(0, split), hashes.slice(split)];
  if (index < split) return [...(await inclusion(left, index)), await treeRoot(right)];
  return [...(await inclusion(right, index - split)), await treeRoot(left)];
}

/**
 * @param {Uint8Array[]} hashes @param {number} old size @param {boolean} [whole]
 * @returns {Promise<Uint8Array[]>}
 */
async function consistency(hashes, old, whole = true) {
  if (old === hashes.length) return whole ? [] : [await treeRoot(hashes)];
  const split = largestPower(hashes.length);
  const [left, right] = [hashes.slice(0, split), hashes.slice(split)];
  if (old <= split) return [...(await consistency(left, old, whole)), await treeRoot(right)];
  return [...(await consistency(right, old - split, false)), await treeRoot(left)];
}

/** A log with one key and one witness. */
export class Log {
  static async open(origin) {
    const log = new Log();
    log.origin = origin;
    [log.signer, log.witness] = [await signer(), await signer()];
    log.vkey = await notes.formatVerifierKey(origin, notes.ED25519, log.signer.raw);
    log.witnessVkey = await notes.formatVerifierKey("witness.example/js", notes.COSIGNATURE, log.witness.raw);
    Object.assign(log, {
      entries: [],
      hashes: [],
      checkpoints: [],
      hiding: false,
      previous: new Uint8Array(32),
    });
    return log;
  }

  /** @param {string} kind @param {any} body @param {any[]} signatures @param {boolean} [chained] */
  async append(kind, body, signatures, chained = true) {
    const [r, k] = [random(32), random(32)];
    const link = await events.linkValue(k, chained ? this.previous : new Uint8Array(32));
    const [ev, sigs] = [await events.eventId(kind, body), await events.signaturesHash(signatures)];
    const value = await events.leafValue(r, link, ev, sigs);
    if (chained && !this.hiding) this.previous = value;
    const entry = {
      hidden: this.hiding && chained,
      kind,
      body,
      signatures,
      r: hex(r),
      k: hex(k),
      link: hex(link),
      leaf: this.hashes.length,
      chained,
      value,
    };
    this.hashes.push(await leafHash(value));
    this.entries.push(entry);
    return hex(ev);
  }

  /** @param {number} time POSIX seconds of the witness */
  async cut(time) {
    const before = this.checkpoints[this.checkpoints.length - 1]?.size ?? 0;
    while (this.hashes.length % 8 !== 0 || this.hashes.length === before)
      this.hashes.push(await leafHash(random(32)));
    const size = this.hashes.length;
    const text = `${this.origin}\n${size}\n${base64(await treeRoot(this.hashes))}\n`;
    const sign = async (/** @type {any} */ who, /** @type {Uint8Array} */ message) =>
      new Uint8Array(await crypto.subtle.sign("Ed25519", who.privateKey, message));
    const own = notes.formatSignatureLine(
      await notes.parseVerifierKey(this.vkey),
      await sign(this.signer, utf8(text)),
    );
    const message = notes.cosignedMessage(text, time);
    const key = await notes.parseVerifierKey(this.witnessVkey);
    const witnessed = notes.formatSignatureLine(key, await sign(this.witness, message), time);
    const proof = before === 0 ? [] : await consistency(this.hashes, before);
    const file = { note: `${text}\n${own}${witnessed}`, tokens: [], consistency: proof.map(hex) };
    this.checkpoints.push({ size, time, file });
    return size;
  }

  /** @param {number} moment POSIX seconds @returns {number} N(moment) of the one source without accuracy */
  sizeAt(moment) {
    return Math.max(0, ...this.checkpoints.filter(({ time }) => time + 1 <= moment).map(({ size }) => size));
  }

  /** @param {any} entry @param {number} size @returns {Promise<any>} inclusion proof */
  async proof(entry, size) {
    return { size, path: (await inclusion(this.hashes.slice(0, size), entry.leaf)).map(hex) };
  }

  /** @returns {Promise<any>} event and checkpoint files as in a bundle, of all that a checkpoint covers */
  async files() {
    const found = { chain: [], keys: [], checkpoints: [] };
    const add = (/** @type {string} */ folder, /** @type {any} */ value) => {
      const name = `${folder}/${String(found[folder].length).padStart(6, "0")}.json`;
      found[folder].push({ name, bytes: encode(value) });
    };
    for (const entry of this.entries.filter(({ hidden }) => !hidden)) {
      const covering = this.checkpoints.find(({ size }) => size > entry.leaf);
      if (!covering) continue;
      const { kind, body, signatures, r, k, link, leaf } = entry;
      add(entry.chained ? "chain" : "keys", {
        kind,
        body,
        signatures,
        r,
        k,
        link,
        leaf,
        proof: await this.proof(entry, covering.size),
      });
    }
    for (const { file } of this.checkpoints) add("checkpoints", file);
    return found;
  }
}

/**
 * @param {{name: string, bytes: Uint8Array}[]} members
 * @returns {Uint8Array} a zip file of the bundle's shape
 */
export function zip(members) {
  const [locals, centrals] = [[], []];
  let offset = 0;
  for (const { name, bytes } of members) {
    const shared = new Uint8Array(26);
    const view = new DataView(shared.buffer);
    view.setUint16(0, 20, true);
    view.setUint16(8, 33, true);
    view.setUint32(10, crc32(bytes), true);
    view.setUint32(14, bytes.length, true);
    view.setUint32(18, bytes.length, true);
    view.setUint16(22, name.length, true);
    locals.push(utf8("PK\x03\x04"), shared, utf8(name), bytes);
    const tail = new Uint8Array(14);
    new DataView(tail.buffer).setUint32(10, offset, true);
    centrals.push(utf8("PK\x01\x02"), Uint8Array.of(20, 0), shared, tail, utf8(name));
    offset += 30 + name.length + bytes.length;
  }
  const central = concat(...centrals);
  const end = new DataView(new ArrayBuffer(18));
  [members.length, members.length].forEach((count, index) => end.setUint16(4 + 2 * index, count, true));
  end.setUint32(8, central.length, true);
  end.setUint32(12, offset, true);
  return concat(...locals, central, utf8("PK\x05\x06"), new Uint8Array(end.buffer));
}

/** @param {{name: string, bytes: Uint8Array}[]} members @param {any} about @returns {Promise<Uint8Array>} */
export async function bundle(members, { edition, tender, lot }) {
  const sorted = [...members].sort((left, right) => (left.name < right.name ? -1 : 1));
  const files = [];
  for (const { name, bytes } of sorted)
    files.push({ name, size: bytes.length, sha256: hex(await sha256(bytes)) });
  const index = { v: "sealedbid/v1", suite: "cobblestone256-x25519", edition, tender, lot, files };
  return zip([{ name: "index.json", bytes: encode(index) }, ...sorted]);
}
