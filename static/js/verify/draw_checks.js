/** Checks on the draws of a lot: V21 to V23. V24, who sits, has its own file. */
import { fromHex, hex } from "../protocol/bytes.js";
import { MAX_ROUNDS } from "../protocol/draw_events.js";
import { linkValue, newBody } from "../protocol/events.js";
import { sha256 } from "../protocol/hashing.js";
import { importKeyPair } from "../protocol/hpke.js";
import { inclusionFaults, leafOf, refusal } from "./checks_log.js";
import { firstStated, hadPassed } from "./statements.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Fault} Fault */
/** @typedef {import("./bundle.js").Event} Event */
/** @typedef {import("./draw_case.js").Draw} Draw */

const PARTIES = ["owner", "platform", "supervisor"];

/** @param {World} world @returns {Fault[]} headers that are not the published ones */
function publishedFaults({ anchors, bundle, draws }) {
  const place = `${bundle.tender}/${bundle.lot}/`;
  const known = Object.entries(anchors.draws).filter(([name]) => name.startsWith(place));
  const found = new Map(draws.all.map(({ header, id }) => [`${place}${header.serial}`, id]));
  const missing = known.filter(([name]) => !found.has(name));
  const other = [...found].filter(([name, id]) => anchors.draws[name] !== id);
  return [
    ...missing.map(([name]) => ({ object: name, evidence: "The bundle leaves out this draw of the anchors." })),
    ...other.map(([name]) => ({ object: name, evidence: "Its header is not the one the anchors name." })),
  ];
}

/** @param {World} world @returns {Promise<Fault[]>} events not included, linked, placed or signed */
async function chainFaults(world) {
  const { draws } = world;
  const faults = await inclusionFaults(world, draws.chain);
  const seen = new Set();
  let before = new Uint8Array(32);
  for (const event of draws.chain) {
    const fault = (/** @type {string} */ evidence) => faults.push({ object: event.file, evidence });
    if (hex(await linkValue(fromHex(event.k), before)) !== event.link)
      fault("It is not linked to the draw event before it: one is left out.");
    before = await leafOf(event);
    if (event.kind === "draw-header") seen.add(event.ev);
    else if (!seen.has(event.body.header)) fault("It names a draw that does not stand before it.");
  }
  for (const draw of draws.all) {
    const signed = draws.chain.filter(
      ({ kind, body }) => kind !== "draw-header" && kind !== "contribution" && body.header === draw.id,
    );
    for (const event of [draw.event, ...signed]) {
      const evidence = await draws.signatureFault(event, draw.header);
      if (evidence) faults.push({ object: event.file, evidence });
    }
    for (const kind of ["draw-reveal", "draw-end"]) {
      if (draw.of(kind).length > 1) faults.push({ object: draw.name, evidence: `It has a second ${kind}.` });
    }
    const end = draw.of("draw-end")[0]?.leaf ?? Infinity;
    for (const { file, kind, leaf, body } of draws.chain) {
      if (body.header === draw.id && leaf > end && !["draw-reveal", "draw-event"].includes(kind))
        faults.push({ object: file, evidence: "It was logged under a draw after its end." });
    }
  }
  return faults;
}

/** @param {World} world @param {Draw} draw @returns {string[]} what is wrong with header and postponements */
function headerFaults(world, draw) {
  const { header, event } = draw;
  const found = [];
  if (header.tender !== world.bundle.tender || header.lot !== world.bundle.lot)
    found.push("It is the draw of another lot.");
  if (!world.policies.some(({ ev, leaf }) => ev === header.policy && leaf < event.leaf))
    found.push("It names no policy that stands before it.");
  const opened = world.chain.find((item) => item.kind === "release" && (item.withheld ?? item.body).e === 0);
  if (header.when === "after-opening" && !(opened && opened.leaf < event.leaf))
    found.push("It says that it was made after the opening, and was not.");
  if (header.when === "before-opening" && (header.open !== "none" || header.exclusions.count > 0))
    found.push("A header before the opening tells who has bid.");
  const commit = draw.of("draw-commit")[0]?.leaf ?? Infinity;
  let low = header.close_at;
  for (const { file, leaf, body } of draw.of("draw-postpone")) {
    if (leaf > commit || body.close_at <= low)
      found.push(`${file}: It postpones to an earlier time, or after commits.`);
    low = body.close_at;
  }
  return found;
}

