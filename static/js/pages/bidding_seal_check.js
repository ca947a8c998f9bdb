// The seal check on a bidder's page: its own receipt, from this device or a file, looked for in the closed set here.
import { decodeLoose } from "../protocol/canonical.js";
import { ProtocolError } from "../protocol/errors.js";
import { readAnchors } from "../verify/anchors.js";
import { findSeal } from "../verify/own_seal.js";
import { parseReceipt } from "../verify/receipts.js";
import { keptReceipts } from "./bidding_memory.js";
import { byId, bytesOf, facts, filled, mark, note, policyOf } from "./bidding_parts.js";

/** @typedef {{receipt: any, from: "device"|"file"|"platform"}} Held */

const KINDS = { found: "done", missing: "fail", unproven: "fail", receipt: "fail" };

/** @param {string} text of hex @returns {string} in groups of four, as the hall shows it */
const fours = (text) => (text.match(/.{1,4}/g) ?? []).join(" ");

export class SealCheck {
  /** @param {any} data of the page */
  static async of(data) {
    const check = new SealCheck(data);
    for (const id of ["seal-receipt", "seal-anchors"]) document.getElementById(id)?.addEventListener("change", () => check.run());
    if (data.checks) await check.run();
    return check;
  }

  /** @param {any} data */
  constructor(data) {
    this.data = data;
    this.words = byId("seal-part").dataset;
    /** @type {Held|null} */
    this.held = null;
  }

  /** @param {string} code @returns {Promise<any>} the platform's copy of a receipt */
  async copyOf(code) {
    return parseReceipt(await bytesOf(`${this.data.receiptUrl.replace("CODE", code)}receipt.json`));
  }

  /**
   * The last receipt of a bid or a withdrawal that this organisation holds: a file that was chosen, else what this
   * device kept, else the platform's copy; whichever of them stands last in the log.
   * @returns {Promise<Held|null>}
   */
  async ownReceipt() {
    const [file] = document.getElementById("seal-receipt") ? byId("seal-receipt").files : [];
    if (file) return { receipt: parseReceipt(new Uint8Array(await file.arrayBuffer())), from: "file" };
    /** @type {Held[]} */
    const found = [];
    for (const text of await keptReceipts(this.data.policy).catch(() => [])) {
      found.push({ receipt: parseReceipt(new TextEncoder().encode(text)), from: "device" });
    }
    const known = new Set(found.map(({ receipt }) => receipt.body.ev));
    for (const code of this.data.receipts) {
      const receipt = await this.copyOf(code).catch(() => null);
      if (receipt && !known.has(receipt.body.ev)) found.push({ receipt, from: "platform" });
    }
    found.sort((left, right) => right.receipt.body.leaf - left.receipt.body.leaf);
    return found[0] ?? null;
  }

  /** @returns {Promise<any>} the receipt to object with */
  async objectionReceipt() {
    this.held ??= await this.ownReceipt();
    if (!this.held) throw new ProtocolError("receipt", this.words.noreceipt ?? "");
    return this.held.receipt;
  }

  /** @returns {Promise<any>} the bidder's own anchors, or those the platform publishes */
  async anchors() {
    const [own] = byId("seal-anchors").files;
    return readAnchors(own ? new Uint8Array(await own.arrayBuffer()) : await bytesOf(this.data.anchorsUrl));
  }

  async run() {
    byId("seal-verdict").textContent = this.words.running ?? "";
    try {
      this.held = await this.ownReceipt();
      if (!this.held) throw new ProtocolError("receipt", this.words.noreceipt ?? "");
      byId("seal-from").textContent = this.words[this.held.from] ?? "";
      if (this.held.receipt.body.kind === "withdraw") {
        byId("seal-verdict").textContent = this.words.withdrawn ?? "";
        document.documentElement.dataset.seal = "withdrawn";
        return;
      }
      await this.judge();
    } catch (error) {
      this.show("unproven");
      note("seal-alarm", filled(this.words.unproven ?? "", { fault: /** @type {Error} */ (error).message }), "stop");
    }
  }

  /** Everything between the receipt and the closed set, with a line for each step. */
  async judge() {
    const { receipt } = /** @type {Held} */ (this.held);
    const policy = await policyOf(this.data);
    const anchors = await this.anchors();
    const size = Number(/\n(\d+)\n/.exec(receipt.body.note)?.[1] ?? 0);
    const proof = decodeLoose(await bytesOf(`${this.data.setUrl}?seen=${size}`));
    const { verdict, steps } = await findSeal(receipt, proof, { policy, policyId: this.data.policy, anchors });
    for (const row of document.querySelectorAll("#seal-checks [data-check]")) this.tick(row, steps);
    this.show(verdict);
    if (verdict !== "found") {
      const fault = steps.find((step) => step.fault)?.fault ?? "";
      note("seal-alarm", filled(this.words[verdict] ?? "", { fault }), "stop");
      return;
    }
    const told = (/** @type {string} */ name) => steps.find((step) => step.name === name)?.told ?? "";
    facts(byId("seal-facts"), [
      [this.words.root ?? "", fours(told("root")), true], [this.words.ev ?? "", fours(told("own"))],
      [this.words.leaf ?? "", told("receipt")], [this.words.close ?? "", fours(told("close"))],
      [this.words.closeleaf ?? "", told("log")],
    ]);
    await this.tell();
  }

  /** @param {Element} row @param {import("../verify/own_seal.js").Step[]} steps */
  tick(row, steps) {
    const step = steps.find(({ name }) => name === /** @type {HTMLElement} */ (row).dataset.check);
    const bad = Boolean(step?.fault);
    row.classList.toggle("is-bad", bad);
    const line = /** @type {HTMLElement} */ (row.querySelector("small[data-fault]"));
    line.textContent = step?.fault ?? "";
    line.hidden = !bad || step?.name === "own";
    const state = /** @type {Element} */ (row.querySelector(".sl-st"));
    state.className = `sl-st is-${step ? (bad ? "fail" : "done") : "wait"}`;
    state.textContent = (step ? (bad ? this.words.bad : this.words.ok) : this.words.unknown) ?? "";
  }

  /** @param {"found"|"missing"|"unproven"|"receipt"} verdict */
  show(verdict) {
    mark("seal-mark", /** @type {any} */ (KINDS[verdict]), this.words[`mark${verdict}`] ?? "");
    byId("seal-verdict").textContent = verdict === "found" ? this.words.found ?? "" : "";
    note("seal-alarm", "");
    const objection = document.getElementById("objection");
    if (objection) objection.hidden = verdict === "found" || verdict === "receipt";
    document.documentElement.dataset.seal = verdict;
  }

  /** The device says so to the hall; where that needs a person, a button remains. */
  async tell() {
    if (this.data.checked) return;
    const token = /** @type {HTMLInputElement} */ (document.querySelector("#bid-token [name=csrfmiddlewaretoken]"));
    const headers = { "X-CSRFToken": token.value, Accept: "application/json" };
    const answer = await fetch(this.data.sealUrl, { method: "POST", headers }).catch(() => null);
    const done = Boolean(answer?.ok && !answer.redirected);
    byId("seal-told").textContent = (done ? this.words.told : "") ?? "";
    byId("seal-tell").hidden = done;
    if (done) document.documentElement.dataset.sealed = "told";
  }
}
