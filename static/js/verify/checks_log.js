/**
 * Checks on signatures, policy, log and time: V2 to V8. Each takes the world and gives the faults it
 * found; none means that the check holds.
 */
import { equal, fromHex, hex } from "../protocol/bytes.js";
import { encode } from "../protocol/canonical.js";
import { ProtocolError } from "../protocol/errors.js";
import { leafValue, newBody } from "../protocol/events.js";
import { sha256 } from "../protocol/hashing.js";
import { leafHash, root, verifyConsistency, verifyInclusion } from "../protocol/merkle.js";
import { firstStated, smallestUpper } from "./statements.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Fault} Fault */
/** @typedef {import("./bundle.js").Event} Event */

const GAP_SLACK_MS = 2000;
const RUSH_MS = 300000;

/**
 * @param {() => Promise<unknown>} action
 * @returns {Promise<string|null>} the refusal's sentence, null if none
 */
export async function refusal(action) {
  try {
    await action();
    return null;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.message;
  }
}

/** V2: signatures verify, and those signed who had to. @param {World} world @returns {Promise<Fault[]>} */
export async function v2(world) {
  const faults = [];
  for (const [event, { ok, reason }] of world.judge.findings) {
    if (ok) continue;
    if (world.judge.isVoid(event)) world.notes.push(`${event.file} (${event.kind}) is void: ${reason}`);
    else faults.push({ object: event.file, evidence: reason });
  }
  return faults;
}

/**
 * V3: T, tender files and method are what the reader expects. @param {World} world
 * @returns {Promise<Fault[]>}
 */
export async function v3({ anchors, bundle, policy, policyEvent, policyId }) {
  const faults = [];
  const expected = anchors.T[`${bundle.tender}/${bundle.lot}`];
  if (expected === undefined)
    faults.push({ object: "anchors", evidence: "The anchors hold no T of this lot." });
  else if (expected !== policyId) {
    faults.push({ object: policyEvent.file, evidence: `T is ${policyId}, the anchors say ${expected}.` });
  }
  const docs = hex(await root(bundle.docs.map((row) => encode(row))));
  if (docs !== policy.docs_root) faults.push({ object: "docs.json", evidence: `docs_root is ${docs}.` });
  const method = hex(await sha256(bundle.method));
  if (method !== policy.method) faults.push({ object: "method.json", evidence: `Its SHA-256 is ${method}.` });
  return faults;
}

/**
 * @param {World} world @param {any} officer @returns {Promise<string|null>} what is wrong with one officer
 */
async function officerFault(world, officer) {
  const { tender, lot } = world.policy;
  const { i, org, name, person, role, pk, sig_key: key, cert } = officer;
  const moment = firstStated(world.checkpoints, world.policyEvent.leaf);
  const body = newBody({ tender, lot, i, org, name, person, role, sig_key: key });
  let certified = false;
  const refused = await refusal(async () => {
    const [signer] = await world.judge.signersOf("officer-cert", body, [cert], moment);
    certified = world.judge.isParty(signer, "officer-org", org);
  });
  if (refused !== null || !certified) return `Officer ${i} is not certified by the organisation ${org}.`;
  const declared = world.bundle.keys.some(
    (event) =>
      event.kind === "officer-key" &&
      event.leaf < world.policyEvent.leaf &&
      event.body.tender === tender &&
      event.body.lot === lot &&
      event.body.i === i &&
      event.body.pk === pk &&
      event.body.sig_key === key,
  );
  return declared ? null : `Officer ${i} did not declare this key before the policy.`;
}

/**
 * V4: the officers are who they should be, and enough of them. @param {World} world
 * @returns {Promise<Fault[]>}
 */
