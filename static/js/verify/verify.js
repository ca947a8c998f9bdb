/**
 * The verifier: twenty-four numbered checks over one bundle, under anchors that the reader got elsewhere. It
 * never throws for a bad bundle: whatever is wrong ends as a failed check.
 */
import { ProtocolError } from "../protocol/errors.js";
import { readAnchors } from "./anchors.js";
import { v26 } from "./award.js";
import { readBundle } from "./bundle.js";
import * as bids from "./checks_bids.js";
import * as log from "./checks_log.js";
import * as order from "./checks_order.js";
import * as draws from "./draw_checks.js";
import { v24 } from "./draw_panels.js";
import { v25 } from "./evaluation.js";
import { drawsLabel, trustLabel } from "./label.js";
import { readReceipts, v17 } from "./receipts.js";
import { acceptedFactors, openEnvelope } from "./verdicts.js";
import { World } from "./world.js";

/** @typedef {{id: string, ok: boolean, run: boolean, evidence: string, object: string}} Check */
/**
 * @typedef {object} Report
 * @property {boolean} ok every check holds
 * @property {string} label who stands behind time, witnesses and officers
 * @property {Check[]} checks V1 to V24, in order, V25 where there is an evaluation, V26 where the owner has decided on it
 * @property {{e: number, name: string, bid: string, org: string, verdict: string, plain: string|null}[]}
 *   verdicts
 * @property {string[]} notes
 * @property {{T: string, tender: string, lot: string, edition: string}|null} subject
 */

const CHECKS = Object.freeze({
  V2: log.v2,
  V3: log.v3,
  V4: log.v4,
  V5: log.v5,
  V6: log.v6,
  V7: log.v7,
  V8: log.v8,
  V9: bids.v9,
  V10: bids.v10,
  V11: order.v11,
  V12: bids.v12,
  V13: bids.v13,
  V14: bids.v14,
  V15: bids.v15,
  V16: bids.v16,
  V17: v17,
  V18: bids.v18,
  V19: order.v19,
  V20: order.v20,
  V21: draws.v21,
  V22: draws.v22,
  V23: draws.v23,
  V24: v24,
});
const OF_DRAWS = Object.freeze(["V21", "V22", "V23", "V24"]);
export const CHECK_IDS = Object.freeze(["V1", ...Object.keys(CHECKS)]);

/** @param {string} id @param {{object: string, evidence: string}[]} faults @returns {Check} */
function outcome(id, faults) {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  return {
    id,
    ok: !first,
    run: true,
    object: first?.object ?? "",
    evidence: first ? first.evidence + more : "",
  };
}

/** @param {string} id @returns {Check} */
function notMade(id) {
  return { id, ok: false, run: false, object: "", evidence: "not made" };
}

/** @param {unknown} error @returns {string} one sentence */
function sentence(error) {
  if (error instanceof ProtocolError) return error.message;
  return `The check could not be made: ${error instanceof Error ? error.message : String(error)}`;
}

/**
 * A report in which one check failed before the others could be made.
 * @param {string} id @param {string} object @param {unknown} error @param {any} anchors
 * @returns {Report}
 */
function stopped(id, object, error, anchors) {
  const failed = outcome(id, [{ object, evidence: sentence(error) }]);
  const checks = CHECK_IDS.map((other) => (other === id ? failed : notMade(other)));
  return { ok: false, label: trustLabel(anchors, null), checks, verdicts: [], notes: [], subject: null };
}

/** @param {World} world @param {(done: string) => void} progress fills openings */
async function openAll(world, progress) {
  world.factors = await acceptedFactors(world);
  world.openings = new Map();
  for (const { withheld, body } of world.inForce("result")) {
    if (withheld || world.openings.has(body.e)) continue;
    world.openings.set(body.e, await openEnvelope(world, body.e, progress));
  }
}

