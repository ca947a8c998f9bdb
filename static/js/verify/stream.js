/** The numbers a seed gives (section 14.6): SHA-256 in counter mode, every range by rejection. */
import { byte, concat, u64be, utf8 } from "../protocol/bytes.js";
import { demand } from "../protocol/errors.js";
import { sha256 } from "../protocol/hashing.js";

export const WIDTH = 1n << 256n;
const DOMAIN = "tender-draw/v1/stream";

/** @param {Uint8Array} bytes @returns {bigint} big-endian */
function numberOf(bytes) {
  let value = 0n;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += 8) value = (value << 64n) | view.getBigUint64(at);
  return value;
}

/** One stream serves a draw from its first step to its last. */
export class Stream {
  /** @param {Uint8Array} key */
  constructor(key) {
    this.key = key;
    this.next = 0;
  }

  /** @param {Uint8Array} seed 32 bytes @param {string} label @returns {Promise<Stream>} */
  static async of(seed, label) {
    return new Stream(await sha256(concat(utf8(DOMAIN), byte(0), utf8(label), byte(0), seed)));
  }

  /**
   * A number from 0 to n-1, each equally likely.
   * @param {bigint} n 1 to 2^256
   * @returns {Promise<bigint>}
   */
  async below(n) {
    demand(n >= 1n && n <= WIDTH, "stream-range", "A range has at least one number and at most 2^256.");
    const limit = (WIDTH / n) * n;
    for (;;) {
      const value = numberOf(await sha256(concat(this.key, u64be(this.next))));
      this.next += 1;
      if (value < limit) return value % n;
    }
  }

  /**
   * The first k places of the list 0 … n-1, each exchanged with one not before it.
   * @param {number} n @param {number} k
   * @returns {Promise<number[]>}
   */
  async sample(n, k) {
    demand(k >= 0 && k <= n, "stream-sample", "More numbers are asked for than there are.");
    const places = Array.from({ length: n }, (_, at) => at);
    for (let at = 0; at < k; at += 1) {
      const other = at + Number(await this.below(BigInt(n - at)));
      [places[at], places[other]] = [places[other], places[at]];
    }
    return places.slice(0, k);
  }
}
