/**
 * Key rings: one or two private keys under common locks, with their public halves and their owner's name
 * for them. A ring is what the browser keeps and what a backup file holds.
 */
import { fromHex, fromUtf8, hex } from "../protocol/bytes.js";
import { sign, verify } from "../protocol/dsse.js";
import { ProtocolError, demand } from "../protocol/errors.js";
import { sha256 } from "../protocol/hashing.js";
import * as hpke from "../protocol/hpke.js";
import { lockWithPasskey, lockWithPassphrase, openLock } from "./locks.js";
import { secretOf } from "./passkey.js";

/** @typedef {import("./locks.js").Half} Half */
/** @typedef {import("./locks.js").Lock} Lock */
/**
 * @typedef {object} Ring
 * @property {string} v
 * @property {"signing"|"officer"} purpose
 * @property {string} id SPKI of the signing key, hex
 * @property {string} org @property {string} label
 * @property {Record<string, Half>} halves "sign", and "kem" for officers
 * @property {Lock[]} locks
 * @property {{tender: string, lot: string, i: number}} [seat]
 */
/** @typedef {{ring: Ring, privateKeys: Record<string, CryptoKey>}} Fresh a ring whose keys can still be locked */

export const VERSION = "sunlit-key/v1";
const LIMIT = 1 << 16;

/** @returns {Promise<{algorithm: "ed25519"|"ecdsa-p256-sha256", pair: CryptoKeyPair}>} Ed25519 where the browser has it */
async function signingPair() {
  try {
    const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
    return { algorithm: "ed25519", pair: /** @type {CryptoKeyPair} */ (pair) };
  } catch {
    const how = { name: "ECDSA", namedCurve: "P-256" };
    return { algorithm: "ecdsa-p256-sha256", pair: await crypto.subtle.generateKey(how, true, ["sign", "verify"]) };
  }
}

/**
 * Make a signing key.
 * @param {{org: string, label: string}} owner
 * @returns {Promise<Fresh>}
 */
export async function makeSigningRing({ org, label }) {
  const { algorithm, pair } = await signingPair();
  const spki = hex(new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey)));
  const halves = { sign: { algorithm, public: spki } };
  const ring = { v: VERSION, purpose: /** @type {const} */ ("signing"), id: spki, org, label, halves, locks: [] };
  return { ring, privateKeys: { sign: pair.privateKey } };
}

/**
 * Put a ring under lock. After this, drop `privateKeys`: only a lock gives them back, and then unreadable.
 * @param {Fresh} fresh @param {string} passphrase
 * @param {import("./passkey.js").Passkey|null} [passkey]
 * @returns {Promise<Ring>}
 */
export async function lockRing({ ring, privateKeys }, passphrase, passkey = null) {
  const locks = [await lockWithPassphrase(privateKeys, ring.halves, passphrase)];
  if (passkey) locks.unshift(await lockWithPasskey(privateKeys, ring.halves, passkey));
  return { ...ring, locks };
}

/** @param {Ring} ring @param {Lock["kind"]} kind @returns {Lock|undefined} */
export function lockOf(ring, kind) {
  return ring.locks.find((lock) => lock.kind === kind);
}

/**
 * Open a ring with a passphrase.
 * @param {Ring} ring @param {string} passphrase @returns {Promise<Record<string, CryptoKey>>}
 */
export async function openWithPassphrase(ring, passphrase) {
  const lock = lockOf(ring, "passphrase");
  demand(lock && passphrase, "lock-closed", "The lock does not open.");
  return openLock(/** @type {Lock} */ (lock), ring.halves, passphrase);
}

/** Open a ring with its passkey. @param {Ring} ring @returns {Promise<Record<string, CryptoKey>>} */
export async function openWithPasskey(ring) {
  const lock = lockOf(ring, "passkey");
  const secret = lock ? await secretOf(lock) : null;
  demand(lock && secret, "lock-closed", "The passkey did not answer.");
  return openLock(/** @type {Lock} */ (lock), ring.halves, /** @type {Uint8Array} */ (secret));
}

/**
 * The signer of an opened ring.
 * @param {Ring} ring @param {Record<string, CryptoKey>} opened
 * @returns {{algorithm: any, privateKey: CryptoKey, spki: Uint8Array}}
 */
export function signerOf(ring, opened) {
  const { algorithm, public: spki } = ring.halves.sign;
  return { algorithm, privateKey: opened.sign, spki: fromHex(spki) };
}

/**
 * Whether the opened keys are the ones of the public halves: a signature holds, an exchange gives the same point.
 * @param {Ring} ring @param {Record<string, CryptoKey>} opened
 * @returns {Promise<boolean>}
 */
export async function fits(ring, opened) {
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const signer = signerOf(ring, opened);
  const signature = await sign(signer.algorithm, signer.privateKey, challenge);
  if (!await verify(signer.algorithm, signer.spki, challenge, signature)) return false;
  return !ring.halves.kem || hpke.matches(opened.kem, fromHex(ring.halves.kem.public));
}

/** @param {Ring} ring @returns {Blob} backup file: the passphrase lock only, passkeys belong to their device */
export function backupOf(ring) {
  const locks = ring.locks.filter((lock) => lock.kind === "passphrase");
  return new Blob([JSON.stringify({ ...ring, locks }, null, 1)], { type: "application/json" });
}

/**
 * Read a backup file.
 * @param {Blob} file @returns {Promise<Ring>}
 */
export async function readBackup(file) {
  demand(file.size <= LIMIT, "backup-form", "This is not a backup file.");
  try {
    const ring = JSON.parse(fromUtf8(new Uint8Array(await file.arrayBuffer())));
    const whole = ring.v === VERSION && ring.halves.sign.public === ring.id && lockOf(ring, "passphrase");
    demand(whole, "backup-form", "This is not a backup file.");
    return ring;
  } catch {
    throw new ProtocolError("backup-form", "This is not a backup file.");
  }
}

/**
 * Prove that a backup gives the key back: read from the file, opened with what somebody typed, tried out.
 * @param {Ring} ring the key it must be @param {Blob} file @param {string} passphrase
 * @returns {Promise<Ring>} as it stands in the file
 */
export async function proveBackup(ring, file, passphrase) {
  const found = await readBackup(file);
  demand(found.id === ring.id, "backup-other", "This is the backup of another key.");
  const opened = await openWithPassphrase(found, passphrase);
  demand(await fits(ring, opened), "backup-other", "The key of the backup is another one.");
  return found;
}

/** @param {string} spki hex @returns {Promise<string>} first 16 hex digits of SHA-256 in groups of four */
export async function fingerprint(spki) {
  return (hex(await sha256(fromHex(spki))).slice(0, 16).match(/.{4}/g) ?? []).join(" ");
}

