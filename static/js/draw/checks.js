/**
 * What must hold before a device contributes to a draw, and before an officer's device commits to a round of it (A20 to
 * A22), check by check. Each gives the faults it found; none means that it holds.
 */
import { fromHex, hex } from "../protocol/bytes.js";
import { eventId, linkValue } from "../protocol/events.js";
import { inclusionFaults, leafOf, refusal } from "../verify/checks_log.js";
import { checkLog } from "./view.js";
import { keepFirst, promised } from "./releasing.js";

/** @typedef {import("./view.js").Scene} Scene */
/** @typedef {import("../officer/memory.js").Memory} Memory */
/** @typedef {{name: string, faults: string[]}} Check */
/** @typedef {{j: number, head: string, leaf: number}} Asked the round the platform asks for */

/** @param {Scene} scene @returns {Promise<string[]>} whose header it is */
async function headerFaults({ draw, draws, anchors, policyId }) {
  const { header, event } = draw;
  const found = [];
  const expected = anchors.T[`${header.tender}/${header.lot}`];
  if (header.policy !== policyId || expected !== policyId)
    found.push("It names another policy than the one the anchors know for this lot.");
  const evidence = await draws.signatureFault(event, header);
  if (evidence) found.push(evidence);
  for (const { org, role, spki } of header.required) {
    const known = anchors.parties.some(
      (/** @type {any} */ party) => party.role === role && party.org === org && party.spki === spki,
    );
    if (!known) found.push(`The anchors do not know ${org} as ${role} by this key.`);
  }
  return found;
}

/** @param {Scene} scene @returns {string[]} whether t of n are as A9 asks */
function officersFaults({ draw, anchors }) {
  const { officers, t } = draw.header;
  const found = [];
  for (const member of ["person", "sig_key", "pk"]) {
    const values = new Set(officers.map((/** @type {any} */ officer) => officer[member]));
    if (values.size !== officers.length) found.push(`Two officers have the same ${member}.`);
  }
  if (t < anchors.min_t) found.push(`t is ${t}, the anchors ask for ${anchors.min_t}.`);
  if (anchors.min_t === 1 && t === 1 && officers.length === 1) return found;
  const orgs = officers.map((/** @type {any} */ { org }) => org);
  const largest = Math.max(
    ...orgs.map((/** @type {string} */ org) => orgs.filter((/** @type {string} */ other) => other === org).length),
  );
  if (new Set(orgs).size < 2 || largest >= t) found.push("One organisation has t officers or more.");
  if (t < 2 || t >= officers.length || officers.length < 2 * t - 1) found.push(`t is ${t} of ${officers.length}.`);
  return found;
}

/**
 * Whether every event stands in the tree where it says, and nothing was taken out before the first commit.
 * @param {Scene} scene @returns {Promise<string[]>}
 */
async function logFaults(scene) {
  const { draw, bundle } = scene;
  const found = scene.checkpoints.flatMap(({ faults }) => faults);
  found.push(...(await inclusionFaults(/** @type {any} */ (scene), bundle.draw)).map(({ evidence }) => evidence));
  if (!scene.stands(draw.event.leaf)) found.push("No checkpoint with witnesses and time sources shows the header.");
  let before = await leafOf(draw.event);
  for (const event of bundle.draw.slice(1)) {
    if (hex(await linkValue(fromHex(event.k), before)) !== event.link)
      found.push("An event of this draw was left out of what is shown.");
    before = await leafOf(event);
    if (event.kind === "draw-commit") break;
  }
  return [...new Set(found)];
}

/** @param {Scene} scene @returns {Promise<string[]>} whether T_close is past, and every required contribution there */
async function setFaults({ draw, context, statements }) {
  const found = [];
  const past = statements.filter(
    ({ lower, size }) => lower >= draw.closeAt * 1000 && size > draw.event.leaf,
  );
  if (new Set(past.map(({ source }) => source)).size < context.k)
    found.push("The time sources do not say that the time for contributions is over.");
  const given = new Set([...(await draw.contributions()).values()].map(({ org }) => org));
  for (const { org } of draw.header.required) {
    if (!given.has(org)) found.push(`The contribution of ${org} is missing or does not count.`);
  }
  return found;
}

