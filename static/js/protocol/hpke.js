/**
 * HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM (other AES-GCM key
 * length kept for the RFC's vectors), over WebCrypto. The ephemeral key may be derived, so that a
 * sealed share can be made again and compared.
 */
import { byte, concat, equal, hex, utf8 } from "./bytes.js";
import { demand, ProtocolError } from "./errors.js";
import { hkdfExpand, mac } from "./hashing.js";

/** @typedef {{privateKey: CryptoKey, publicKey: Uint8Array}} KeyPair */

const PKCS8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);
const BASE_POINT = Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 9 : 0));
const KEM = Uint8Array.of(0x4b, 0x45, 0x4d, 0, 0x20); // "KEM", X25519
const VERSION = "HPKE-v1";
const AEAD_KEY_BYTES = { 1: 16, 2: 32 };
export const AES_256_GCM = 2;

/** @param {number} aead @returns {Uint8Array} suite id of the key schedule */
function suiteId(aead) {
  return concat(utf8("HPKE"), Uint8Array.of(0, 0x20, 0, 1, 0, aead));
}

/** @param {Uint8Array} suite @param {Uint8Array} salt @param {string} label @param {Uint8Array} ikm */
function labeledExtract(suite, salt, label, ikm) {
  const key = salt.length === 0 ? new Uint8Array(32) : salt;
  return mac(key, concat(utf8(VERSION), suite, utf8(label), ikm), "SHA-256");
}

/**
 * @param {Uint8Array} suite @param {Uint8Array} prk @param {string} label @param {Uint8Array} info
 * @param {number} length
 */
function labeledExpand(suite, prk, label, info, length) {
  return hkdfExpand(
    prk,
    concat(byte(0), byte(length), utf8(VERSION), suite, utf8(label), info),
    length,
    "SHA-256",
  );
}

/**
 * X25519; an all-zero result (a low-order public key) is refused.
 * @param {CryptoKey} privateKey
 * @param {Uint8Array} publicKey 32 bytes
 * @returns {Promise<Uint8Array>}
 */
export async function diffieHellman(privateKey, publicKey) {
  demand(publicKey.length === 32, "x25519-key", "An X25519 public key has 32 bytes.");
  let shared;
  try {
    const peer = await crypto.subtle.importKey("raw", publicKey, { name: "X25519" }, false, []);
    shared = new Uint8Array(
      await crypto.subtle.deriveBits({ name: "X25519", public: peer }, privateKey, 256),
    );
  } catch {
    throw new ProtocolError("x25519-zero", "The X25519 public key cannot be used.");
  }
  demand(
    shared.some((value) => value !== 0),
    "x25519-zero",
    "The X25519 public key cannot be used.",
  );
  return shared;
}

/**
 * Key pair of a raw private key.
 * @param {Uint8Array} secret 32 bytes
 * @param {boolean} [extractable]
 * @returns {Promise<KeyPair>}
 */
export async function importKeyPair(secret, extractable = false) {
  demand(secret.length === 32, "x25519-key", "An X25519 private key has 32 bytes.");
  const der = concat(PKCS8, secret);
  const privateKey = await crypto.subtle.importKey("pkcs8", der, { name: "X25519" }, extractable, [
    "deriveBits",
  ]);
  return { privateKey, publicKey: await diffieHellman(privateKey, BASE_POINT) };
}

/**
 * DeriveKeyPair of RFC 9180 section 7.1.3.
 * @param {Uint8Array} ikm at least 32 bytes
 * @returns {Promise<KeyPair>}
 */
export async function deriveKeyPair(ikm) {
  demand(ikm.length >= 32, "hpke-ikm", "HPKE key material has at least 32 bytes.");
  const prk = await labeledExtract(KEM, new Uint8Array(0), "dkp_prk", ikm);
  return importKeyPair(await labeledExpand(KEM, prk, "sk", new Uint8Array(0), 32));
}