/** @param {World} world @param {Draw} draw @param {any} officer @returns {Promise<string|null>} */
async function officerFault(world, { header, event }, officer) {
  const { i, org, name, person, role, pk, sig_key: key, cert } = officer;
  const place = { tender: header.tender, lot: `${header.lot}-D${header.serial}` };
  const moment = firstStated(world.checkpoints, event.leaf);
  let certified = false;
  const refused = await refusal(async () => {
    const body = newBody({ ...place, i, org, name, person, role, sig_key: key });
    const [signer] = await world.judge.signersOf("officer-cert", body, [cert], moment);
    certified = world.judge.isParty(signer, "officer-org", org);
  });
  if (refused !== null || !certified) return `Officer ${i} is not certified by the organisation ${org}.`;
  const declared = world.bundle.keys.some(
    ({ kind, leaf, body }) =>
      kind === "officer-key" &&
      leaf < event.leaf &&
      body.tender === place.tender &&
      body.lot === place.lot &&
      body.i === i &&
      body.pk === pk &&
      body.sig_key === key,
  );
  return declared ? null : `Officer ${i} did not declare this key for this draw before the header.`;
}

/** @param {World} world @param {Draw} draw @returns {Promise<(string|null)[]>} as V4 has it */
async function officerFaults(world, draw) {
  const { officers, t } = draw.header;
  const found = [];
  for (const officer of officers) found.push(await officerFault(world, draw, officer));
  for (const member of ["person", "sig_key", "pk"]) {
    const values = new Set(officers.map((/** @type {any} */ officer) => officer[member]));
    if (values.size !== officers.length) found.push(`Two officers have the same ${member}.`);
  }
  const least = world.anchors.min_t;
  if (t < least) found.push(`t is ${t}, the anchors ask for ${least}.`);
  if (least === 1 && t === 1 && officers.length === 1) return found;
  /** @type {string[]} */
  const orgs = officers.map((/** @type {any} */ { org }) => org);
  const largest = Math.max(...orgs.map((org) => orgs.filter((other) => other === org).length));
  if (new Set(orgs).size < 2 || largest >= t) found.push("One organisation has t officers or more.");
  if (t < 2 || t >= officers.length || officers.length < 2 * t - 1)
    found.push(`t is ${t} of ${officers.length}.`);
  return found;
}

/** @param {World} world @param {Draw} draw @returns {Promise<string[]>} */
async function contributorFaults(world, draw) {
  const { header, event } = draw;
  const found = [];
  const roles = new Set(header.required.map((/** @type {any} */ { role }) => role));
  if (!PARTIES.every((role) => roles.has(role)) || header.required.length < PARTIES.length)
    found.push("Owner, platform and supervisor, three organisations, must contribute.");
  for (const { org, role, spki } of header.required) {
    const known = world.anchors.parties.some(
      (/** @type {any} */ party) => party.role === role && party.org === org && party.spki === spki,
    );
    if (!known) found.push(`The anchors do not know ${org} as ${role} by this key.`);
  }
  const first = draw.of("contribution")[0];
  if (first && !stands(world, event, first))
    found.push("No witnessed checkpoint shows it before a contribution.");
  const commit = draw.of("draw-commit")[0];
  if (!commit) return found;
  for (const org of await draw.missing())
    found.push(`The contribution of ${org} is missing or does not count.`);
  if (!hadPassed(world.statements, draw.closeAt, { above: event.leaf, upTo: commit.leaf }))
    found.push("Officers committed before the draw had closed.");
  return found;
}

/**
 * Whether an event stood in a witnessed checkpoint before another.
 * @param {World} world @param {Event} head @param {Event} answer @returns {boolean}
 */
function stands(world, head, answer) {
  return world.checkpoints.some(
    (item) =>
      item.size > head.leaf && item.size <= answer.leaf && world.witnessesOf(item).size >= world.quorum,
  );
}

