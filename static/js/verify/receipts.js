/**
 * Receipts (section 4.3): read, held to the log, and followed to what became of their event. The first
 * half also serves a bidder's page right after uploading, before there is any bundle.
 */
import { equal, fromHex } from "../protocol/bytes.js";
import { decode } from "../protocol/canonical.js";
import { ProtocolError, demand } from "../protocol/errors.js";
import { leafValue, receiptForm } from "../protocol/events.js";
import { leafHash, verifyInclusion } from "../protocol/merkle.js";
import { leafOf } from "./checks_log.js";
import { SignatureJudge } from "./signers.js";
import { smallestUpper, TimeContext } from "./statements.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Fault} Fault */
/**
 * @typedef {object} Receipt
 * @property {string} name @property {any} body @property {any[]} signatures
 * @property {import("./statements.js").Checkpoint} checkpoint @property {Uint8Array} leafValue
 */

const GOOD_ENDS = new Set(["SUPERSEDED", "WITHDRAWN", "STALE", "LATE"]);

/** @param {Uint8Array} bytes @returns {any} a receipt held to its form, not yet verified */
export function parseReceipt(bytes) {
  const receipt = /** @type {any} */ (decode(bytes));
  receiptForm(receipt, "receipt");
  return receipt;
}

/**
 * Time sources of a policy that a receipt carries a statement of, whether or not the reader's anchors name them.
 * @param {any} policy
 * @param {any} body of the receipt
 * @param {import("./statements.js").Checkpoint} checkpoint
 * @returns {string[]}
 */
function speakers(policy, body, checkpoint) {
  const stamped = body.tokens.map(({ source }) => source);
  const cosigned = checkpoint.cosignatures.map(({ vkey }) => vkey.split("+")[0]);
  return policy.time.sources
    .filter(({ kind, name }) => (kind === "tsa" ? stamped : cosigned).includes(name))
    .map(({ name }) => name);
}

/**
 * Verify a receipt by itself: the platform signed it, the log holds its event, k sources say since when.
 * @param {any} receipt in its form
 * @param {{policy: any, anchors: any, judge: SignatureJudge, name?: string}} scene policy is the body that
 *   T names
 * @returns {Promise<Receipt>}
 */
export async function verifyReceipt({ body, signatures }, { policy, anchors, judge, name = "receipt" }) {
  const context = new TimeContext(policy, anchors);
  const checkpoint = await context.read({ file: name, note: body.note, tokens: body.tokens });
  demand(checkpoint.faults.length === 0, "receipt-note", checkpoint.faults[0]);
  demand(
    speakers(policy, body, checkpoint).length >= policy.time.k,
    "receipt-time",
    "Fewer time sources than asked for speak for the receipt.",
  );
  const signers = await judge.signersOf("receipt", body, signatures, smallestUpper(checkpoint));
  demand(
    signers.every((signer) => judge.isParty(signer, "platform")),
    "receipt-signer",
    "The receipt is not signed by the platform.",
  );
  const [r, link, ev, sigs] = [body.r, body.link, body.ev, body.sigs].map((item) => fromHex(item));
  const value = await leafValue(r, link, ev, sigs);
  await verifyInclusion(
    body.leaf,
    checkpoint.size,
    await leafHash(value),
    body.path.map((item) => fromHex(item)),
    checkpoint.root,
  );
  return { name, body, signatures, checkpoint, leafValue: value };
}

/**
 * Check a receipt right after it was given, against the policy and the anchors that the bidder has.
 * @param {Uint8Array} bytes
 * @param {{policy: any, policyId: string, anchors: any, ev: string, bid: string|null}} expected
 * @returns {Promise<Receipt>}
 */
export async function checkFreshReceipt(bytes, { policy, policyId, anchors, ev, bid }) {
  const receipt = parseReceipt(bytes);
  const { body } = receipt;
  demand(
    body.policy === policyId && body.ev === ev && body.bid === bid,
    "receipt-other",
    "The receipt is for something else.",
  );
  const judge = new SignatureJudge(anchors, { chain: [], keys: [] }, []);
  const verified = await verifyReceipt(receipt, { policy, anchors, judge });
  const sources = new Set(verified.checkpoint.statements.map(({ source }) => source));
  demand(
    sources.size >= new TimeContext(policy, anchors).k,
    "receipt-time",
    "Fewer time sources than asked for speak for the receipt.",
  );
  return verified;
}

/**
 * Read the receipts that were given with a bundle.
 * @param {World} world @param {{name: string, bytes: Uint8Array}[]} files
 * @returns {Promise<{receipts: Receipt[], faults: Fault[]}>}
 */
export async function readReceipts(world, files) {
  const receipts = [];
  const faults = [];
  for (const { name, bytes } of files) {
    try {
      const receipt = parseReceipt(bytes);
      const policy = world.policies.find(({ ev }) => ev === receipt.body.policy) ?? world.policyEvent;
      const scene = { policy: policy.body, anchors: world.anchors, judge: world.judge, name };
      receipts.push(await verifyReceipt(receipt, scene));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      faults.push({ object: name, evidence: error.message });
    }
  }
  return { receipts, faults };
}

/** @param {World} world @param {string} ev of a bid @returns {boolean} whether it came to a good end */
function endsWell(world, ev) {
  const standing = world.set.standings.get(ev);
  return standing === "SET" ? world.closed.has(ev) || !world.close : GOOD_ENDS.has(standing);
}

/**
 * A contribution to a draw ends well if it counts, or would not by all that bundle and receipts state of time.
 * @param {World} world @param {any} body of the contribution @param {string} ev @returns {Promise<boolean>}
 */
async function countsWell(world, body, ev) {
  const draw = world.draws.all.find(({ id }) => id === body.header);
  if (!draw || (await draw.contributions()).has(ev)) return true;
  const { found } = await draw.countUnder([...world.statements, ...world.receiptStatements]);
  return !found.has(ev);
}

/** V17: every receipt is honoured. @param {World} world @returns {Promise<Fault[]>} */
export async function v17(world) {
  const faults = [...world.receiptFaults];
  for (const { name, body, checkpoint, leafValue: value } of world.receipts) {
    const fault = (/** @type {string} */ evidence) => faults.push({ object: name, evidence });
    const same = world.checkpoints.find(({ size }) => size === checkpoint.size);
    if (same && !equal(same.root, checkpoint.root))
      fault("Its checkpoint has another root than the bundle's.");
    const events = [...world.chain, ...world.bundle.evaluation, ...world.bundle.draw];
    const event = events.find(
      ({ ev, leaf, kind }) => ev === body.ev && leaf === body.leaf && kind === body.kind,
    );
    if (!event) fault(`The ${body.kind} ${body.ev} does not stand on the chain at leaf ${body.leaf}.`);
    else if (!equal(await leafOf(event), value))
      fault("The chain has another leaf value at its place.");
    else if (body.kind === "bid") {
      if (event.body.bid !== body.bid) fault("It gives another bid id.");
      if (!endsWell(world, body.ev))
        fault(`The bid ${body.ev} did not come to a good end: the platform has to explain.`);
    } else if (body.kind === "contribution" && !(await countsWell(world, event.body, body.ev)))
      fault(`The contribution ${body.ev} was on time and does not count.`);
  }
  return faults;
}
