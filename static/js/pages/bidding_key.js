// Choosing and opening the signing key on a bidder's page; the opened key can be used but not read.
import { byId, problem } from "../keys/page_parts.js";
import { readPassphrase } from "../keys/passphrase.js";
import { fingerprint, lockOf, openWithPasskey, openWithPassphrase, readBackup, signerOf } from "../keys/ring.js";
import { KeyStore } from "../keys/store.js";

/** @typedef {import("../keys/ring.js").Ring} Ring */
/** @typedef {{algorithm: any, privateKey: CryptoKey, spki: Uint8Array}} Signer */

/** The part of the page in which a key is chosen (templates/bidding/key.html). */
export class KeyPart {
  /** @param {string} database login @param {string[]} spkis keys that count */
  static async of(database, spkis) {
    const part = new KeyPart(await KeyStore.of(database), new Set(spkis));
    await part.show();
    byId("key-choice").addEventListener("change", () => part.showLock());
    byId("key-file")?.addEventListener("change", () => part.take());
    return part;
  }

  /** @param {KeyStore} store @param {Set<string>} allowed */
  constructor(store, allowed) {
    this.store = store;
    this.allowed = allowed;
    this.words = byId("key-part").dataset;
    /** @type {Ring[]} */
    this.rings = [];
    /** @type {Signer|null} */
    this.signer = null;
  }

  /** List the keys of this browser that count. */
  async show() {
    this.rings = (await this.store.all()).filter(({ id }) => this.allowed.has(id));
    const options = await Promise.all(
      this.rings.map(async (ring) => new Option(`${ring.label} · ${await fingerprint(ring.id)}`, ring.id)),
    );
    byId("key-choice").replaceChildren(...options);
    byId("key-here").hidden = this.rings.length === 0;
    byId("key-none").hidden = this.rings.length > 0;
    this.showLock();
  }

  /** @returns {Ring|undefined} */
  get chosen() {
    return this.rings.find(({ id }) => id === byId("key-choice").value);
  }

  /** The passphrase is asked for only where no passkey locks the key, or where it did not answer. */
  showLock(withPassphrase = false) {
    this.signer = null;
    byId("key-passphrase-field").hidden = !withPassphrase && Boolean(this.chosen && lockOf(this.chosen, "passkey"));
  }

  /** A backup file chosen here is kept under its lock, as on the page of keys. */
  async take() {
    problem(byId("key-problem"));
    const [file] = byId("key-file").files;
    try {
      const ring = await readBackup(file ?? new Blob([]));
      if (!this.allowed.has(ring.id)) throw new Error("not registered");
      await this.store.put(ring);
      await this.show();
      byId(byId("key-passphrase-field").hidden ? "key-choice" : "key-passphrase").focus();
    } catch {
      problem(byId("key-problem"), this.words.notbackup);
    }
  }

  /** @returns {Promise<Signer|null>} null: what is wrong is said beside the field */
  async open() {
    if (this.signer) return this.signer;
    const ring = this.chosen;
    problem(byId("key-problem"));
    if (!ring) {
      byId("key-file").focus();
      return null;
    }
    const typed = byId("key-passphrase");
    const passkey = byId("key-passphrase-field").hidden;
    try {
      const opened = passkey ? await openWithPasskey(ring) : await openWithPassphrase(ring, readPassphrase(typed.value));
      typed.value = "";
      this.signer = signerOf(ring, opened);
      return this.signer;
    } catch {
      if (passkey) this.showLock(true);
      problem(byId("key-problem"), passkey ? this.words.passkey : this.words.wrong);
      typed.focus();
      return null;
    }
  }
}