/** @param {Scene} scene @param {Asked} asked @returns {Promise<string[]>} whether this is the one header of the round */
async function roundFaults(scene, { j, head, leaf }) {
  const { draw, draws } = scene;
  const found = [];
  if (j > draw.header.max_rounds) found.push("There is no such round.");
  let before = draw.event;
  for (let number = 1; number <= j; number += 1) {
    const [event, second] = draw.of("draw-round", number);
    if (!event || second) return ["A round has no header, or two."];
    if (event.body.prev !== before.ev) found.push("A round does not follow the one before it.");
    const evidence = await draws.signatureFault(event, draw.header);
    if (evidence) found.push(evidence);
    before = event;
  }
  for (const event of draw.of("draw-commit")) {
    const evidence = await draws.signatureFault(event, draw.header);
    if (evidence) found.push(evidence);
  }
  if (before.ev !== head || before.leaf !== leaf) found.push("What is asked is another header of the round.");
  if (!scene.stands(before.leaf)) found.push("No checkpoint with witnesses and time sources shows this round.");
  return found;
}

/**
 * @param {Scene} scene @param {Asked} asked @param {Memory} memory
 * @returns {Promise<string[]>} whether this device saw or promised anything else before
 */
async function memoryFaults({ draw }, { j, head }, memory) {
  const seen = { header: draw.header, draw: draw.id, j, round: head };
  const refused = await refusal(() => keepFirst(memory, seen));
  const kept = await promised(memory, draw.id, j);
  const other = kept && kept.round !== head;
  return [refused, other ? "This device has promised a release for another header of this round." : null].filter(
    (sentence) => sentence !== null,
  );
}

/** @param {Scene} scene @param {{i: number, pk: string, key: string}} seat @returns {string[]} */
function seatFaults({ draw }, { i, pk, key }) {
  const seat = draw.header.officers.find((/** @type {any} */ row) => row.i === i);
  const own = seat && seat.sig_key === key && (!pk || seat.pk === pk);
  return own ? [] : ["The header names other keys for this seat."];
}

/**
 * Everything an officer's device looks at before it commits to a round.
 * @param {Scene} scene
 * @param {{seat: {i: number, pk: string, key: string}, asked: Asked, memory: Memory,
 *   bridge: import("./view.js").Bridge}} input pk is "" while this device does not hold the key
 * @returns {Promise<Check[]>}
 */
export async function officerChecks(scene, { seat, asked, memory, bridge }) {
  const continues = await refusal(() => checkLog(scene, memory, bridge));
  const before = [
    { name: "continues", faults: continues === null ? [] : [continues] },
    { name: "header", faults: [...(await headerFaults(scene)), ...seatFaults(scene, seat), ...officersFaults(scene)] },
    { name: "log", faults: await logFaults(scene) },
    { name: "set", faults: await setFaults(scene) },
    { name: "round", faults: await roundFaults(scene, asked) },
  ];
  const sound = before.every(({ faults }) => faults.length === 0);
  const own = sound ? await memoryFaults(scene, asked, memory) : [];
  return [...before, { name: "own", faults: own }];
}

/**
 * Whether a promised release may be shown (A11, A21): this very commit is in the log, with t + 1 or all others, and they
 * settle every contribution. What the platform says of it decides nothing.
 * @param {Scene} scene @param {import("./releasing.js").Promised} kept @param {number} j
 * @returns {Promise<boolean>}
 */
export async function mayRelease({ draw }, kept, j) {
  const { officers, t } = draw.header;
  const own = hex(await eventId("draw-commit", kept.commit.body));
  const commits = draw.of("draw-commit", j).filter(({ body }) => body.round === kept.round);
  const seats = new Set(commits.map(({ body }) => body.officer));
  const votes = commits.map(({ body }) => body.fails);
  const settled = [...(await draw.contributions()).keys()].every((ev) => draw.settled(ev, votes) !== "");
  return commits.some(({ ev }) => ev === own) && seats.size >= Math.min(officers.length, t + 1) && settled;
}

/**
 * Everything a contributor's device looks at before it contributes.
 * @param {Scene} scene
 * @param {{memory: Memory, bridge: import("./view.js").Bridge}} input
 * @returns {Promise<Check[]>}
 */
export async function contributorChecks(scene, { memory, bridge }) {
  const continues = await refusal(() => checkLog(scene, memory, bridge));
  const before = [
    { name: "continues", faults: continues === null ? [] : [continues] },
    { name: "header", faults: [...(await headerFaults(scene)), ...officersFaults(scene)] },
    { name: "log", faults: await logFaults(scene) },
  ];
  const sound = before.every(({ faults }) => faults.length === 0);
  const { header, id } = scene.draw;
  const second = sound ? await refusal(() => keepFirst(memory, { header, draw: id })) : null;
  return [...before, { name: "own", faults: second === null ? [] : [second] }];
}
