// After the receipt: the self-copy is saved and read back; where a factor is used the page does not let go before.
import { makePassphrase, readPassphrase } from "../keys/passphrase.js";
import { problem, save } from "../keys/page_parts.js";
import { lockCopy, openCopy, sameSecrets } from "../seal/self_copy.js";
import { byId } from "./bidding_parts.js";

export class ReceiptPart {
  /**
   * @param {import("../seal/self_copy.js").SelfCopy} copy @param {{code: string, text: string}} receipt
   * @param {{words: DOMStringMap, guarded: boolean, finished: () => Promise<void>}} how guarded: leaving is held
   *   until the self-copy has been read back
   */
  constructor(copy, receipt, { words, guarded, finished }) {
    this.copy = copy;
    this.words = words;
    this.finished = finished;
    this.read = !guarded;
    this.passphrase = makePassphrase();
    byId("copy-passphrase").textContent = this.passphrase;
    byId("receipt-save").addEventListener("click", () =>
      save(new Blob([receipt.text], { type: "application/json" }), `receipt-${receipt.code}.json`));
    byId("copy-save").addEventListener("click", () => this.download(receipt.code));
    byId("copy-read").addEventListener("click", () => this.prove());
    if (guarded) this.guard();
  }

  /** @param {string} code */
  async download(code) {
    save(await lockCopy(this.copy, this.passphrase), `self-copy-${code}.json`);
    byId("copy-prove").hidden = false;
    byId("copy-said").textContent = this.words.saved;
    byId("copy-file").focus();
  }

  /** Read back what was saved, with what was written down. */
  async prove() {
    problem(byId("copy-problem"));
    const [file] = byId("copy-file").files;
    try {
      const found = await openCopy(file ?? new Blob([]), readPassphrase(byId("copy-typed").value));
      if (found.named.ev !== this.copy.named.ev || !sameSecrets(found.secrets, this.copy.secrets)) throw new Error("other");
    } catch (error) {
      const closed = /** @type {any} */ (error).code === "copy-closed";
      problem(byId("copy-problem"), closed ? this.words.copywrong : this.words.copyother);
      return;
    }
    this.read = true;
    byId("copy-said").textContent = this.words.readback;
    byId("copy-passphrase").textContent = "····-····-····-····";
    await this.finished();
    document.documentElement.dataset.copied = "yes";
  }

  /** Leaving is held, and said in the words that matter. */
  guard() {
    window.addEventListener("beforeunload", (event) => {
      if (!this.read) event.preventDefault();
    });
    document.addEventListener("click", (event) => {
      const link = /** @type {Element} */ (event.target).closest("a[href]");
      const stays = link?.hasAttribute("download") || link?.getAttribute("href")?.startsWith("#");
      if (this.read || !link || stays) return;
      event.preventDefault();
      problem(byId("copy-problem"), this.words.hold);
      byId("copy-save").scrollIntoView();
      byId("copy-save").focus();
    });
  }
}
