/**
 * What an officer's client must not forget: the last checkpoint it saw of each log, and what it committed
 * to, so that it never releases twice for one policy and envelope.
 */

/**
 * @typedef {object} Memory
 * @property {(key: string) => Promise<any>} get undefined if nothing is kept
 * @property {(key: string, value: any) => Promise<boolean>} add false, and no change, if the key is taken
 * @property {(key: string, value: any) => Promise<void>} put
 */

const DATABASE = "sealed-bids-officer";
const STORE = "kept";

/** @returns {Memory} for one page's life, and for tests */
export function shortMemory() {
  const kept = new Map();
  return {
    get: async (key) => kept.get(key),
    add: async (key, value) => {
      if (kept.has(key)) return false;
      kept.set(key, value);
      return true;
    },
    put: async (key, value) => {
      kept.set(key, value);
    },
  };
}

/** @param {IDBRequest} request @returns {Promise<any>} */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

/** @returns {Promise<Memory>} kept by the browser across visits */
export async function lastingMemory() {
  const opening = indexedDB.open(DATABASE, 1);
  opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(STORE));
  const database = /** @type {IDBDatabase} */ (await settled(opening));
  const store = (/** @type {IDBTransactionMode} */ mode) =>
    database.transaction(STORE, mode).objectStore(STORE);
  return {
    get: (key) => settled(store("readonly").get(key)),
    add: (key, value) =>
      settled(store("readwrite").add(value, key)).then(
        () => true,
        (error) => {
          if (error?.name === "ConstraintError") return false;
          throw error;
        },
      ),
    put: async (key, value) => {
      await settled(store("readwrite").put(value, key));
    },
  };
}