export async function v4(world) {
  const { officers, t } = world.policy;
  const found = [];
  for (const officer of officers) found.push(await officerFault(world, officer));
  for (const member of ["person", "sig_key", "pk"]) {
    const values = new Set(officers.map((officer) => officer[member]));
    if (values.size !== officers.length) found.push(`Two officers have the same ${member}.`);
  }
  const trial = world.anchors.min_t === 1 && t === 1 && officers.length === 1;
  if (!trial) {
    const orgs = officers.map(({ org }) => org);
    const largest = Math.max(...orgs.map((org) => orgs.filter((other) => other === org).length));
    if (new Set(orgs).size < 2) found.push("The officers are all of one organisation.");
    if (largest >= t) found.push("One organisation has t officers or more.");
    if (t < 2 || t >= officers.length) found.push(`t is ${t} of ${officers.length}.`);
    if (officers.length < 2 * t - 1) found.push("There are fewer than 2t-1 officers.");
  }
  if (t < world.anchors.min_t) found.push(`t is ${t}, the anchors ask for ${world.anchors.min_t}.`);
  return found
    .filter((evidence) => evidence !== null)
    .map((evidence) => ({ object: world.policyEvent.file, evidence }));
}

/** @param {Event} event @returns {Promise<Uint8Array>} its leaf, made with the link it states */
export function leafOf({ r, link, ev, sigs }) {
  return leafValue(fromHex(r), fromHex(link), fromHex(ev), fromHex(sigs));
}

/**
 * Events that do not stand in the tree where they say.
 * @param {World} world @param {Event[]} events @returns {Promise<Fault[]>}
 */
export async function inclusionFaults(world, events) {
  const faults = [];
  for (const event of events) {
    const { file, leaf, proof } = event;
    const checkpoint = world.covering(leaf);
    const fault = (/** @type {string} */ evidence) => faults.push({ object: file, evidence });
    if (!checkpoint) fault("No checkpoint covers it.");
    else if (proof.size !== checkpoint.size)
      fault("Its proof is not for the first checkpoint that covers it.");
    else {
      const path = proof.path.map((item) => fromHex(item));
      const hash = await leafHash(await leafOf(event));
      const refused = await refusal(() => verifyInclusion(leaf, proof.size, hash, path, checkpoint.root));
      if (refused !== null) fault(refused);
    }
  }
  return faults;
}

/** V5: every event stands in the tree where it says. @param {World} world @returns {Promise<Fault[]>} */
export async function v5(world) {
  const { keys, evaluation, award } = world.bundle;
  return inclusionFaults(world, [...world.chain, ...keys, ...evaluation, ...award]);
}

/** @param {World} world @returns {Promise<Fault[]>} checkpoints that do not follow from each other */
async function consistencyFaults({ checkpoints }) {
  const faults = [];
  for (const [index, { file, size, root: hash, consistency }] of checkpoints.entries()) {
    const before = checkpoints[index - 1];
    const fault = (/** @type {string} */ evidence) => faults.push({ object: file, evidence });
    if (!before) {
      if (consistency.length > 0) fault("The first checkpoint has a consistency proof.");
    } else if (size <= before.size) fault("It is not larger than the checkpoint before it.");
    else {
      const refused = await refusal(() =>
        verifyConsistency(before.size, size, before.root, hash, consistency),
      );
      if (refused !== null) fault(refused);
    }
  }
  return faults;
}

/** @param {World} world @returns {Fault[]} */
function quorumFaults(world) {
  if (world.quorum === 0) return [];
  const enough = (/** @type {import("./statements.js").Checkpoint} */ item) =>
    world.witnessesOf(item).size >= world.quorum;
  const faults = [];
  const last = world.checkpoints[world.checkpoints.length - 1];
  if (!last || !enough(last))
    faults.push({ object: last?.file ?? "checkpoints", evidence: "The last checkpoint lacks witnesses." });
  if (world.close) {
    const { leaf, file } = world.close;
    const seen = world.checkpoints.some(
      (item) => item.size > leaf && item.size <= world.firstCommit && enough(item),
    );
    if (!seen)
      faults.push({ object: file, evidence: "No witnessed checkpoint covers the close before the release." });
  }
  return faults;
}

