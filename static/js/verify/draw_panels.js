/** V24: the panel is the one that pool, lottery, seeds and answers give (sections 14 and 15). */
import { byte, concat, fromHex, hex, utf8 } from "../protocol/bytes.js";
import { encode } from "../protocol/canonical.js";
import { demand } from "../protocol/errors.js";
import { mac, sha256, tagged } from "../protocol/hashing.js";
import { root } from "../protocol/merkle.js";
import { checkPlan, hasPanel } from "./certificate.js";
import { readProblem, residual } from "./draw_problem.js";
import { dayOf, eligible, readExclusions, readPool } from "./draw_pool.js";
import { draw as drawPanel } from "./rounding.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Fault} Fault */
/** @typedef {import("./bundle.js").Event} Event */
/** @typedef {import("./draw_case.js").Draw} Draw */
/** @typedef {import("./draw_problem.js").Problem} Problem */
/** @typedef {{id: string, specialty: string, j: number, code: string}} Standing code "" while unanswered */

/** Why somebody who accepted does not sit after all. */
const LEFT = ["recused", "disqualified", "unavailable", "no-show"];

/** What became of every seat drawn, over all serials. */
class Seats {
  constructor() {
    /** @type {Map<string, Standing>} by seat hash */
    this.all = new Map();
  }

  /** @param {boolean} sits @returns {string[]} seats that accepted, or all others, ascending */
  listed(sits) {
    return [...this.all]
      .filter(([, { code }]) => (code === "accepted") === sits)
      .map(([seat]) => seat)
      .sort();
  }

  /** @returns {Map<string, string>} specialty by expert who accepted */
  accepted() {
    const sitting = [...this.all.values()].filter(({ code }) => code === "accepted");
    return new Map(sitting.map(({ id, specialty }) => [id, specialty]));
  }

  /** @param {Problem} problem @returns {Problem} what is left to draw of it */
  left(problem) {
    const accepted = this.accepted();
    const drawn = [...this.all.values()].map(({ id }) => id);
    return residual(problem, accepted, new Set(drawn.filter((id) => !accepted.has(id))));
  }
}

/**
 * The hash under which a drawn seat stands in the log.
 * @param {Uint8Array} gateway secret key @param {Uint8Array} draw T_d @param {number} j
 * @param {{id: string, specialty: string}} seat
 * @returns {Promise<string>} hex
 */
export async function seatHash(gateway, draw, j, { id, specialty }) {
  const p = await sha256(encode([specialty, id]));
  const salt = (await mac(gateway, concat(utf8("sealedbid/v1 seat"), draw, byte(j), p))).slice(0, 32);
  return hex(await tagged("drawseat", draw, byte(j), salt, p));
}

/** @param {string[]} hashes in hex @returns {Promise<string>} MTH over them, in hex */
async function rootOf(hashes) {
  return hex(await root(hashes.map((item) => fromHex(item))));
}

/** @param {string[]} left @param {string[]} right @returns {boolean} */
function same(left, right) {
  return left.length === right.length && left.every((item, at) => item === right[at]);
}

/** @param {Draw} draw @returns {Promise<Problem>} the problem, its experts being the eligible of the pool */
async function posedBy({ draws, header }) {
  const problem = readProblem(draws.paper(header.problem));
  const shown = await readPool(draws.paper(header.pool.rows), header.pool);
  const excluded = readExclusions(draws.paper(header.exclusions.rows), header.exclusions.count);
  const asked = new Set([...problem.seats].filter(([, n]) => n > 0).map(([name]) => name));
  const wanted = eligible(shown, asked, dayOf(header.close_at), excluded);
  const fits =
    wanted.length === problem.experts.length &&
    wanted.every(({ id, specialties, employer, region }, at) => {
      const given = problem.experts[at];
      const alike = given.id === id && given.employer === employer && given.region === region;
      return alike && same(given.specialties, specialties);
    });
  demand(fits, "eligible", "Those who could be drawn are not the eligible of the pool.");
  return problem;
}

/** @param {Draw} draw @param {number} j @param {Event} head @param {Seats} seats a replacement round begins rightly */
async function checkHead(draw, j, { leaf, body }, seats) {
  const wrong = (/** @type {boolean} */ fits, /** @type {string} */ message) => demand(fits, "round", message);
  wrong(draw.head(j - 1)?.ev === body.prev, "A round does not follow the one before it.");
  const before = draw.of("draw-event").filter((event) => event.leaf < leaf);
  const events = await rootOf(before.map(({ ev }) => ev));
  wrong(events === body.events, "A round begins from other answers than were logged.");
  const open = [...seats.all.values()].some(({ code }) => code === "");
  wrong(!open, "A round begins while a seat has no answer.");
  wrong(
    same(body.accepted, seats.listed(true)) && same(body.removed, seats.listed(false)),
    "A round begins from another panel than the answers give.",
  );
}

/**
 * Draw a round again and compare; its seats stand from then on.
 * @param {Draw} draw @param {number} j @param {import("./certificate.js").Plan} plan @param {Seats} seats
 */
async function checkResult(draw, j, plan, seats) {
  const [result] = draw.of("draw-result", j);
  if (!result) return;
  const { seed } = await draw.outcome(j);
  const panel = seed === null ? [] : await drawPanel(plan, seed, `round/${j}`);
  const [gateway, id] = [fromHex(draw.gateway), fromHex(draw.id)];
  const hashes = await Promise.all(panel.map((seat) => seatHash(gateway, id, j, seat)));
  hashes.forEach((hash, at) => seats.all.set(hash, { ...panel[at], j, code: "" }));
  const { panel: stated, seats: number } = result.body;
  const fits = stated === (await rootOf([...hashes].sort())) && number === panel.length;
  demand(fits, "panel", `${result.file}: the panel is not the one the seed gives.`);
}

