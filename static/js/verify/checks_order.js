/** Checks on the order of events (V11), the shape of the chain (V19) and the anchors' sufficiency (V20). */
import { fromHex, hex } from "../protocol/bytes.js";
import { linkValue } from "../protocol/events.js";
import { leafOf } from "./checks_log.js";
import { hadPassed } from "./statements.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Fault} Fault */
/** @typedef {import("./bundle.js").Event} Event */

const ENDS = ["open-end", "failed", "cancelled"];

/** @param {World} world @returns {Fault[]} step 1 of 6.4; how closes replace each other is V19's */
export function closeFaults(world) {
  const faults = [];
  let least = null;
  for (const event of world.closes) {
    const { file, leaf, body } = event;
    const fault = (/** @type {string} */ evidence) => faults.push({ object: file, evidence });
    if (leaf < body.n_close) fault("It stands before its own n_close.");
    const times = world.atClose.get(event);
    if (least === null) {
      const same = body.factor_until === times.factor_until && body.check_until === times.check_until;
      if (!same) fault("It does not state the times in force.");
    } else {
      const later =
        body.check_until >= times.check_until &&
        (body.factor_until === null) === (times.factor_until === null) &&
        (body.factor_until ?? 0) >= (times.factor_until ?? 0);
      if (!later) fault("It states times earlier than those in force.");
    }
    least = body;
  }
  return faults;
}

/** @param {World} world @returns {Fault[]} step 2 */
export function factorEndFaults(world) {
  const ends = world.inForce("factor-end").filter(({ body }) => body.close === world.close?.ev);
  if (ends.length === 0) {
    const asked = world.completed || world.firstCommit < Infinity;
    return asked ? [{ object: world.last.file, evidence: "No factor-end names the close in force." }] : [];
  }
  const [{ file, leaf, body }] = ends;
  const faults = [];
  if (ends.length > 1)
    faults.push({ object: ends[1].file, evidence: "A second factor-end names the close in force." });
  if (leaf < world.close.leaf) faults.push({ object: file, evidence: "It stands before the close." });
  const until = world.times.factor_until;
  const ended =
    until === null ||
    body.factors.length === world.closed.size ||
    hadPassed(world.statements, until, { upTo: leaf });
  if (!ended) faults.push({ object: file, evidence: "It stands before the factor phase had ended." });
  return faults;
}

/** @param {World} world @param {number} e @returns {Fault[]} step 3 */
function commitFaults(world, e) {
  const commits = world.ofEnvelope("release-commit", e);
  if (commits.length === 0) {
    const asked = world.completed || world.ofEnvelope("release", e).length > 0;
    return asked ? [{ object: `envelope ${e}`, evidence: "No officer committed to open it." }] : [];
  }
  const faults = [];
  const end = world.inForce("factor-end").find(({ body }) => body.close === world.close?.ev);
  const seen = new Set();
  for (const { file, leaf, body } of commits) {
    const fault = (/** @type {string} */ evidence) => faults.push({ object: file, evidence });
    if (end && leaf < end.leaf) fault("It stands before factor-end.");
    if (body.close !== world.close?.ev) fault("It does not name the close in force.");
    if (seen.has(body.officer)) fault(`Officer ${body.officer} committed to envelope ${e} before.`);
    seen.add(body.officer);
  }
  const moment = Math.max(world.times.open_at[e] ?? Infinity, world.times.check_until);
  const sizes = { above: world.close?.leaf ?? -1, upTo: commits[0].leaf };
  if (!hadPassed(world.statements, moment, sizes)) {
    faults.push({
      object: commits[0].file,
      evidence: "No statement says that the opening time had passed before it.",
    });
  }
  return faults;
}