/** V21: whose draw it is. @param {World} world @returns {Promise<Fault[]>} */
export async function v21(world) {
  const faults = [...publishedFaults(world), ...(await chainFaults(world))];
  for (const draw of world.draws.all) {
    const found = [
      ...headerFaults(world, draw),
      ...(await officerFaults(world, draw)),
      ...(await contributorFaults(world, draw)),
    ];
    for (const evidence of found) if (evidence !== null) faults.push({ object: draw.event.file, evidence });
  }
  return faults;
}

/**
 * Whether a round may end without a result: only the last one, past its officers' time, if they give none.
 * @param {World} world @param {Draw} draw @param {number} j @param {Event} end
 * @returns {Promise<string|null>}
 */
async function undecidedFault(world, draw, j, end) {
  const { leaf, body } = end;
  if (body.cause === "contributors") return uncontributedFault(world, draw, end);
  if (body.cause !== "officers" || draw.head(j + 1)) return "The draw ended without a result.";
  if ((await draw.missing()).length > 0) return "Officers are blamed who could not be asked.";
  const range = { above: draw.head(j).leaf, upTo: leaf };
  if (!hadPassed(world.statements, draw.roundEnd(j), range))
    return "The draw ended before the time of its officers was over.";
  const refused = await refusal(() => draw.openAll(j));
  if (refused !== null) return refused;
  if ((await draw.absent(j)).join() !== body.missing.join())
    return "The end names other officers than those who did not release.";
  const decided = (await refusal(() => draw.outcome(j))) === null;
  return decided ? "The draw ended although t releases decide the round." : null;
}

/**
 * Whether a serial may end for want of contributions: T_close is over, no officer was asked, and those who had to
 * contribute and did not are exactly the ones it names.
 * @param {World} world @param {Draw} draw @param {Event} end
 * @returns {Promise<string|null>}
 */
async function uncontributedFault(world, draw, { leaf, body }) {
  if (draw.rounds.length > 1 || draw.of("draw-commit").length > 0)
    return "Contributors are blamed, and officers had been asked.";
  if (!hadPassed(world.statements, draw.closeAt, { above: draw.event.leaf, upTo: leaf }))
    return "The draw ended for want of contributions before it had closed.";
  const missing = await draw.missing();
  const named = body.missing.map((/** @type {number} */ place) => draw.header.required[place - 1]?.org);
  return missing.length > 0 && named.join() === missing.join()
    ? null
    : "The end names others than those who did not contribute.";
}

/** V22: what counts in each round. @param {World} world @returns {Promise<Fault[]>} */
export async function v22(world) {
  const faults = [];
  for (const draw of world.draws.all) {
    const [end] = draw.of("draw-end");
    const rounds = draw.rounds;
    const last = rounds[rounds.length - 1];
    if (end && draw.of("draw-result", last).length > 0) {
      if (end.body.missing.length > 0)
        faults.push({ object: end.file, evidence: "Somebody is blamed for a round that was decided." });
      const { seed } = await draw.outcome(last);
      if ((end.body.cause === "contributors") !== (seed === null))
        faults.push({ object: end.file, evidence: "Its cause is not what the last round gave." });
    }
    for (const { file, body } of draw.of("draw-result")) {
      if (!rounds.includes(body.j)) faults.push({ object: file, evidence: "Its round was never asked." });
    }
    for (const j of rounds) {
      const [result, second] = draw.of("draw-result", j);
      if (second) faults.push({ object: second.file, evidence: "A second result for a round." });
      if (!result) {
        const evidence = end && (await undecidedFault(world, draw, j, end));
        if (evidence) faults.push({ object: `${draw.name}, round ${j}`, evidence });
        continue;
      }
      if (result.body.round !== draw.head(j).ev)
        faults.push({ object: result.file, evidence: "It names another header of the round." });
      const { inside, out, bad } = await draw.outcome(j);
      const stated = [result.body.in, result.body.out, result.body.bad];
      if ([inside, out, bad].join("/") !== stated.join("/"))
        faults.push({ object: result.file, evidence: "It counts others than commits and shares give." });
    }
  }
  return faults;
}

