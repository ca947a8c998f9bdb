/**
 * A bidder's device finds its own receipt in the closed set (法36, A12). The close, the checkpoint over it and the
 * proofs come from the platform and are held to the receipt, to the policy and to anchors; none of it is believed.
 */
import { equal, fromHex, hex } from "../protocol/bytes.js";
import { ProtocolError, demand } from "../protocol/errors.js";
import { checkBody, eventId, leafValue, signaturesHash } from "../protocol/events.js";
import * as form from "../protocol/forms.js";
import { leafHash, root, verifyConsistency, verifyInclusion } from "../protocol/merkle.js";
import { verifyReceipt } from "./receipts.js";
import { SignatureJudge } from "./signers.js";
import { smallestUpper, TimeContext } from "./statements.js";

/** @typedef {"receipt"|"close"|"log"|"continues"|"root"|"own"} StepName */
/** @typedef {{name: StepName, fault: string|null, told: string}} Step told: the value that was found */
/**
 * @typedef {object} Seal
 * @property {"found"|"missing"|"unproven"|"receipt"} verdict found: the receipt stands in the closed set; missing:
 *   the set holds, the receipt is not in it; unproven: the platform gave no set that holds; receipt: this is not a
 *   receipt of this lot that holds
 * @property {Step[]} steps
 */

const proofForm = form.record({
  close: form.record({
    body: () => undefined, signatures: form.signatures, r: form.hash, link: form.hash, leaf: form.integer(),
  }),
  note: form.string,
  tokens: form.list(form.record({ source: form.id, token: form.bytesBetween(1, 1 << 16) })),
  path: form.list(form.hash),
  consistency: form.list(form.hash),
});

const bytesOf = (/** @type {string[]} */ items) => items.map((item) => fromHex(item, 32));

/** Holds one proof to one receipt, step by step. */
class OwnSeal {
  /** @param {any} receipt in its form @param {any} proof @param {{policy: any, policyId: string, anchors: any}} scene */
  constructor(receipt, proof, scene) {
    Object.assign(this, { receipt, proof, ...scene });
    this.judge = new SignatureJudge(this.anchors, { chain: [], keys: [] }, []);
    /** @type {any} */
    this.held = null;
    /** @type {any} */
    this.checkpoint = null;
  }

  async receiptHolds() {
    const { body } = this.receipt;
    demand(body.policy === this.policyId && body.kind === "bid", "receipt-other", "The receipt is for something else.");
    const scene = { policy: this.policy, anchors: this.anchors, judge: this.judge };
    this.held = (await verifyReceipt(this.receipt, scene)).checkpoint;
    return `${body.leaf} / ${this.held.size}`;
  }

  /** The checkpoint over the close: signed by the log, stated by k sources. */
  async logHolds() {
    proofForm(this.proof, "proof");
    const { close, note, tokens, path } = this.proof;
    const context = new TimeContext(this.policy, this.anchors);
    const checkpoint = await context.read({ file: "closed set", note, tokens });
    demand(checkpoint.faults.length === 0, "note", checkpoint.faults[0] ?? "");
    const sources = new Set(checkpoint.statements.map(({ source }) => source));
    demand(sources.size >= context.k, "time", "Fewer time sources than asked for speak for the checkpoint.");
    const parts = [fromHex(close.r), fromHex(close.link), await eventId("close", close.body)];
    const value = await leafValue(parts[0], parts[1], parts[2], await signaturesHash(close.signatures));
    await verifyInclusion(close.leaf, checkpoint.size, await leafHash(value), bytesOf(path), checkpoint.root);
    this.checkpoint = checkpoint;
    return `${close.leaf} / ${checkpoint.size}`;
  }

  /** The close itself: its form, this policy, the platform's signature. */
  async closeHolds() {
    const { body, signatures } = this.proof.close;
    checkBody("close", body);
    demand(body.policy === this.policyId, "close-other", "The close is of another policy.");
    const signers = await this.judge.signersOf("close", body, signatures, smallestUpper(this.checkpoint));
    demand(
      signers.every((signer) => this.judge.isParty(signer, "platform")),
      "close-signer",
      "The close is not signed by the platform.",
    );
    return hex(await eventId("close", body));
  }

  async continues() {
    const [before, after] = [this.held, this.checkpoint];
    await verifyConsistency(before.size, after.size, before.root, after.root, bytesOf(this.proof.consistency));
    return `${before.size} → ${after.size}`;
  }

  async rootHolds() {
    const { bids, set_root: stated } = this.proof.close.body;
    const computed = await root(bids.map(({ ev }) => fromHex(ev)));
    demand(equal(computed, fromHex(stated)), "set-root", "The root is not that of the bids the close lists.");
    return hex(computed);
  }

  /** @returns {boolean} whether the receipt's own bid stands in the list, at its own leaf and in time */
  get listed() {
    const { n_close: end, bids } = this.proof.close.body;
    const { ev, leaf } = this.receipt.body;
    return leaf < end && bids.some((row) => row.ev === ev && row.leaf === leaf);
  }
}

/**
 * Look for a receipt in the closed set.
 * @param {any} receipt in its form @param {any} proof as the platform gave it
 * @param {{policy: any, policyId: string, anchors: any}} scene
 * @returns {Promise<Seal>}
 */
export async function findSeal(receipt, proof, scene) {
  const seal = new OwnSeal(receipt, proof, scene);
  /** @type {Step[]} */
  const steps = [];
  /** @type {[StepName, () => Promise<string>][]} */
  const order = [
    ["receipt", () => seal.receiptHolds()],
    ["log", () => seal.logHolds()],
    ["close", () => seal.closeHolds()],
    ["continues", () => seal.continues()],
    ["root", () => seal.rootHolds()],
  ];
  for (const [name, action] of order) {
    try {
      steps.push({ name, fault: null, told: await action() });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      steps.push({ name, fault: error.message, told: "" });
      return { verdict: name === "receipt" ? "receipt" : "unproven", steps };
    }
  }
  const fault = seal.listed ? null : "The receipt's bid is not in the list.";
  steps.push({ name: "own", fault, told: receipt.body.ev });
  return { verdict: fault ? "missing" : "found", steps };
}