/** @param {Uint8Array} shared @param {Uint8Array} enc @param {Uint8Array} publicKey */
async function kemSecret(shared, enc, publicKey) {
  const prk = await labeledExtract(KEM, new Uint8Array(0), "eae_prk", shared);
  return labeledExpand(KEM, prk, "shared_secret", concat(enc, publicKey), 32);
}

/**
 * Key schedule in base mode.
 * @param {Uint8Array} secret @param {Uint8Array} info @param {number} aead
 * @returns {Promise<{key: Uint8Array, nonce: Uint8Array}>}
 */
async function schedule(secret, info, aead) {
  const suite = suiteId(aead);
  const none = new Uint8Array(0);
  const context = concat(
    byte(0),
    await labeledExtract(suite, none, "psk_id_hash", none),
    await labeledExtract(suite, none, "info_hash", info),
  );
  const prk = await labeledExtract(suite, secret, "secret", none);
  return {
    key: await labeledExpand(suite, prk, "key", context, AEAD_KEY_BYTES[aead]),
    nonce: await labeledExpand(suite, prk, "base_nonce", context, 12),
  };
}

/**
 * Seal one message.
 * @param {Uint8Array} publicKey recipient's, 32 bytes
 * @param {Uint8Array} info
 * @param {Uint8Array} plaintext
 * @param {{ephemeral?: KeyPair, aad?: Uint8Array, aead?: number}} [options]
 * @returns {Promise<Uint8Array>} enc (32 bytes) || ciphertext
 */
export async function seal(publicKey, info, plaintext, options = {}) {
  const aead = options.aead ?? AES_256_GCM;
  const ephemeral = options.ephemeral ?? (await deriveKeyPair(crypto.getRandomValues(new Uint8Array(32))));
  const shared = await diffieHellman(ephemeral.privateKey, publicKey);
  const { key, nonce } = await schedule(await kemSecret(shared, ephemeral.publicKey, publicKey), info, aead);
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const parameters = { name: "AES-GCM", iv: nonce, additionalData: options.aad ?? new Uint8Array(0) };
  return concat(ephemeral.publicKey, new Uint8Array(await crypto.subtle.encrypt(parameters, aes, plaintext)));
}

/**
 * Open one message.
 * @param {KeyPair} pair recipient's
 * @param {Uint8Array} info
 * @param {Uint8Array} sealed enc || ciphertext
 * @param {{aad?: Uint8Array, aead?: number}} [options]
 * @returns {Promise<Uint8Array>}
 */
export async function open(pair, info, sealed, options = {}) {
  demand(sealed.length >= 48, "hpke-open", "The sealed message is too short.");
  const aead = options.aead ?? AES_256_GCM;
  const enc = sealed.slice(0, 32);
  const shared = await diffieHellman(pair.privateKey, enc);
  const { key, nonce } = await schedule(await kemSecret(shared, enc, pair.publicKey), info, aead);
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const parameters = { name: "AES-GCM", iv: nonce, additionalData: options.aad ?? new Uint8Array(0) };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters, aes, sealed.slice(32)));
  } catch {
    throw new ProtocolError("hpke-open", "The sealed message does not open with this key.");
  }
}

/**
 * Whether a stored private key belongs to a public key.
 * @param {CryptoKey} privateKey @param {Uint8Array} publicKey @returns {Promise<boolean>}
 */
export async function matches(privateKey, publicKey) {
  return equal(await diffieHellman(privateKey, BASE_POINT), publicKey);
}

/**
 * Make a key pair whose private half cannot leave the browser.
 * @param {boolean} [extractable] true only to write the owner's own encrypted backup
 * @returns {Promise<KeyPair & {fingerprint: string}>}
 */
export async function generateKeyPair(extractable = false) {
  const pair = /** @type {CryptoKeyPair} */ (
    await crypto.subtle.generateKey({ name: "X25519" }, extractable, ["deriveBits"])
  );
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { privateKey: pair.privateKey, publicKey, fingerprint: hex(publicKey) };
}
