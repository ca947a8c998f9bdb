/**
 * Inside the page: seals one file as a bidder does and, in the same run, encrypts the same 16 KiB chunks with
 * bare WebCrypto AES-256-GCM, 64 calls in flight. Two comparisons: from the same file to ciphertext in memory
 * (both read the file by parts), and from memory to memory (one part after the other in the page's own thread).
 * Ours always pads, commits, deals shares and hashes every part besides. Gives seconds of each round.
 */
import { hex } from "/static/js/protocol/bytes.js";
import { CHUNK, derive, encryptChunks } from "/static/js/protocol/cobblestone.js";
import { PART, PLAIN_PART } from "/static/js/protocol/envelope.js";
import { sha256 } from "/static/js/protocol/hashing.js";
import { generateKeyPair } from "/static/js/protocol/hpke.js";
import { PartPool } from "/static/js/seal/pool.js";
import { EnvelopeSealer } from "/static/js/seal/seal.js";

const IN_FLIGHT = 64;

/** @param {CryptoKey} key @param {Uint8Array} bytes @returns {Promise<void>} chunks of some bytes, encrypted */
async function chunks(key, bytes) {
  const count = Math.ceil(bytes.length / CHUNK);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const at = CHUNK * next++;
      const iv = new Uint8Array(12);
      new DataView(iv.buffer).setUint32(8, at);
      await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes.subarray(at, at + CHUNK));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

/** @returns {Promise<CryptoKey>} */
function bareKey() {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
}

/** @param {Blob} file bare AES-GCM from a file, the next part read while one is encrypted */
async function bareFile(file) {
  const key = await bareKey();
  const read = (/** @type {number} */ at) => file.slice(at, at + PLAIN_PART).arrayBuffer();
  let ahead = read(0);
  for (let at = 0; at < file.size; at += PLAIN_PART) {
    const bytes = new Uint8Array(await ahead);
    ahead = read(at + PLAIN_PART);
    await chunks(key, bytes);
  }
}

/** @param {Blob} file ours from a file, to the manifest's entry @param {PartPool} pool */
async function oursFile(file, pool) {
  const officers = await Promise.all(Array.from({ length: 5 }, () => generateKeyPair()));
  const policy = {
    t: 3,
    pad_floor: 4096,
    max_size: 2 ** 31,
    officers: officers.map(({ publicKey }) => ({ pk: hex(publicKey) })),
  };
  const secrets = { fresh: crypto.getRandomValues(new Uint8Array(32)), factor: null };
  const input = { bid: new Uint8Array(16), e: 0, file, secrets };
  const sealer = await new EnvelopeSealer(policy, new Uint8Array(32), input).prepare();
  const hashes = [];
  for await (const { hash } of sealer.parts(pool)) hashes.push(hash);
  await sealer.entry(hashes);
}

/** @param {Uint8Array} bytes ours in memory: chunks laid out in order, every part hashed */
async function oursMemory(bytes) {
  const keys = await derive(new Uint8Array(32), new Uint8Array(24), new Uint8Array(49));
  const rooms = [0, 1].map(() => new ArrayBuffer(PART));
  let hashing = Promise.resolve(new Uint8Array(0));
  for (let at = 0; at < bytes.length; at += PLAIN_PART) {
    const part = bytes.subarray(at, at + PLAIN_PART);
    const sealed = await encryptChunks(keys, part, at / CHUNK, false, rooms[(at / PLAIN_PART) % 2]);
    await hashing;
    hashing = sha256(sealed);
  }
  await hashing;
}

/** @param {() => Promise<unknown>} action @returns {Promise<number>} seconds */
async function seconds(action) {
  const began = performance.now();
  await action();
  return (performance.now() - began) / 1000;
}

/**
 * @param {number} mebibytes @param {number} rounds
 * @returns {Promise<Record<string, number[]>>} seconds of each round
 */
export async function measure(mebibytes, rounds) {
  const bytes = new Uint8Array(mebibytes << 20);
  for (let at = 0; at < bytes.length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  const file = new Blob([bytes]);
  const pool = new PartPool();
  await oursFile(new Blob(["warm up"]), pool);
  const found = { bare_file: [], ours_file: [], bare_memory: [], ours_memory: [] };
  for (let round = 0; round < rounds; round += 1) {
    found.bare_file.push(await seconds(() => bareFile(file)));
    found.ours_file.push(await seconds(() => oursFile(file, pool)));
    const key = await bareKey();
    found.bare_memory.push(await seconds(() => chunks(key, bytes)));
    found.ours_memory.push(await seconds(() => oursMemory(bytes)));
  }
  pool.close();
  return found;
}