/** @param {Draw} draw @param {number} j @param {Seats} seats answers between this round's head and the next one's */
function takeAnswers(draw, j, seats) {
  const from = draw.head(j).leaf;
  const until = Math.min(draw.head(j + 1)?.leaf ?? Infinity, draw.of("draw-end")[0]?.leaf ?? Infinity);
  const result = draw.of("draw-result", j)[0]?.leaf ?? Infinity;
  for (const { file, leaf, body } of draw.of("draw-event")) {
    if (leaf < from || leaf > until) continue;
    const wrong = (/** @type {boolean} */ fits, /** @type {string} */ message) =>
      demand(fits, "answer", `${file}: ${message}`);
    wrong(body.j !== j || leaf > result, "an answer before its panel was drawn.");
    const seat = seats.all.get(body.seat);
    wrong(seat !== undefined && seat.j === body.j, "an answer for a seat that its round did not draw.");
    wrong(["", "accepted"].includes(seat.code), "a second answer for a seat that was given up.");
    seat.code = body.code;
  }
}

/** @param {Draw} draw @param {Problem} problem @param {Seats} seats */
function checkEnd(draw, problem, seats) {
  const [end] = draw.of("draw-end");
  if (!end) return;
  const wanted = [...problem.seats.values()].reduce((sum, n) => sum + n, 0);
  const sitting = seats.listed(true);
  demand(same(end.body.panel, sitting), "end", "The panel at the end is not that of the answers.");
  const outcome = seats.accepted().size === wanted ? "complete" : "short";
  demand(end.body.outcome === outcome, "end", `The draw is ${outcome}, and its end does not say so.`);
  const open = [...seats.all.values()].some(({ code }) => code === "");
  demand(!open, "end", "The draw ended while a seat had no answer.");
  const rounds = draw.rounds;
  const last = rounds[rounds.length - 1];
  const used = last >= draw.header.max_rounds;
  const cause = draw.of("draw-result", last)[0]?.body.seats > 0 ? end.body.cause : "";
  demand(cause !== "short" || used, "end", "Its rounds are not used up, and its end says so.");
  const none = cause === "infeasible" && !used && !hasPanel(seats.left(problem));
  demand(cause !== "infeasible" || none, "end", "There is a panel left to draw, and its end says there is none.");
}

/**
 * Whoever falls out once the draw has ended leaves a seat to the serial that follows.
 * @param {Draw} draw @param {Seats} seats
 */
function takeLeaving(draw, seats) {
  const [end] = draw.of("draw-end");
  if (!end) return;
  const next = draw.draws.all.find(({ event }) => event.leaf > draw.event.leaf)?.event.leaf ?? Infinity;
  for (const { file, kind, leaf, body } of draw.draws.chain) {
    if (kind !== "draw-event" || leaf > next || leaf < draw.event.leaf) continue;
    const wrong = (/** @type {boolean} */ fits, /** @type {string} */ message) =>
      demand(fits, "answer", `${file}: ${message}`);
    if (leaf < end.leaf) {
      wrong(body.header === draw.id, "an answer of an earlier draw while this one runs.");
      continue;
    }
    const seat = seats.all.get(body.seat);
    wrong(seat?.code === "accepted" && LEFT.includes(body.code), "after the end it ends no acceptance.");
    wrong(seat?.j === body.j, "an answer for a seat that its round did not draw.");
    seat.code = body.code;
  }
}

/** @param {Draw} draw @param {Seats} seats what earlier serials left; refused with the first thing that differs */
async function replay(draw, seats) {
  const problem = await posedBy(draw);
  demand(same(draw.header.kept, seats.listed(true)), "kept", "It does not keep those who had accepted.");
  for (const j of draw.rounds) {
    const head = draw.head(j);
    if (j > 0) await checkHead(draw, j, head, seats);
    const plan = checkPlan(seats.left(problem), draw.draws.paper(head.body.plan));
    await checkResult(draw, j, plan, seats);
    takeAnswers(draw, j, seats);
  }
  checkEnd(draw, problem, seats);
  takeLeaving(draw, seats);
}

/** @param {Draw} before @param {Draw} after refused unless one serial may follow the other */
function checkSerial(before, after) {
  const wrong = (/** @type {boolean} */ fits, /** @type {string} */ message) => demand(fits, "serial", message);
  const { header } = after;
  const [end] = before.of("draw-end");
  wrong(
    header.serial === before.header.serial + 1 && header.prev === before.id,
    "A draw does not follow the one before it.",
  );
  wrong(end !== undefined && end.leaf < after.event.leaf, "A second draw while the first was not ended.");
  const pool = ["epoch", "root", "count", "rows"];
  wrong(
    pool.every((name) => header.pool[name] === before.header.pool[name]),
    "A later draw is from another pool.",
  );
  const gone = before.draws.chain.some(
    ({ kind, leaf }) => kind === "draw-event" && leaf > end.leaf && leaf < after.event.leaf,
  );
  wrong(end.body.outcome !== "complete" || gone, "A complete panel was drawn again.");
  wrong(
    [end.body.cause, "order"].includes(header.cause),
    "A later draw gives another cause than the end before it.",
  );
}

/** V24: who sits. @param {World} world @returns {Promise<Fault[]>} */
export async function v24({ draws }) {
  const seats = new Seats();
  for (const [at, draw] of draws.all.entries()) {
    try {
      if (at > 0) checkSerial(draws.all[at - 1], draw);
      await replay(draw, seats);
    } catch (error) {
      const evidence = error instanceof Error ? error.message : String(error);
      return [{ object: draw.event.file, evidence }];
    }
  }
  return [];
}
