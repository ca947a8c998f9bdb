/**
 * What a half-finished upload needs after a reload: the randomness of the bid, kept in IndexedDB under an
 * AES key that the browser will use but never give out. Deleted once the receipt has been verified.
 */
import { concat, fromHex, hex, utf8 } from "../protocol/bytes.js";
import { decodeLoose, encode } from "../protocol/canonical.js";

const DATABASE = "sealed-bids";
const STORE = "unfinished";

/** @typedef {import("./seal.js").BidSecrets} BidSecrets */

/** @param {IDBRequest} request @returns {Promise<any>} */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

/** @param {IDBTransaction} transaction @returns {Promise<void>} when it holds, whatever becomes of the page */
function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.addEventListener("complete", () => resolve());
    for (const failure of ["error", "abort"]) {
      transaction.addEventListener(failure, () => reject(transaction.error));
    }
  });
}

/** @returns {Promise<IDBDatabase>} */
function database() {
  const request = indexedDB.open(DATABASE, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
  return settled(request);
}

/**
 * @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} use
 * @returns {Promise<any>}
 */
async function inStore(mode, use) {
  const opened = await database();
  try {
    const transaction = opened.transaction(STORE, mode, { durability: "strict" });
    const written = finished(transaction);
    const result = await settled(use(transaction.objectStore(STORE)));
    await written;
    return result;
  } finally {
    opened.close();
  }
}

/** @param {BidSecrets} secrets @returns {Uint8Array} */
function pack(secrets) {
  const envelopes = secrets.envelopes.map(({ fresh, factor }) => ({
    fresh: hex(fresh),
    factor: factor ? hex(factor) : null,
  }));
  return encode({ nonce: hex(secrets.nonce), envelopes });
}

/** @param {Uint8Array} bytes @returns {BidSecrets} */
function unpack(bytes) {
  const { nonce, envelopes } = /** @type {any} */ (decodeLoose(bytes));
  return {
    nonce: fromHex(nonce, 16),
    envelopes: envelopes.map(({ fresh, factor }) => ({
      fresh: fromHex(fresh, 32),
      factor: factor === null ? null : fromHex(factor, 32),
    })),
  };
}

/**
 * Keep the randomness of a bid, with what the page needs to find its place again.
 * @param {string} name lot and account, chosen by the page
 * @param {BidSecrets} secrets
 * @param {object} progress anything that is not secret (parts already stored, file names)
 */
export async function keep(name, secrets, progress) {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const parameters = { name: "AES-GCM", iv, additionalData: utf8(name) };
  const sealed = concat(iv, new Uint8Array(await crypto.subtle.encrypt(parameters, key, pack(secrets))));
  await inStore("readwrite", (store) => store.put({ key, sealed, progress }, name));
}

/**
 * @param {string} name
 * @returns {Promise<{secrets: BidSecrets, progress: object}|null>} null if nothing is kept
 */
export async function restore(name) {
  const record = await inStore("readonly", (store) => store.get(name));
  if (!record) return null;
  const parameters = { name: "AES-GCM", iv: record.sealed.slice(0, 12), additionalData: utf8(name) };
  const bytes = await crypto.subtle.decrypt(parameters, record.key, record.sealed.slice(12));
  return { secrets: unpack(new Uint8Array(bytes)), progress: record.progress };
}

/** @param {string} name @param {object} progress */
export async function advance(name, progress) {
  const record = await inStore("readonly", (store) => store.get(name));
  if (record) await inStore("readwrite", (store) => store.put({ ...record, progress }, name));
}

/** @param {string} name forget it: the receipt has been verified */
export async function forget(name) {
  await inStore("readwrite", (store) => store.delete(name));
}
