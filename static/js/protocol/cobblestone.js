/**
 * C2SP chunked-encryption, instance Cobblestone-256 (HKDF-Expand-SHA-512, AES-256-GCM, 16 KiB chunks,
 * 32-byte key commitment), over WebCrypto with many calls in flight.
 */
import { byte, concat, equal, utf8 } from "./bytes.js";
import { demand, ProtocolError } from "./errors.js";
import { hkdfExpand } from "./hashing.js";

export const CHUNK = 16384;
export const TAG = 16;
export const SEALED_CHUNK = CHUNK + TAG;
export const HEADER = 56;
const SALT = 24;
const IN_FLIGHT = 64;

/**
 * Keys of one message.
 * @param {Uint8Array} key 32 bytes
 * @param {Uint8Array} salt 24 bytes
 * @param {Uint8Array} context any bytes
 * @returns {Promise<{aead: CryptoKey, nonce: Uint8Array, header: Uint8Array}>} header is salt || commitment
 */
export async function derive(key, salt, context) {
  demand(key.length === 32, "chunk-key", "The content key has 32 bytes.");
  demand(salt.length === SALT, "chunk-salt", "The salt has 24 bytes.");
  const info = concat(utf8("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM"), byte(0), salt, context);
  const derived = await hkdfExpand(key, info, 32 + 12 + 32);
  const aead = await crypto.subtle.importKey("raw", derived.slice(0, 32), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  return { aead, nonce: derived.slice(32, 44), header: concat(salt, derived.slice(44)) };
}

/** @param {Uint8Array} base @param {number} counter @returns {Uint8Array} nonce of a chunk */
function chunkNonce(base, counter) {
  const nonce = base.slice();
  let rest = counter;
  for (let index = 11; rest > 0; index -= 1) {
    nonce[index] ^= rest % 256;
    rest = Math.floor(rest / 256);
  }
  return nonce;
}

/**
 * Run one call per chunk with a bounded number in flight and lay the results out in order.
 * @param {number} count @param {number} stride bytes between results
 * @param {Uint8Array} whole where they go
 * @param {(index: number) => Promise<ArrayBuffer>} run
 * @returns {Promise<Uint8Array>} whole
 */
async function gather(count, stride, whole, run) {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      whole.set(new Uint8Array(await run(index)), index * stride);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, lane));
  return whole;
}

/**
 * Encrypt consecutive chunks.
 * @param {{aead: CryptoKey, nonce: Uint8Array}} keys
 * @param {Uint8Array} plain whole chunks; shorter at the end only when `last`
 * @param {number} first number of the first chunk
 * @param {boolean} last whether the message ends here (an empty chunk is added after a full one)
 * @param {ArrayBuffer} [room] memory to use again; fresh memory costs more than encrypting into it
 * @returns {Promise<Uint8Array>}
 */
export async function encryptChunks(keys, plain, first, last, room = undefined) {
  demand(last || plain.length % CHUNK === 0, "chunk-length", "Only the last chunk may be short.");
  const count = Math.floor(plain.length / CHUNK) + (last ? 1 : 0);
  const size = plain.length + count * TAG;
  const whole = room && room.byteLength >= size ? new Uint8Array(room, 0, size) : new Uint8Array(size);
  return gather(count, SEALED_CHUNK, whole, (index) => {
    const parameters = { name: "AES-GCM", iv: chunkNonce(keys.nonce, first + index) };
    return crypto.subtle.encrypt(parameters, keys.aead, plain.subarray(index * CHUNK, (index + 1) * CHUNK));
  });
}

/**
 * Decrypt consecutive chunks.
 * @param {{aead: CryptoKey, nonce: Uint8Array}} keys
 * @param {Uint8Array} sealed
 * @param {number} first number of the first chunk
 * @param {boolean} last whether the message ends here
 * @returns {Promise<Uint8Array>}
 */
export async function decryptChunks(keys, sealed, first, last) {
  const tail = sealed.length % SEALED_CHUNK;
  demand(
    last ? tail >= TAG : tail === 0,
    "chunk-truncated",
    "The ciphertext is cut off or has a wrong length.",
  );
  const count = Math.floor(sealed.length / SEALED_CHUNK) + (last ? 1 : 0);
  try {
    const whole = new Uint8Array(sealed.length - count * TAG);
    return await gather(count, CHUNK, whole, (index) => {
      const parameters = { name: "AES-GCM", iv: chunkNonce(keys.nonce, first + index) };
      const chunk = sealed.subarray(index * SEALED_CHUNK, (index + 1) * SEALED_CHUNK);
      return crypto.subtle.decrypt(parameters, keys.aead, chunk);
    });
  } catch {
    throw new ProtocolError("chunk-open", "A chunk of the ciphertext does not open.");
  }
}

/**
 * Encrypt a whole message held in memory.
 * @param {Uint8Array} key @param {Uint8Array} salt @param {Uint8Array} context @param {Uint8Array} plain
 * @returns {Promise<Uint8Array>} salt || commitment || chunks
 */
export async function encrypt(key, salt, context, plain) {
  const keys = await derive(key, salt, context);
  return concat(keys.header, await encryptChunks(keys, plain, 0, true));
}

/**
 * Keys to open a message with; the commitment is checked before anything is decrypted.
 * @param {Uint8Array} key @param {Uint8Array} context @param {Uint8Array} header first 56 bytes
 * @returns {Promise<{aead: CryptoKey, nonce: Uint8Array, header: Uint8Array}>}
 */
export async function openHeader(key, context, header) {
  demand(header.length === HEADER, "chunk-truncated", "The ciphertext header is cut off.");
  const keys = await derive(key, header.slice(0, SALT), context);
  demand(equal(keys.header, header), "chunk-commitment", "The ciphertext is not committed to this key.");
  return keys;
}

/**
 * Decrypt a whole message held in memory.
 * @param {Uint8Array} key @param {Uint8Array} context @param {Uint8Array} sealed
 * @returns {Promise<Uint8Array>}
 */
export async function decrypt(key, context, sealed) {
  const keys = await openHeader(key, context, sealed.slice(0, HEADER));
  return decryptChunks(keys, sealed.subarray(HEADER), 0, true);
}

/** @param {number} plain bytes of the message @returns {number} bytes of its ciphertext, header included */
export function sealedSize(plain) {
  return HEADER + plain + (Math.floor(plain / CHUNK) + 1) * TAG;
}
