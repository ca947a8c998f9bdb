// Contributing to a draw: this device checks whose draw it is, seals fresh seeds, and keeps nothing but the receipt.
import { byId, problem } from "../keys/page_parts.js";
import { contribute } from "../draw/contributing.js";
import { contributorChecks } from "../draw/checks.js";
import { keepLog, readPack } from "../draw/view.js";
import { lastingMemory } from "../officer/memory.js";
import { eventId } from "../protocol/events.js";
import { hex } from "../protocol/bytes.js";
import { checkFreshReceipt } from "../verify/receipts.js";
import { readAnchors } from "../verify/anchors.js";
import { KeyPart } from "./bidding_key.js";
import { anchorsFrom, ask, bridge, pause, Refused, say, send, showChecks } from "./draw_parts.js";

const CLIENT = "sunlit-browser/1";
const PAUSE = 2000;
const data = JSON.parse(byId("page-data").textContent);
const words = byId("page-words").dataset;

class Page {
  async begin() {
    this.memory = await lastingMemory();
    if (data.given) await this.receipt(data.given);
    else if (document.getElementById("key-part")) {
      this.keys = await KeyPart.of(data.database, data.keys);
      byId("anchors-file").addEventListener("change", () => this.check());
      byId("contribute").addEventListener("click", () => this.act());
      byId("key-passphrase").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        this.act();
      });
      await this.check();
    }
    document.documentElement.dataset.ready = "contribute";
  }

  /** @returns {Promise<Uint8Array>} */
  anchors() {
    return anchorsFrom(data.anchors, /** @type {any} */ (document.getElementById("anchors-file")) ?? { files: [] });
  }

  /** Check everything before a key is touched. @returns {Promise<import("../draw/view.js").Scene|null>} null: refused */
  async check() {
    const verdict = byId("page-verdict");
    verdict.textContent = words.loading ?? "";
    try {
      const scene = await readPack(await (await ask(data.pack)).json(), await this.anchors());
      const good = showChecks(await contributorChecks(scene, { memory: this.memory, bridge }), words);
      verdict.textContent = (good ? words.passed : words.refused) ?? "";
      byId("contribute").disabled = !good;
      if (!good) return null;
      await keepLog(scene, this.memory);
      return scene;
    } catch (error) {
      verdict.textContent = `${words.noview} ${/** @type {Error} */ (error).message}`;
      byId("contribute").disabled = true;
      return null;
    }
  }

  async act() {
    const button = byId("contribute");
    if (button.disabled) return;
    const signer = await /** @type {KeyPart} */ (this.keys).open();
    if (!signer) return;
    button.disabled = true;
    problem(byId("page-problem"));
    try {
      const scene = await this.check();
      if (!scene) return;
      button.disabled = true;
      say(words.sealing ?? "");
      const { header } = scene.draw;
      const made = await contribute({ header, org: data.org, signer, client: CLIENT });
      await send(data.page, made, data.page);
      say(words.sent ?? "");
      await this.receipt(hex(await eventId("contribution", made.body)));
      byId("give").hidden = true;
      document.documentElement.dataset.ready = "contributed";
    } catch (error) {
      problem(byId("page-problem"), /** @type {Error} */ (error).message);
      button.disabled = false;
    }
  }

  /** Wait for the receipt of an event and hold it to the anchors. @param {string} ev */
  async receipt(ev) {
    say(words.waiting ?? "");
    for (;;) {
      try {
        const answer = await ask(data.receipt);
        await this.hold(new Uint8Array(await answer.arrayBuffer()), ev, answer.headers.get("X-Receipt-Code") ?? "");
        return;
      } catch (error) {
        const later = error instanceof Refused && (!error.refused || error.code === "not_logged");
        if (!later) throw error;
        await pause(PAUSE);
      }
    }
  }

  /** @param {Uint8Array} bytes @param {string} ev @param {string} code */
  async hold(bytes, ev, code) {
    const { policy } = await (await ask(data.pack)).json();
    const policyId = hex(await eventId("policy", policy));
    const anchors = await readAnchors(await this.anchors());
    const place = byId("receipt-said");
    byId("receipt-part").hidden = false;
    byId("receipt-code").textContent = code;
    try {
      const { body } = await checkFreshReceipt(bytes, { policy, policyId, anchors, ev, bid: null });
      byId("receipt-leaf").textContent = String(body.leaf);
      place.textContent = words.holds ?? "";
      say(words.receipted ?? "");
    } catch (error) {
      place.className = "sl-bad";
      place.textContent = `${words.broken} ${/** @type {Error} */ (error).message}`;
    }
  }
}

await new Page().begin().catch((error) => problem(byId("page-problem"), error.message));