/** @param {Draw} draw @param {Event[]} commits @param {Event[]} releases @returns {Promise<Fault[]>} */
async function promiseFaults(draw, commits, releases) {
  const promised = new Map(commits.map((event) => [event.body.officer, event]));
  const evs = [...(await draw.contributions()).keys()];
  const faults = [];
  for (const { file, leaf, body } of releases) {
    const commit = promised.get(body.officer);
    const fault = (/** @type {string} */ evidence) => faults.push({ object: file, evidence });
    if (!commit || commit.leaf > leaf) fault("No commit of this officer stands before it.");
    if (draw.gateway === null || !commit) continue;
    const refused = await refusal(async () => {
      const { within, shares } = await draw.openRelease(body);
      const failed = [...shares].filter(([, share]) => share === "FAIL").map(([ev]) => ev);
      if (hex(await sha256(within)) !== commit.body.hash) fault("It is not what its officer committed to.");
      if ([...shares.keys()].join() !== evs.join()) fault("It leaves out a contribution or adds one.");
      if (failed.join() !== commit.body.fails.join()) fault("Its FAILs are not those of the commit.");
    });
    if (refused !== null) fault(refused);
  }
  return faults;
}

/** @param {World} world @param {Draw} draw @param {number} j @param {Event} head @returns {Promise<Fault[]>} */
async function roundFaults(world, draw, j, head) {
  const { officers, t } = draw.header;
  const place = `${draw.name}, round ${j}`;
  const [commits, releases] = [draw.of("draw-commit", j), draw.of("draw-release", j)];
  const faults = [...commits, ...releases]
    .filter(({ body }) => body.round !== head.ev || body.leaf !== head.leaf)
    .map(({ file }) => ({ object: file, evidence: "It answers another header of the round." }));
  for (const events of [commits, releases]) {
    if (new Set(events.map(({ body }) => body.officer)).size !== events.length)
      faults.push({ object: place, evidence: "An officer answered twice." });
  }
  if (commits[0] && !stands(world, head, commits[0]))
    faults.push({ object: head.file, evidence: "No witnessed checkpoint shows it before a commit." });
  if (releases.length === 0) return faults;
  const votes = draw.votes(j);
  if (votes.length < Math.min(officers.length, t + 1))
    faults.push({ object: releases[0].file, evidence: `Only ${votes.length} officers committed before it.` });
  for (const ev of (await draw.contributions()).keys()) {
    if (draw.settled(ev, votes) === "")
      faults.push({ object: releases[0].file, evidence: `It was not settled whether ${ev} counts.` });
  }
  return [...faults, ...(await promiseFaults(draw, commits, releases))];
}

const RUNNING = ["draw-commit", "draw-release", "draw-result", "draw-round", "draw-event"];

/** The gateway's key: the header's, at T_reveal. @param {World} world @param {Draw} draw @returns {Promise<Fault[]>} */
async function revealFaults(world, draw) {
  const [{ leaf }] = draw.of("draw-reveal");
  const { publicKey } = await importKeyPair(fromHex(draw.gateway));
  const found = [];
  if (hex(publicKey) !== draw.header.gateway) found.push("The key revealed is not the gateway's.");
  const end = draw.of("draw-end")[0]?.leaf ?? Infinity;
  if (RUNNING.some((kind) => draw.of(kind).some((event) => event.leaf > leaf && event.leaf < end)))
    found.push("The gateway's key was revealed while the draw went on.");
  if (!hadPassed(world.statements, draw.revealAt, { above: draw.event.leaf, upTo: leaf }))
    found.push("The gateway's key was revealed before its time.");
  return found.map((evidence) => ({ object: draw.name, evidence }));
}

/** V23: what was asked and answered. @param {World} world @returns {Promise<Fault[]>} */
export async function v23(world) {
  const faults = [];
  for (const draw of world.draws.all) {
    if (draw.gateway !== null) faults.push(...(await revealFaults(world, draw)));
    for (let j = 0; j <= MAX_ROUNDS; j += 1) {
      const [head, second] = j === 0 ? [draw.event] : draw.of("draw-round", j);
      if (second) faults.push({ object: second.file, evidence: "A second header for a round." });
      const answers = [...draw.of("draw-commit", j), ...draw.of("draw-release", j)];
      if (head) faults.push(...(await roundFaults(world, draw, j, head)));
      else if (answers.length > 0)
        faults.push({ object: answers[0].file, evidence: "It answers a round that was never asked." });
    }
  }
  return faults;
}
