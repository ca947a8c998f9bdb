/** Checks on the bids and their opening: V9, V10 and V12 to V16, V18. */
import { hex } from "../protocol/bytes.js";
import { rootOfBlob } from "../protocol/envelope.js";
import { setRoot } from "./set.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Fault} Fault */
/** @typedef {import("./bundle.js").Event} Event */

const OPEN_SEED = new Set(["OPENED", "BAD_CONTENT"]);

/** V9: the close names exactly the set. @param {World} world @returns {Promise<Fault[]>} */
export async function v9(world) {
  const faults = world.set.faults.map((evidence) => ({ object: "chain", evidence }));
  if (!world.close) {
    if (world.completed)
      faults.push({ object: world.last.file, evidence: "There is no close of the policy in force." });
    return faults;
  }
  const { file, body } = world.close;
  const fault = (/** @type {string} */ evidence) => faults.push({ object: file, evidence });
  const live = [...world.set.standings].filter(([, standing]) => standing === "SET").map(([ev]) => ev);
  for (const ev of live) {
    const named = body.bids.find((item) => item.ev === ev);
    if (!named) fault(`The bid ${ev} is left out.`);
    else if (named.leaf !== world.set.leaves.get(ev)) fault(`The bid ${ev} stands at another leaf.`);
  }
  for (const { ev } of body.bids) {
    if (world.set.standings.get(ev) !== "SET") fault(`The bid ${ev} does not belong to the set.`);
  }
  if ((await setRoot(body.bids.map(({ ev }) => ev))) !== body.set_root)
    fault("set_root is not that of the bids named.");
  return faults;
}

/** V10: ciphertexts are those of the manifests. @param {World} world @returns {Promise<Fault[]>} */
export async function v10(world) {
  const faults = [];
  for (const { ev, e, file, blob } of world.bundle.contents) {
    const fault = (/** @type {string} */ evidence) => faults.push({ object: file, evidence });
    const entry = world.bids.get(ev)?.body.envelopes.find((item) => item.e === e);
    if (!entry || !world.closed.has(ev)) fault("It belongs to no bid of the set.");
    else if (entry.size !== blob.size) fault(`Its size is ${blob.size}, the manifest says ${entry.size}.`);
    else if (hex(await rootOfBlob(blob)) !== entry.ct_root) fault("Its root is not that of the manifest.");
  }
  return faults;
}

/**
 * V12: each release is what its officer committed to, and whole. @param {World} world
 * @returns {Promise<Fault[]>}
 */
export async function v12(world) {
  const faults = [];
  const seen = new Set();
  for (const event of world.inForce("release")) {
    const fault = (/** @type {string} */ evidence) => faults.push({ object: event.file, evidence });
    const { e } = event.withheld ?? event.body;
    const commit = world.chain.find(
      ({ kind, body }) =>
        kind === "release-commit" &&
        body.e === e &&
        body.hash === event.ev &&
        (event.withheld || body.officer === event.body.officer),
    );
    if (!commit || commit.leaf > event.leaf) fault("No commit of this officer names it.");
    if (event.withheld) continue;
    const { officer, close, set_root: root, shares } = event.body;
    const failed = shares.filter(([, share]) => share === "FAIL").map(([ev]) => ev);
    if (commit && commit.body.fails.join() !== failed.join()) fault("Its FAILs are not those of the commit.");
    if (close !== world.close?.ev || root !== world.close?.body.set_root)
      fault("It names another close or set.");
    const covered = new Set(shares.map(([ev]) => ev));
    for (const ev of world.closed) {
      if (!covered.has(ev)) fault(`It leaves the bid ${ev} out.`);
    }
    if (seen.has(`${officer}/${e}`)) fault(`Officer ${officer} released envelope ${e} before.`);
    seen.add(`${officer}/${e}`);
  }
  return faults;
}

/**
 * @param {World} world @returns {{event: Event, openings: Map<string, import("./verdicts.js").Opening>}[]}
 */
function openResults(world) {
  return world
    .inForce("result")
    .filter(({ withheld }) => withheld === null)
    .map((event) => ({ event, openings: world.openings.get(event.body.e) ?? new Map() }));
}

/**
 * Compare one member of every result row with what was recomputed; rows that V9 puts in doubt are left out.
 * @param {World} world @param {"seed"|"plain"} member @param {Set<string>} verdicts that have this member
 * @param {string} what @returns {Fault[]}
 */
function rowFaults(world, member, verdicts, what) {
  const faults = [];
  for (const { event, openings } of openResults(world)) {
    const expected = verdictsOf(world, openings);
    for (const row of event.body.rows) {
      const verdict = expected.get(row.bid) ?? null;
      if (verdict === null) continue;
      const value = verdicts.has(verdict) ? openings.get(row.bid)[member] : null;
      if (row[member] !== value) {
        faults.push({
          object: event.file,
          evidence: `The ${what} of ${row.bid} is ${value ?? "not to be given"}.`,
        });
      }
    }
  }
  return faults;
}

