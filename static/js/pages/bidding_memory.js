// What this browser remembers of one's own bids: drafts and factors under a key it never gives out, and plain marks.
import { fromUtf8, utf8 } from "../protocol/bytes.js";
import { restore } from "../seal/state.js";

const DATABASE = "sunlit-bids";
const STORE = "kept";

/** @param {IDBRequest} request @returns {Promise<any>} */
const settled = (request) => new Promise((resolve, reject) => {
  request.addEventListener("success", () => resolve(request.result));
  request.addEventListener("error", () => reject(request.error));
});

/** @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} use @returns {Promise<any>} */
async function within(mode, use) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(STORE));
  const database = await settled(opening);
  try {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const written = new Promise((resolve, reject) => {
      transaction.addEventListener("complete", resolve);
      for (const failure of ["error", "abort"]) {
        transaction.addEventListener(failure, () => reject(transaction.error));
      }
    });
    const result = await settled(use(transaction.objectStore(STORE)));
    await written;
    return result;
  } finally {
    database.close();
  }
}

/** Keep a secret of this device. @param {string} name @param {object} value */
export async function keepSecret(name, value) {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const how = { name: "AES-GCM", iv, additionalData: utf8(name) };
  const sealed = await crypto.subtle.encrypt(how, key, utf8(JSON.stringify(value)));
  await within("readwrite", (store) => store.put({ key, iv, sealed }, name));
}

/** @param {string} name @returns {Promise<any>} null if nothing is kept */
export async function secret(name) {
  const found = await within("readonly", (store) => store.get(name));
  if (!found?.key) return null;
  const how = { name: "AES-GCM", iv: found.iv, additionalData: utf8(name) };
  return JSON.parse(fromUtf8(new Uint8Array(await crypto.subtle.decrypt(how, found.key, found.sealed))));
}

/** @param {string} name */
export async function forgetSecret(name) {
  await within("readwrite", (store) => store.delete(name));
}

/** @param {string} lot @returns {Promise<boolean>} whether a rehearsal on this device ended well */
export async function rehearsed(lot) {
  return Boolean(await within("readonly", (store) => store.get(`rehearsed/${lot}`)));
}

/** @param {string} lot */
export async function markRehearsed(lot) {
  await within("readwrite", (store) => store.put({ done: true }, `rehearsed/${lot}`));
}

/** @param {string} lot @returns {Promise<boolean>} whether an unfinished upload can go on here */
export async function unfinished(lot) {
  return Boolean(await restore(`lot/${lot}`).catch(() => null));
}

/** @param {string} policy T in hex @returns {Promise<string[]>} receipts this device was given under a policy */
export async function keptReceipts(policy) {
  return (await within("readonly", (store) => store.get(`receipts/${policy}`)))?.texts ?? [];
}

/** A receipt this device has verified, so that it can look for it in the closed set. @param {string} policy @param {string} text */
export async function keepReceipt(policy, text) {
  const texts = new Set([...(await keptReceipts(policy)), text]);
  await within("readwrite", (store) => store.put({ texts: [...texts] }, `receipts/${policy}`));
}
