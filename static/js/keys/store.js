/** Key rings kept by the browser, one database a login. What lies here is always under lock. */

/** @typedef {import("./ring.js").Ring} Ring */

const STORE = "rings";

/** @param {IDBRequest} request @returns {Promise<any>} */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.addEventListener("complete", () => resolve());
    transaction.addEventListener("error", () => reject(transaction.error));
    transaction.addEventListener("abort", () => reject(transaction.error));
  });
}

export class KeyStore {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database;
  }

  /** @param {string} login id of the person @returns {Promise<KeyStore>} */
  static async of(login) {
    const opening = indexedDB.open(`sunlit-keys-${login}`, 1);
    opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(STORE, { keyPath: "id" }));
    return new KeyStore(await settled(opening));
  }

  /** @returns {Promise<Ring[]>} */
  all() {
    return settled(this.database.transaction(STORE, "readonly").objectStore(STORE).getAll());
  }

  /** @param {Ring} ring kept for good before this resolves @returns {Promise<void>} */
  async put(ring) {
    const transaction = this.database.transaction(STORE, "readwrite", { durability: "strict" });
    transaction.objectStore(STORE).put(ring);
    await finished(transaction);
    await navigator.storage?.persist?.();
  }

  /** @param {string} id @returns {Promise<void>} */
  async remove(id) {
    const transaction = this.database.transaction(STORE, "readwrite");
    transaction.objectStore(STORE).delete(id);
    await finished(transaction);
  }
}