/** @param {World} world @param {number} e @returns {Fault[]} step 4 */
export function releaseFaults(world, e) {
  const first = world.ofEnvelope("release", e)[0];
  if (!first) {
    const asked = world.completed && world.ofEnvelope("release-commit", e).length > 0;
    return asked ? [{ object: `envelope ${e}`, evidence: "No officer released it." }] : [];
  }
  const { officers, t } = world.policy;
  const before = world.ofEnvelope("release-commit", e).filter(({ leaf }) => leaf < first.leaf);
  const count = new Set(before.map(({ body }) => body.officer)).size;
  const fault = (/** @type {string} */ evidence) => ({ object: first.file, evidence });
  const faults = [];
  if (count < Math.min(officers.length, t + 1)) {
    const window = world
      .inForce("incident")
      .some(({ body, leaf }) => body.code === "commit-window" && leaf < first.leaf);
    const passed = hadPassed(world.statements, world.times.open_at[e] + world.policy.commit_s, {
      upTo: first.leaf,
    });
    if (count < t || !window || !passed)
      faults.push(fault(`Only ${count} officers had committed before it.`));
  }
  const decided = new Set(
    world
      .ofEnvelope("decision", e)
      .filter(({ leaf }) => leaf < first.leaf)
      .map(({ body }) => body.bid),
  );
  for (const ev of world.closed) {
    const failed = before.filter(({ body }) => body.fails.includes(ev)).length;
    const settled = before.length - failed >= t || failed >= officers.length - t + 1 || decided.has(ev);
    if (!settled) faults.push(fault(`It was not settled whether ${ev} can be opened.`));
  }
  return faults;
}

/** @param {World} world @returns {Fault[]} step 6 */
function resultFaults(world) {
  const faults = [];
  for (const result of world.inForce("result")) {
    const { e } = result.withheld ?? result.body;
    const late = world.ofEnvelope("release", e).some(({ leaf }) => leaf > result.leaf);
    if (late) faults.push({ object: result.file, evidence: "A release of its envelope comes after it." });
  }
  const opened = world.ofEnvelope("result", 0)[0]?.leaf ?? Infinity;
  for (const { file, leaf } of world.inForce("attribution")) {
    if (leaf < opened) faults.push({ object: file, evidence: "It stands before the result of envelope 0." });
  }
  return faults;
}

/** @param {World} world @returns {Fault[]} steps that an opening brought to its end must have had */
function missingSteps(world) {
  if (!world.completed) return [];
  return world.policy.envelopes.flatMap(({ e }) =>
    ["release-commit", "release", "result"]
      .filter((kind) => world.ofEnvelope(kind, e).length === 0)
      .map((kind) => ({ object: world.last.file, evidence: `Envelope ${e} has no ${kind}.` })),
  );
}

/** V11: events stand in the order of the phases. @param {World} world @returns {Promise<Fault[]>} */
export async function v11(world) {
  if (!world.close) {
    const asked = world.completed || world.firstRelease < Infinity || world.firstCommit < Infinity;
    return asked ? [{ object: "chain", evidence: "There is no close of the policy in force." }] : [];
  }
  const envelopes = world.policy.envelopes.map((_, e) => e);
  return [
    ...closeFaults(world),
    ...factorEndFaults(world),
    ...envelopes.flatMap((e) => commitFaults(world, e)),
    ...envelopes.flatMap((e) => releaseFaults(world, e)),
    ...resultFaults(world),
    ...missingSteps(world),
  ];
}

/** @param {World} world @returns {Fault[]} how policies follow each other, and what names them */
export function policyFaults(world) {
  const faults = [];
  const known = new Set();
  let last = null;
  for (const { kind, body, ev, file } of world.chain) {
    if (kind === "policy") {
      if (body.prev !== last)
        faults.push({ object: file, evidence: "It does not name the policy before it." });
      last = ev;
      known.add(ev);
    } else if (body && !known.has(body.policy)) {
      faults.push({ object: file, evidence: "It names no policy that stands before it." });
    }
  }
  if (world.chain[0].kind !== "policy")
    faults.push({ object: world.chain[0].file, evidence: "The chain begins without a policy." });
  return faults;
}

