/**
 * Release by one officer: the checks to make first, then the commit, then the release itself. The share
 * ciphertexts are opened only inside a checked release, all bids of the set at once, once per policy and
 * envelope.
 */
import { equal, fromHex, hex } from "../protocol/bytes.js";
import { shareCommitment, shareInfo } from "../protocol/envelope.js";
import { ProtocolError, demand } from "../protocol/errors.js";
import { eventId, newBody, signBody } from "../protocol/events.js";
import * as hpke from "../protocol/hpke.js";
import * as bids from "../verify/checks_bids.js";
import * as log from "../verify/checks_log.js";
import {
  closeFaults,
  factorEndFaults,
  linkFaults,
  policyFaults,
  releaseFaults,
} from "../verify/checks_order.js";
import { verifyReceipt } from "../verify/receipts.js";
import { hadPassed } from "../verify/statements.js";
import { acceptedFactors, idOf } from "../verify/verdicts.js";
import { checkContinues } from "./view.js";

/** @typedef {import("../verify/world.js").World} World */
/** @typedef {import("../verify/world.js").Fault} Fault */
/** @typedef {import("./memory.js").Memory} Memory */
/** @typedef {import("./keys.js").SigningKey} SigningKey */
/**
 * @typedef {object} Officer
 * @property {number} i @property {hpke.KeyPair} pair @property {SigningKey} signer
 */

/** @param {string} evidence @returns {Fault} */
const fault = (evidence) => ({ object: "release", evidence });

