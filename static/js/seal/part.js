/** Sealing one part: the same code in a worker and in the page. */
import { encryptChunks } from "../protocol/cobblestone.js";
import { CHUNKS_PER_PART } from "../protocol/envelope.js";
import { demand } from "../protocol/errors.js";
import { sha256 } from "../protocol/hashing.js";

/**
 * @typedef {object} PartJob
 * @property {CryptoKey} aead @property {Uint8Array} nonce base nonce of the message
 * @property {number} part 1 or more @property {boolean} last @property {Blob} plain padded plaintext
 * @property {ArrayBuffer} [room] memory to seal into
 */

/**
 * Encrypt and hash one part.
 * @param {PartJob} job
 * @returns {Promise<{bytes: Uint8Array, hash: Uint8Array}>}
 */
export async function sealPart({ aead, nonce, part, last, plain, room }) {
  const opened = new Uint8Array(await plain.arrayBuffer());
  const bytes = await encryptChunks({ aead, nonce }, opened, (part - 1) * CHUNKS_PER_PART, last, room);
  return { bytes, hash: await sha256(bytes) };
}

/** One sealed part of a ciphertext. Its bytes are there until the next part is asked for. */
export class SealedPart {
  /** @param {number} part its number, 0 for the header @param {Uint8Array} bytes @param {Uint8Array} hash H(bytes) */
  constructor(part, bytes, hash) {
    this.part = part;
    this.bytes = bytes;
    this.hash = hash;
  }

  /** @returns {Blob} a copy to upload: browsers send a Blob many times faster than bytes */
  get blob() {
    demand(this.bytes.length > 0, "part-gone", "The sealed part has already been given up.");
    return new Blob([this.bytes]);
  }

  /** @returns {ArrayBuffer} its memory, to be used again; the part is given up */
  release() {
    const { buffer } = this.bytes;
    this.bytes = new Uint8Array(0);
    return /** @type {ArrayBuffer} */ (buffer);
  }
}
