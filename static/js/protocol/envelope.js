/**
 * One sealed envelope, by section 3 of the specification: everything in it follows from T, the bid id, e,
 * the seed S and the factor B, so whoever learns S can make it again and compare.
 */
import { byte, concat, equal, fromU64be, u64be, utf8 } from "./bytes.js";
import { CHUNK, HEADER, openHeader, decryptChunks, SEALED_CHUNK, sealedSize, TAG } from "./cobblestone.js";
import { demand } from "./errors.js";
import { evaluate } from "./gf256.js";
import { expand, mac, sha256, tagged } from "./hashing.js";
import * as hpke from "./hpke.js";
import { root } from "./merkle.js";

/** @typedef {{i: number, c: Uint8Array, enc: Uint8Array}} SealedShare */

export const CHUNKS_PER_PART = 512;
export const PART = CHUNKS_PER_PART * SEALED_CHUNK;
export const PLAIN_PART = CHUNKS_PER_PART * CHUNK;
const NOTHING = new Uint8Array(0);

/** @param {Uint8Array} policy T @param {Uint8Array} bid @param {number} e @returns {Uint8Array} E */
export function envelopeId(policy, bid, e) {
  return concat(policy, bid, byte(e));
}

/**
 * Id of a bid, bound to its signer.
 * @param {Uint8Array} policy T @param {Uint8Array} signer H(SPKI) @param {Uint8Array} nonce 16 bytes
 * @returns {Promise<Uint8Array>} 16 bytes
 */
export async function bidId(policy, signer, nonce) {
  return (await tagged("bid", policy, signer, nonce)).slice(0, 16);
}

/**
 * The seed of one envelope from fresh random bytes; E keeps a stuck generator from repeating a seed.
 * @param {Uint8Array} id E @param {Uint8Array} fresh 32 random bytes
 * @returns {Promise<Uint8Array>} S
 */
export async function seedOf(id, fresh) {
  demand(fresh.length === 32, "seed-length", "A seed needs 32 random bytes.");
  return (await mac(fresh, concat(utf8("sealedbid/v1 seed"), id))).slice(0, 32);
}

/** @param {Uint8Array} id E @param {Uint8Array} seed S @returns {Promise<Uint8Array>} c_S */
export function seedCommitment(id, seed) {
  return tagged("seedcommit", id, seed);
}

/** @param {Uint8Array} id E @param {Uint8Array} factor B @returns {Promise<Uint8Array>} c_B */
export function factorCommitment(id, factor) {
  return tagged("factorcommit", id, factor);
}

/** @param {Uint8Array} id E @param {number} i @param {Uint8Array} share @returns {Promise<Uint8Array>} c_i */
export function shareCommitment(id, i, share) {
  return tagged("sharecommit", id, byte(i), share);
}

/** @param {Uint8Array} id E @param {number} i @returns {Uint8Array} HPKE info of a sealed share */
export function shareInfo(id, i) {
  return concat(utf8("sealedbid/v1 share"), id, byte(i));
}

/**
 * Deal the seed to the officers.
 * @param {Uint8Array} id E @param {Uint8Array} seed S @param {number} threshold t
 * @param {Uint8Array[]} officers their X25519 public keys, officer 1 first
 * @returns {Promise<SealedShare[]>}
 */
export async function deal(id, seed, threshold, officers) {
  const prs = await mac(id, concat(byte(1), seed));
  const orders = Array.from({ length: threshold - 1 }, (_, index) => index + 1);
  const rows = await Promise.all(orders.map((j) => expand(prs, `coeff ${j}`, 32)));
  return Promise.all(
    officers.map(async (publicKey, index) => {
      const i = index + 1;
      const share = evaluate(seed, rows, i);
      const ephemeral = await hpke.deriveKeyPair(await expand(prs, `eph ${i}`, 32));
      const enc = await hpke.seal(publicKey, shareInfo(id, i), share, { ephemeral });
      return { i, c: await shareCommitment(id, i, share), enc };
    }),
  );
}

/**
 * Whether a manifest's shares are exactly what an honest dealer makes of this seed.
 * @param {SealedShare[]} dealt @param {SealedShare[]} stated
 * @returns {boolean}
 */
export function sameDealing(dealt, stated) {
  return (
    dealt.length === stated.length &&
    dealt.every(
      (share, index) =>
        share.i === stated[index].i && equal(share.c, stated[index].c) && equal(share.enc, stated[index].enc),
    )
  );
}

/**
 * Content key and salt.
 * @param {Uint8Array} id E @param {Uint8Array} seed S @param {Uint8Array} [factor] B, if the policy asks
 *   for one
 * @returns {Promise<{key: Uint8Array, salt: Uint8Array}>}
 */
export async function contentKeys(id, seed, factor = NOTHING) {
  const prk = await mac(id, concat(byte(2), seed, factor));
  return { key: await expand(prk, "content", 32), salt: await expand(prk, "salt", 24) };
}

/** @param {number} value @returns {number} floor of the binary logarithm */
function log2(value) {
  return value.toString(2).length - 1;
}