/** @param {World} world @returns {Fault[]} statements about time that contradict each other */
function timeFaults({ checkpoints, statements, context, policy }) {
  const slack = 2000 * policy.min_checkpoint_s;
  const faults = [];
  for (const { source, kind, size, upper } of statements) {
    const early =
      kind === "tsa" &&
      checkpoints.some(
        (item) => item.size < size && item.cosignatures.some(({ time }) => upper < time * 1000 - slack),
      );
    if (early)
      faults.push({
        object: source,
        evidence: `Its token for size ${size} lies before a witness's smaller size.`,
      });
  }
  for (const { name } of context.sources) {
    let latest = -Infinity;
    const own = statements
      .filter(({ source }) => source === name)
      .sort((left, right) => left.size - right.size);
    for (const { size, upper } of own) {
      if (upper < latest - slack)
        faults.push({ object: name, evidence: `Its time falls back at size ${size}.` });
      latest = Math.max(latest, upper);
    }
  }
  return faults;
}

/** V6: notes, tokens, consistency, witnesses. @param {World} world @returns {Promise<Fault[]>} */
export async function v6(world) {
  const { anchors, checkpoints, policy, policyEvent } = world;
  const faults = [...world.noteFaults];
  for (const { file, faults: own } of checkpoints) {
    for (const evidence of own) faults.push({ object: file, evidence });
  }
  faults.push(...(await consistencyFaults(world)));
  for (const { size, root: expected } of anchors.known) {
    const found = checkpoints.find((item) => item.size === size);
    if (found && !equal(found.root, fromHex(expected))) {
      faults.push({ object: found.file, evidence: "The anchors know another root of this size." });
    }
  }
  const [named, known] = [new Set(policy.log.vkeys), new Set(anchors.log.vkeys)];
  const sameLog =
    policy.log.origin === anchors.log.origin &&
    named.size === known.size &&
    [...named].every((vkey) => known.has(vkey));
  if (!sameLog)
    faults.push({ object: policyEvent.file, evidence: "The log is not the one the anchors name." });
  return [...faults, ...quorumFaults(world), ...timeFaults(world)];
}

/** @param {World} world @param {number} from @param {number} to both POSIX milliseconds @returns {boolean} */
function excused(world, from, to) {
  return world
    .inForce("incident")
    .some(({ body }) => body.from * 1000 - GAP_SLACK_MS <= from && to <= body.to * 1000 + GAP_SLACK_MS);
}

/** V7: no unexplained gap around the close. @param {World} world @returns {Promise<Fault[]>} */
export async function v7(world) {
  const first = world.closes[0];
  if (!first) return [];
  const { times, policy, policyEvent, checkpoints } = world;
  const start = Math.max(times.close_at * 1000 - RUSH_MS, firstStated(checkpoints, policyEvent.leaf));
  const end = firstStated(checkpoints, first.leaf);
  if (!Number.isFinite(start) || !Number.isFinite(end)) {
    return [{ object: first.file, evidence: "No statement covers the policy or the close." }];
  }
  const faults = [];
  const limit = policy.rush_checkpoint_s * 1000 + GAP_SLACK_MS;
  const stated = checkpoints
    .map((checkpoint) => ({ file: checkpoint.file, upper: smallestUpper(checkpoint) }))
    .filter(({ upper }) => upper > start && upper <= end)
    .sort((left, right) => left.upper - right.upper);
  let previous = start;
  for (const { file, upper } of stated) {
    if (upper - previous > limit && !excused(world, previous, upper)) {
      faults.push({ object: file, evidence: `${upper - previous} ms without a checkpoint before it.` });
    }
    previous = upper;
  }
  return faults;
}

/** V8: who is on time. @param {World} world @returns {Promise<Fault[]>} */
export async function v8(world) {
  const faults = [];
  for (const [index, event] of world.policies.entries()) {
    const { times, invalid } = world.timesOf(event);
    for (const { file } of invalid) faults.push({ object: file, evidence: "The postponement is not valid." });
    const next = world.policies[index + 1];
    if (next && next.leaf >= world.sizeAt(times.close_at)) {
      faults.push({ object: next.file, evidence: "The new policy came after the close of the one before." });
    }
  }
  if (world.close) {
    const statements = [...world.statements, ...world.receiptStatements];
    const computed = world.context.sizeAt(statements, world.times.close_at);
    if (computed !== world.close.body.n_close) {
      faults.push({
        object: world.close.file,
        evidence: `n_close is ${computed} by the statements at hand.`,
      });
    }
  }
  return faults;
}
