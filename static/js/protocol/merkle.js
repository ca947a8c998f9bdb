/** RFC 6962 Merkle trees: roots, inclusion and consistency proofs with strict lengths. */
import { byte, concat, equal } from "./bytes.js";
import { demand } from "./errors.js";
import { sha256 } from "./hashing.js";

/** @param {Uint8Array} entry @returns {Promise<Uint8Array>} hash of a leaf, H(0x00 || entry) */
export function leafHash(entry) {
  return sha256(concat(byte(0), entry));
}

/**
 * @param {Uint8Array} left @param {Uint8Array} right @returns {Promise<Uint8Array>} H(0x01 || left || right)
 */
export function nodeHash(left, right) {
  return sha256(concat(byte(1), left, right));
}

/**
 * Merkle tree hash of entries.
 * @param {Uint8Array[]} entries
 * @returns {Promise<Uint8Array>} SHA-256 of nothing for no entries
 */
export async function root(entries) {
  if (entries.length === 0) return sha256(new Uint8Array(0));
  let level = await Promise.all(entries.map(leafHash));
  while (level.length > 1) {
    const pairs = [];
    for (let index = 0; index < level.length; index += 2) {
      pairs.push(index + 1 < level.length ? nodeHash(level[index], level[index + 1]) : level[index]);
    }
    level = await Promise.all(pairs);
  }
  return level[0];
}

/** @param {Uint8Array[]} hashes */
function checkLengths(hashes) {
  demand(
    hashes.every((hash) => hash.length === 32),
    "merkle-length",
    "A hash of the proof is not 32 bytes long.",
  );
}

/** @param {number} value */
function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

const odd = (/** @type {number} */ value) => value % 2 === 1;
const half = (/** @type {number} */ value) => Math.floor(value / 2);

/**
 * Root that an inclusion proof leads to (RFC 9162 section 2.1.3.2).
 * @param {number} index of the leaf @param {number} size of the tree
 * @param {Uint8Array} leaf hash of the leaf @param {Uint8Array[]} proof
 * @returns {Promise<Uint8Array>}
 */
export async function rootFromInclusion(index, size, leaf, proof) {
  demand(isCount(index) && isCount(size) && index < size, "merkle-index", "The leaf lies outside the tree.");
  checkLengths([leaf, ...proof]);
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    demand(last > 0, "merkle-proof", "The inclusion proof is too long.");
    if (odd(node) || node === last) {
      hash = await nodeHash(sibling, hash);
      while (!odd(node) && node > 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      hash = await nodeHash(hash, sibling);
    }
    node = half(node);
    last = half(last);
  }
  demand(last === 0, "merkle-proof", "The inclusion proof is too short.");
  return hash;
}

/**
 * Refuse unless a leaf is in a tree.
 * @param {number} index @param {number} size @param {Uint8Array} leaf hash of the leaf
 * @param {Uint8Array[]} proof @param {Uint8Array} expected root
 */
export async function verifyInclusion(index, size, leaf, proof, expected) {
  const computed = await rootFromInclusion(index, size, leaf, proof);
  demand(equal(computed, expected), "merkle-root", "The inclusion proof leads to another root.");
}

/**
 * Refuse unless one tree is the beginning of another (RFC 9162 section 2.1.4.2). An old size of 0 is
 * refused: there is nothing to prove about it.
 * @param {number} oldSize @param {number} newSize
 * @param {Uint8Array} oldRoot @param {Uint8Array} newRoot @param {Uint8Array[]} proof
 */
export async function verifyConsistency(oldSize, newSize, oldRoot, newRoot, proof) {
  demand(
    isCount(oldSize) && isCount(newSize) && oldSize > 0 && oldSize <= newSize,
    "merkle-size",
    "The sizes of a consistency proof are out of order.",
  );
  checkLengths([oldRoot, newRoot, ...proof]);
  if (oldSize === newSize) {
    demand(proof.length === 0 && equal(oldRoot, newRoot), "merkle-root", "Two trees of one size differ.");
    return;
  }
  let node = oldSize - 1;
  let last = newSize - 1;
  while (odd(node)) {
    node = half(node);
    last = half(last);
  }
  const path = node === 0 ? [oldRoot, ...proof] : [...proof]; // the whole old tree is one node of the new
  demand(path.length > 0, "merkle-proof", "The consistency proof is too short.");
  const { oldHash, newHash } = await climb(path, node, last);
  demand(
    equal(oldHash, oldRoot) && equal(newHash, newRoot),
    "merkle-root",
    "The consistency proof leads to other roots.",
  );
}

/**
 * @param {Uint8Array[]} path @param {number} start @param {number} end
 * @returns {Promise<{oldHash: Uint8Array, newHash: Uint8Array}>}
 */
async function climb(path, start, end) {
  let node = start;
  let last = end;
  let oldHash = path[0];
  let newHash = path[0];
  for (const sibling of path.slice(1)) {
    demand(last > 0, "merkle-proof", "The consistency proof is too long.");
    if (odd(node) || node === last) {
      oldHash = await nodeHash(sibling, oldHash);
      newHash = await nodeHash(sibling, newHash);
      while (!odd(node) && node > 0) {
        node = half(node);
        last = half(last);
      }
    } else {
      newHash = await nodeHash(newHash, sibling);
    }
    node = half(node);
    last = half(last);
  }
  demand(last === 0, "merkle-proof", "The consistency proof is too short.");
  return { oldHash, newHash };
}
