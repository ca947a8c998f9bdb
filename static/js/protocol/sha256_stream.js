/**
 * SHA-256 (FIPS 180-4) fed piece by piece, for members of a bundle too large to hand to WebCrypto at
 * once. Slower than WebCrypto, so it is used for those only.
 */

const PRIMES = firstPrimes(64);
const ROUND = PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

/** @param {number} count @returns {number[]} */
function firstPrimes(count) {
  const found = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

/** @param {number} value @returns {number} first 32 bits of its fractional part */
function fraction(value) {
  return Math.floor((value % 1) * 2 ** 32) | 0;
}

/** @param {number} value @param {number} bits @returns {number} */
function turn(value, bits) {
  return (value >>> bits) | (value << (32 - bits));
}

/** A running hash. */
export class Sha256 {
  constructor() {
    this.state = Int32Array.from(START);
    this.block = new Uint8Array(64);
    this.schedule = new Int32Array(64);
    this.filled = 0;
    this.length = 0;
  }

  /** @param {Uint8Array} bytes @returns {Sha256} itself */
  update(bytes) {
    this.length += bytes.length;
    let at = 0;
    while (at < bytes.length) {
      const taken = Math.min(64 - this.filled, bytes.length - at);
      this.block.set(bytes.subarray(at, at + taken), this.filled);
      this.filled += taken;
      at += taken;
      if (this.filled === 64) this.compress();
    }
    return this;
  }

  compress() {
    const words = this.schedule;
    const view = new DataView(this.block.buffer);
    for (let index = 0; index < 16; index += 1) words[index] = view.getInt32(4 * index);
    for (let index = 16; index < 64; index += 1) {
      const [early, late] = [words[index - 15], words[index - 2]];
      const small = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
      const large = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      words[index] = words[index - 16] + small + words[index - 7] + large;
    }
    let [a, b, c, d, e, f, g, h] = this.state;
    for (let index = 0; index < 64; index += 1) {
      const choice = (e & f) ^ (~e & g);
      const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + ROUND[index] + words[index]) | 0;
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, index) => {
      this.state[index] += value;
    });
    this.filled = 0;
  }

  /** @returns {Uint8Array} the hash; the object is used up */
  digest() {
    const bits = BigInt(this.length) * 8n;
    const zeros = (119 - (this.length % 64)) % 64;
    const tail = new Uint8Array(1 + zeros + 8);
    tail[0] = 0x80;
    new DataView(tail.buffer).setBigUint64(1 + zeros, bits);
    this.update(tail);
    const out = new Uint8Array(32);
    this.state.forEach((value, index) => new DataView(out.buffer).setInt32(4 * index, value));
    return out;
  }
}