/**
 * @param {World} world @param {string} policyId
 * @returns {Fault[]} one close in force, logged before any commit
 */
function replacementFaults(world, policyId) {
  const faults = [];
  const commits = world.chain.filter(
    (event) => event.kind === "release-commit" && event.body.policy === policyId,
  );
  let before = null;
  for (const { kind, body, ev, file, leaf } of world.chain) {
    if (kind !== "close" || body.policy !== policyId) continue;
    if (body.replaces !== before)
      faults.push({ object: file, evidence: "It does not replace the close before it." });
    if (commits.some((commit) => commit.leaf < leaf))
      faults.push({ object: file, evidence: "A release-commit stands before it." });
    before = ev;
  }
  return faults;
}

/** @param {World} world @returns {Promise<Fault[]>} links that are not those of the chain before them */
export async function linkFaults(world) {
  const faults = [];
  const none = new Uint8Array(32);
  const check = async (/** @type {Event} */ { k, link, file }, /** @type {Uint8Array} */ before) => {
    const same = hex(await linkValue(fromHex(k), before)) === link;
    if (!same)
      faults.push({ object: file, evidence: "It is not linked to the event before it: one is left out." });
  };
  for (const chain of [world.chain, world.bundle.evaluation, world.bundle.award]) {
    let before = none;
    for (const event of chain) {
      await check(event, before);
      before = await leafOf(event);
    }
  }
  for (const event of world.bundle.keys) await check(event, none);
  return faults;
}

/** V19: the chain is whole. @param {World} world @returns {Promise<Fault[]>} */
export async function v19(world) {
  const faults = [...(await linkFaults(world)), ...policyFaults(world)];
  for (const [index, { kind, file }] of world.chain.entries()) {
    const isLast = index === world.chain.length - 1;
    if (ENDS.includes(kind) !== isLast) {
      faults.push({
        object: file,
        evidence: isLast ? "The chain does not end." : "The chain goes on after its end.",
      });
    }
  }
  for (const { ev } of world.policies) faults.push(...replacementFaults(world, ev));
  if (world.completed && !world.close)
    faults.push({ object: world.last.file, evidence: "The chain has no close." });
  const results = new Set();
  for (const event of world.chain.filter(({ kind }) => kind === "result")) {
    const { e } = event.withheld ?? event.body;
    if (results.has(e)) faults.push({ object: event.file, evidence: `Envelope ${e} has a result before.` });
    results.add(e);
  }
  return faults;
}

/** @returns {Promise<boolean>} whether this browser has the algorithms a verifier needs */
async function hasAlgorithms() {
  try {
    await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
    return true;
  } catch {
    return false;
  }
}

/** V20: every check could be made. @param {World} world @returns {Promise<Fault[]>} */
export async function v20(world) {
  const { anchors, bundle, policy, context, k, quorum, checkpoints } = world;
  const found = [];
  if (!Object.hasOwn(anchors.T, `${bundle.tender}/${bundle.lot}`))
    found.push("The anchors hold no T of this lot.");
  if (context.sources.length < k)
    found.push(`Only ${context.sources.length} of ${k} time sources are named in both.`);
  const both = anchors.witnesses.filter(({ vkey }) =>
    policy.witnesses.some((witness) => witness.vkey === vkey),
  );
  if (new Set(both.map(({ org }) => org)).size < quorum)
    found.push("Fewer witnesses than the quorum are named in both.");
  const last = checkpoints[checkpoints.length - 1]?.size ?? 0;
  for (const { size } of anchors.known) {
    const there = size > last || checkpoints.some((item) => item.size === size);
    if (!there) found.push(`The known checkpoint of size ${size} is not in the bundle.`);
  }
  if (!(await hasAlgorithms())) found.push("This browser lacks Ed25519 or X25519.");
  return found.map((evidence) => ({ object: "anchors", evidence }));
}