/** @param {World} world @returns {Promise<string[]>} evs of objections that nobody has answered */
async function openObjections(world) {
  const open = [];
  for (const event of world.inForce("set-objection")) {
    const answered = world.closes.some(({ leaf }) => leaf > event.leaf);
    if (world.judge.isVoid(event) || answered) continue;
    const { receipt } = event.body;
    const standing = world.set.standings.get(receipt.body.ev);
    const settled =
      standing === "SUPERSEDED" || standing === "WITHDRAWN" || world.closed.has(receipt.body.ev);
    if (settled) continue;
    try {
      const scene = { policy: world.policy, anchors: world.anchors, judge: world.judge };
      const { checkpoint } = await verifyReceipt(receipt, scene);
      const statements = [...world.statements, ...checkpoint.statements];
      if (receipt.body.leaf < world.context.sizeAt(statements, world.times.close_at)) open.push(event.ev);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
  return open;
}

/**
 * @param {World} world @param {Officer} officer @param {number} e
 * @returns {Fault[]} about officer and moment
 */
function ownFaults(world, officer, e) {
  const faults = [];
  const named = world.policy.officers[officer.i - 1];
  const own = named && named.pk === hex(officer.pair.publicKey) && named.sig_key === hex(officer.signer.spki);
  if (!own) faults.push(fault("The policy names other keys for this officer."));
  if (!world.policy.envelopes[e]) faults.push(fault(`There is no envelope ${e}.`));
  const ended = ["open-end", "failed", "cancelled"].includes(world.last.kind);
  if (ended) faults.push(fault("The lot is closed for good."));
  if (!world.close) return [...faults, fault("There is no close.")];
  const expected = world.anchors.T[`${world.policy.tender}/${world.policy.lot}`];
  if (expected !== world.policyId) faults.push(fault("T is not the one this officer was told."));
  const last = world.checkpoints[world.checkpoints.length - 1];
  const moment = Math.max(
    world.times.open_at[e] ?? Infinity,
    world.times.check_until,
    world.times.factor_until ?? 0,
  );
  const sizes = { above: world.close.leaf, upTo: last?.size ?? 0 };
  if (!hadPassed(world.statements, moment, sizes))
    faults.push(fault("No time source says that the opening time has passed."));
  const least = Math.max(world.policy.min_bids, world.anchors.min_bids);
  if (world.closed.size < least)
    faults.push(fault(`The set has ${world.closed.size} bids, ${least} are needed.`));
  const ends = world.inForce("factor-end").filter(({ body }) => body.close === world.close.ev);
  if (ends.length !== 1) faults.push(fault("The factor phase has not ended."));
  return faults;
}

/** @typedef {{name: "officers"|"log"|"times"|"set"|"own"|"objections", faults: Fault[]}} Check */

/**
 * Everything that must hold before this officer commits to releasing envelope e, check by check.
 * @param {World} world @param {Officer} officer @param {number} e
 * @returns {Promise<Check[]>}
 */
export async function releaseChecks(world, officer, e) {
  const set = [...(await bids.v9(world)), ...(await bids.v14(world))];
  if (world.close) set.push(...closeFaults(world), ...factorEndFaults(world));
  const objections = (await openObjections(world)).map((ev) => fault(`The objection ${ev} has not been answered.`));
  return [
    { name: "officers", faults: [...(await log.v2(world)), ...(await log.v4(world)), ...policyFaults(world)] },
    { name: "log", faults: [...(await log.v5(world)), ...(await log.v6(world)), ...(await linkFaults(world))] },
    { name: "times", faults: [...(await log.v7(world)), ...(await log.v8(world))] },
    { name: "set", faults: set },
    { name: "own", faults: ownFaults(world, officer, e) },
    { name: "objections", faults: objections },
  ];
}

/**
 * What stands against committing to the release of envelope e.
 * @param {World} world @param {Officer} officer @param {number} e
 * @returns {Promise<Fault[]>} none means: go ahead
 */
export async function releaseRefusals(world, officer, e) {
  return (await releaseChecks(world, officer, e)).flatMap(({ faults }) => faults);
}

/** @param {Fault[]} faults refuse if there are any */
function refuseOn(faults) {
  demand(
    faults.length === 0,
    "release-refused",
    faults.map(({ object, evidence }) => `${object}: ${evidence}`).join(" "),
  );
}

/**
 * Open this officer's share of one bid.
 * @param {World} world @param {Officer} officer @param {number} e @param {string} ev
 * @returns {Promise<string>} hex, or FAIL if it does not open or misses its commitment
 */
async function ownShare(world, officer, e, ev) {
  const bid = world.bids.get(ev);
  const id = idOf(bid, world.policyId, e);
  const { c, enc } = bid.body.envelopes[e].shares[officer.i - 1];
  try {
    const share = await hpke.open(officer.pair, shareInfo(id, officer.i), fromHex(enc));
    return equal(await shareCommitment(id, officer.i, share), fromHex(c)) ? hex(share) : "FAIL";
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return "FAIL";
  }
}

/** @param {World} world @param {number} e @returns {string} key under which a release is remembered */
function slot(world, e) {
  return `release/${world.policyId}/${e}`;
}

/**
 * Check, open all shares of envelope e, remember the release and commit to it.
 * @param {{world: World, officer: Officer, e: number, memory: Memory, bridge?: string[]}} input
 * @returns {Promise<{body: any, signatures: object[]}>} the release-commit to post
 */
export async function commitRelease({ world, officer, e, memory, bridge }) {
  const logKey = `log/${world.anchors.log.origin}`;
  await checkContinues(world, (await memory.get(logKey)) ?? null, bridge);
  const kept = await memory.get(slot(world, e));
  demand(!kept, "release-second", "This officer has committed to a release of this envelope before.");
  world.factors = await acceptedFactors(world);
  refuseOn(await releaseRefusals(world, officer, e));
  const last = world.checkpoints[world.checkpoints.length - 1];
  await memory.put(logKey, { size: last.size, root: hex(last.root) });
  const shares = [];
  for (const { ev } of world.close.body.bids) shares.push([ev, await ownShare(world, officer, e, ev)]);
  const common = { policy: world.policyId, e, officer: officer.i, close: world.close.ev };
  const release = newBody({ ...common, set_root: world.close.body.set_root, shares });
  const fails = shares.filter(([, share]) => share === "FAIL").map(([ev]) => ev);
  const commit = newBody({ ...common, hash: hex(await eventId("release", release)), fails });
  const first = await memory.add(slot(world, e), { release, commit });
  demand(first, "release-second", "This officer has committed to a release of this envelope before.");
  return { body: commit, signatures: [await signBody("release-commit", commit, officer.signer)] };
}

/**
 * The same commit once more, for a device whose first message did not arrive; never another one.
 * @param {{world: World, officer: Officer, e: number, memory: Memory}} input
 * @returns {Promise<{body: any, signatures: object[]}|null>} null if this device has not committed yet
 */
export async function commitAgain({ world, officer, e, memory }) {
  const kept = await memory.get(slot(world, e));
  if (!kept) return null;
  demand(kept.commit.close === world.close?.ev, "release-second", "Another close is in force than the one committed to.");
  return { body: kept.commit, signatures: [await signBody("release-commit", kept.commit, officer.signer)] };
}

/**
 * Why the release may not be shown yet (6.4, step 4), judged on a later view.
 * @param {World} world @param {number} e @param {any} kept what commitRelease remembered
 * @returns {Promise<Fault[]>}
 */
async function revealRefusals(world, e, kept) {
  const ev = hex(await eventId("release-commit", kept.commit));
  const logged = world
    .ofEnvelope("release-commit", e)
    .find((event) => event.ev === ev && world.covering(event.leaf));
  const faults = [
    ...(await log.v2(world)),
    ...(await log.v5(world)),
    ...(await log.v6(world)),
    ...(await linkFaults(world)),
  ];
  if (!logged) faults.push(fault("This officer's commit is not in the log."));
  if (world.close?.ev !== kept.commit.close)
    faults.push(fault("Another close is in force than the one committed to."));
  if (world.ofEnvelope("release", e).length > 0) return [...faults, ...releaseFaults(world, e)];
  const next = { file: "this release", leaf: Infinity, kind: "release", withheld: null, body: kept.release };
  const ahead = Object.assign(Object.create(world), { chain: [...world.chain, next] });
  return [...faults, ...releaseFaults(ahead, e)];
}

/**
 * Show the release, once enough officers have committed.
 * @param {{world: World, officer: Officer, e: number, memory: Memory, bridge?: string[]}} input world of a
 *   later view
 * @returns {Promise<{body: any, signatures: object[]}>} the release to post; the same again if asked again
 */
export async function revealRelease({ world, officer, e, memory, bridge }) {
  const logKey = `log/${world.anchors.log.origin}`;
  await checkContinues(world, (await memory.get(logKey)) ?? null, bridge);
  const kept = await memory.get(slot(world, e));
  demand(kept, "release-uncommitted", "This officer has not committed to a release of this envelope.");
  refuseOn(await revealRefusals(world, e, kept));
  return { body: kept.release, signatures: [await signBody("release", kept.release, officer.signer)] };
}