/**
 * V13: seeds of the result are those recomputed, all different. @param {World} world
 * @returns {Promise<Fault[]>}
 */
export async function v13(world) {
  const faults = rowFaults(world, "seed", OPEN_SEED, "seed");
  const seeds = [...world.openings.values()]
    .flatMap((openings) => [...openings.values()])
    .filter(({ verdict, seed }) => seed !== null && (OPEN_SEED.has(verdict) || verdict === "PLATFORM_FAULT"));
  if (new Set(seeds.map(({ seed }) => seed)).size !== seeds.length) {
    faults.push({ object: "result", evidence: "Two envelopes have the same seed." });
  }
  return faults;
}

/** V14: factor-end lists the accepted factors. @param {World} world @returns {Promise<Fault[]>} */
export async function v14(world) {
  const end = world.inForce("factor-end").find(({ body }) => body.close === world.close?.ev);
  if (!end) return [];
  const accepted = [...world.factors].map(([bid, factor]) => `${bid} ${factor}`).sort();
  const listed = end.body.factors.map(({ bid, factor }) => `${bid} ${factor}`);
  const same = accepted.join() === listed.join();
  return same ? [] : [{ object: end.file, evidence: "It does not list exactly the accepted factors." }];
}

/** V15: published file hashes are those of the files. @param {World} world @returns {Promise<Fault[]>} */
export async function v15(world) {
  return rowFaults(world, "plain", new Set(["OPENED"]), "file hash");
}

/**
 * Verdict that each bid should have in an envelope.
 * @param {World} world @param {Map<string, import("./verdicts.js").Opening>} openings
 * @returns {Map<string, string|null>} by ev; null where the set itself is in doubt (V9 names it)
 */
export function verdictsOf(world, openings) {
  const expected = new Map();
  for (const ev of world.bids.keys()) {
    const standing = world.set.standings.get(ev);
    if (world.closed.has(ev)) expected.set(ev, openings.get(ev)?.verdict ?? null);
    else if (standing !== "SET") expected.set(ev, standing === "BROKEN" ? null : (standing ?? null));
  }
  return expected;
}

/** @param {World} world @returns {Fault[]} */
function attributionFaults(world) {
  const attributed = new Set(world.inForce("attribution").map(({ body }) => body.bid));
  const missing = new Set();
  for (const { event } of openResults(world)) {
    for (const { bid, verdict } of event.body.rows) {
      if (world.closed.has(bid) && verdict !== "OPENED" && !attributed.has(bid)) missing.add(bid);
    }
  }
  return [...missing].map((bid) => ({
    object: world.last.file,
    evidence: `Nobody attributed why ${bid} is not opened.`,
  }));
}

/** V16: the verdicts published are the verdicts. @param {World} world @returns {Promise<Fault[]>} */
export async function v16(world) {
  const faults = [];
  for (const { event, openings } of openResults(world)) {
    const fault = (/** @type {string} */ evidence) => faults.push({ object: event.file, evidence });
    if (event.body.close !== world.close?.ev) fault("It names another close.");
    const expected = verdictsOf(world, openings);
    const rows = new Map(event.body.rows.map(({ bid, verdict }) => [bid, verdict]));
    for (const [ev, verdict] of expected) {
      if (!rows.has(ev)) {
        if (verdict !== null) fault(`It has no row for ${ev}.`);
      } else if (verdict !== null && rows.get(ev) !== verdict) fault(`The verdict on ${ev} is ${verdict}.`);
    }
    for (const ev of rows.keys()) {
      if (!expected.has(ev)) fault(`It has a row for ${ev}, which has none to have.`);
    }
  }
  if (world.completed) {
    const { body, file } = world.last;
    const named = world
      .inForce("result")
      .map((event) => `${(event.withheld ?? event.body).e} ${event.ev}`)
      .sort();
    const listed = body.results.map(([e, ev]) => `${e} ${ev}`).sort();
    if (named.join() !== listed.join())
      faults.push({ object: file, evidence: "It does not name exactly the results." });
    if (body.close !== world.close?.ev) faults.push({ object: file, evidence: "It names another close." });
    faults.push(...attributionFaults(world));
  }
  return faults;
}

/** V18: nothing is released that should stay shut. @param {World} world @returns {Promise<Fault[]>} */
export async function v18(world) {
  const releases = world.chain.filter(({ kind }) => kind === "release");
  const least = Math.max(world.policy.min_bids, world.anchors.min_bids);
  const set = new Set([...world.closed].filter((ev) => world.bids.has(ev)));
  const faults = [];
  if (releases.length > 0 && set.size < least) {
    faults.push({ object: releases[0].file, evidence: `The set has ${set.size} bids, ${least} are needed.` });
  }
  for (const { file, body } of releases) {
    for (const [ev] of body?.shares ?? []) {
      if (!set.has(ev))
        faults.push({ object: file, evidence: `It releases ${ev}, which is not in the set.` });
    }
  }
  return faults;
}