/** @param {World} world @param {(done: string) => void} progress @returns {Promise<Check[]>} */
async function runChecks(world, progress) {
  const checks = [outcome("V1", [])];
  const { evaluation, award } = world.bundle;
  const asked = {
    ...CHECKS,
    ...(evaluation.length > 0 ? { V25: v25 } : {}),
    ...(award.length > 0 ? { V26: v26 } : {}),
  };
  for (const [id, check] of Object.entries(asked)) {
    try {
      checks.push(outcome(id, await check(world)));
    } catch (error) {
      checks.push(outcome(id, [{ object: "bundle", evidence: sentence(error) }]));
    }
    progress(id);
    await new Promise((resume) => setTimeout(resume)); // a page shows how far it is
  }
  const none = world.draws.chain.length === 0;
  return checks.map((check) =>
    none && check.ok && OF_DRAWS.includes(check.id) ? { ...check, evidence: "no draw" } : check,
  );
}

/** @param {World} world @returns {Report["verdicts"]} */
function listVerdicts(world) {
  return [...world.openings].flatMap(([e, openings]) =>
    [...bids.verdictsOf(world, openings)]
      .filter(([, verdict]) => verdict !== null)
      .map(([bid, verdict]) => ({
        e,
        name: world.policy.envelopes[e]?.name ?? "",
        bid,
        org: world.bids.get(bid).body.org,
        verdict,
        plain: openings.get(bid)?.plain ?? null,
      })),
  );
}

/** @param {World} world adds what a reader should know beside the checks */
function addNotes(world) {
  const { notes, bundle } = world;
  const withheld = bundle.chain.filter((event) => event.withheld).map((event) => event.withheld.e);
  for (const e of [...new Set(withheld)].sort()) notes.push(`Envelope ${e} is withheld in this edition.`);
  for (const [e, openings] of world.openings) {
    for (const [ev, { faulty }] of openings) {
      for (const officer of faulty)
        notes.push(`Officer ${officer} released a false share of ${ev}, envelope ${e}.`);
    }
  }
  for (const { kind, body, file } of [...bundle.keys, ...bundle.chain]) {
    if (kind === "key-loss") notes.push(`${file}: ${body.org} lost a key and has a new one.`);
    if (kind === "incident") notes.push(`${file}: incident ${body.code}: ${body.note}`);
    if (kind === "postpone") notes.push(`${file}: times were postponed: ${body.reason}`);
  }
}

/**
 * Verify a bundle.
 * @param {object} input
 * @param {Blob} input.bundle
 * @param {Uint8Array} input.anchors the anchors file
 * @param {{name: string, bytes: Uint8Array}[]} [input.receipts]
 * @param {(done: string) => void} [input.progress]
 * @returns {Promise<Report>}
 */
export async function verify({ bundle, anchors: anchorsFile, receipts = [], progress = () => {} }) {
  let anchors = null;
  let read;
  try {
    anchors = await readAnchors(anchorsFile);
  } catch (error) {
    return stopped("V20", "anchors", error, null);
  }
  try {
    read = await readBundle(bundle);
    progress("V1");
  } catch (error) {
    return stopped("V1", "bundle", error, anchors);
  }
  let world;
  try {
    world = await World.build(read, anchors, progress);
    const { receipts: good, faults } = await readReceipts(world, receipts);
    Object.assign(world, {
      receipts: good,
      receiptFaults: faults,
      receiptStatements: good.flatMap(({ checkpoint }) => checkpoint.statements),
    });
    await openAll(world, progress);
  } catch (error) {
    const made = outcome("V1", []);
    const report = stopped("V20", "bundle", error, anchors);
    return { ...report, checks: report.checks.map((check) => (check.id === "V1" ? made : check)) };
  }
  const checks = await runChecks(world, progress);
  addNotes(world);
  return {
    ok: checks.every(({ ok }) => ok),
    label: trustLabel(anchors, world, await drawsLabel(world)),
    checks,
    verdicts: listVerdicts(world),
    notes: world.notes,
    subject: { T: world.policyId, tender: read.tender, lot: read.lot, edition: read.edition },
  };
}