/** @param {number} length at least 2 @returns {number} Padme length */
export function padme(length) {
  const b = log2(length);
  const unit = 2 ** (b - log2(b) - 1);
  return Math.ceil(length / unit) * unit;
}

/** @param {number} length of a file @param {number} floor pad_floor @returns {number} L */
export function paddedLength(length, floor) {
  return Math.max(floor, padme(8 + length));
}

/**
 * Padded length behind a ciphertext size.
 * @param {number} size
 * @returns {number|null} L, null when no message has this size
 */
export function paddedLengthOf(size) {
  const body = size - HEADER;
  const tail = body % SEALED_CHUNK;
  return body < TAG || tail < TAG ? null : Math.floor(body / SEALED_CHUNK) * CHUNK + tail - TAG;
}

/** @param {number} size of a ciphertext @returns {[number, number][]} start and end of each part */
export function partBounds(size) {
  /** @type {[number, number][]} */
  const bounds = [[0, HEADER]];
  for (let start = HEADER; start < size; start += PART) bounds.push([start, Math.min(start + PART, size)]);
  return bounds;
}

/** @param {Uint8Array[]} hashes H(part) @returns {Promise<Uint8Array>} ct_root */
export function contentRoot(hashes) {
  return root(hashes);
}

/**
 * ct_root of a stored ciphertext, read part by part.
 * @param {Blob} ciphertext
 * @returns {Promise<Uint8Array>}
 */
export async function rootOfBlob(ciphertext) {
  const hashes = [];
  for (const [start, end] of partBounds(ciphertext.size)) {
    hashes.push(await sha256(new Uint8Array(await ciphertext.slice(start, end).arrayBuffer())));
  }
  return contentRoot(hashes);
}

/** @typedef {{id: Uint8Array, seed: Uint8Array, factor?: Uint8Array, floor: number}} OpenEnvelope */

/**
 * Decrypt an envelope part by part, check its padding and give the file's bytes in pieces. What was given
 * counts only if the last piece came without a refusal.
 * @param {OpenEnvelope} envelope
 * @param {Blob} ciphertext
 * @returns {AsyncGenerator<Uint8Array>}
 */
export async function* filePieces({ id, seed, factor, floor }, ciphertext) {
  const { key, salt } = await contentKeys(id, seed, factor);
  const [head, ...bounds] = partBounds(ciphertext.size);
  const read = async (/** @type {[number, number]} */ [start, end]) =>
    new Uint8Array(await ciphertext.slice(start, end).arrayBuffer());
  const header = await read(head);
  demand(
    equal(header.subarray(0, 24), salt),
    "content-salt",
    "The salt is not the one that follows from the seed.",
  );
  const keys = await openHeader(key, id, header);
  demand(bounds.length > 0, "chunk-truncated", "The ciphertext is cut off.");
  let rest = 0;
  for (const [index, bound] of bounds.entries()) {
    const last = index === bounds.length - 1;
    let plain = await decryptChunks(keys, await read(bound), index * CHUNKS_PER_PART, last);
    if (index === 0) {
      rest = fileLength(plain, ciphertext.size, floor);
      plain = plain.subarray(8);
    }
    const piece = plain.subarray(0, rest);
    rest -= piece.length;
    const padding = plain.subarray(piece.length);
    demand(
      padding.every((value) => value === 0),
      "padding",
      "The padding is not all zeros.",
    );
    yield piece;
  }
}

/**
 * @param {Uint8Array} plain beginning of the padded plaintext @param {number} size of the ciphertext
 * @param {number} floor pad_floor
 * @returns {number} length of the file
 */
function fileLength(plain, size, floor) {
  demand(plain.length >= 8, "padding", "The padded file is too short.");
  const length = fromU64be(plain.slice(0, 8));
  demand(
    length <= size && paddedLengthOf(size) === paddedLength(length, floor),
    "padding",
    "The file's length and its padding do not agree.",
  );
  return length;
}

/**
 * Decrypt an envelope into memory.
 * @param {OpenEnvelope} envelope
 * @param {Blob} ciphertext
 * @returns {Promise<Uint8Array>} the file
 */
export async function openContent(envelope, ciphertext) {
  const pieces = [];
  for await (const piece of filePieces(envelope, ciphertext)) pieces.push(piece);
  return concat(...pieces);
}

/**
 * The padded plaintext of one part, as a Blob that reads the file only when it is needed.
 * @param {Blob} file @param {number} padded L @param {number} part 1 or more
 * @returns {Blob}
 */
export function plainPart(file, padded, part) {
  const start = (part - 1) * PLAIN_PART;
  const end = Math.min(start + PLAIN_PART, padded);
  const head = start === 0 ? [u64be(file.size)] : [];
  const body = file.slice(Math.max(0, start - 8), Math.max(0, end - 8));
  const zeros = end - start - (start === 0 ? 8 : 0) - body.size;
  return head.length === 0 && zeros === 0 ? body : new Blob([...head, body, new Uint8Array(zeros)]);
}

/** @param {number} padded L @returns {{size: number, parts: number}} of the ciphertext */
export function layout(padded) {
  const size = sealedSize(padded);
  return { size, parts: partBounds(size).length };
}
