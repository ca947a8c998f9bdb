/**
 * Scores and ranking recomputed from a method and an input (section 16). Nothing missing is filled in: whatever
 * breaks the method is a refusal.
 */
import { demand } from "../protocol/errors.js";
import * as num from "./numbers.js";
import { by, evaluated, priceFlags, priceScores } from "./price.js";
import { rank } from "./rank.js";

/** @typedef {num.Fraction} Fraction */

const text = (/** @type {string} */ a, /** @type {string} */ b) => (a < b ? -1 : Number(a > b));
const list = (/** @type {any} */ a, /** @type {any} */ b) => {
  const at = a.findIndex((/** @type {string} */ item, /** @type {number} */ n) => item !== b[n]);
  if (at < 0) return a.length - b.length;
  return b[at] === undefined ? 1 : text(a[at], b[at]);
};

/** @param {any[]} rows @param {string|number} key @returns {any[]} ascending by key, which occurs once */
function unique(rows, key) {
  demand(new Set(rows.map((row) => row[key])).size === rows.length, "twice", "Something is given twice.");
  return [...rows].sort((a, b) => text(a[key], b[key]));
}

/** @param {any} input @returns {any} in its one order (14.3) */
export function ordered(input) {
  const bids = unique(input.bids, "bid").map((row) => ({
    ...row,
    quantities: unique(row.quantities, 0),
    adjustments: unique(row.adjustments, 0),
  }));
  const sheets = unique(input.sheets, "member").map((sheet) => ({
    ...sheet,
    rows: unique(sheet.rows, "bid").map((row) => ({ ...row, marks: unique(row.marks, 0) })),
    reasons: [...sheet.reasons].sort(list),
  }));
  const rejected = [...new Set(input.rejected)].sort(text);
  return { ...input, bids, sheets, rejected, votes: [...input.votes].sort(list) };
}

/** @param {any} method @param {string} kind @returns {any[]} criteria of a kind, by id */
const ofKind = (method, kind) => unique(method.criteria, "id").filter((row) => row.kind === kind);

/** @param {any} formula @param {string} quantity @returns {Fraction} */
export function objectivePoints({ how, rows }, quantity) {
  if (how === "choice") {
    const row = rows.find((/** @type {any} */ [word]) => word === quantity);
    demand(row, "choice", `${quantity} is none of the choices.`);
    return num.number(row[1]);
  }
  const q = num.number(quantity);
  const pairs = rows.map((/** @type {any} */ [at, points]) => [num.number(at), num.number(points)]);
  if (how === "steps") {
    const reached = pairs.filter((/** @type {any} */ [at]) => num.order(at, q) <= 0);
    return reached.length === 0 ? num.ZERO : reached[reached.length - 1][1];
  }
  const [[low, first], [high, last]] = pairs;
  if (num.order(q, low) <= 0) return first;
  if (num.order(q, high) >= 0) return last;
  const share = num.over(num.minus(q, low), num.minus(high, low));
  return num.plus(first, num.times(num.minus(last, first), share));
}

/** @param {any} method @param {any} input @param {string[]} valid @returns {Map<string, Map<string, Map<string, Fraction>>>} */
function readMarks(method, input, valid) {
  const judged = ofKind(method, "judged");
  const asked = judged.length > 0 && valid.length > 0;
  const known = new Set(input.bids.map((/** @type {any} */ { bid }) => bid));
  demand(!asked || input.sheets.length >= method.aggregate.members_least, "sheets", "There are too few sheets.");
  const found = new Map();
  for (const { member, rows } of input.sheets) {
    const marks = new Map();
    for (const row of rows) {
      demand(known.has(row.bid), "sheet", `${member} marks a bid there is not.`);
      const same = row.marks.length === judged.length && judged.every(({ id }, n) => row.marks[n][0] === id);
      demand(same, "sheet", `${member} does not mark exactly the judged criteria.`);
      const own = new Map();
      for (const [n, { id, max, step }] of judged.entries()) {
        const mark = num.number(row.marks[n][1]);
        const steps = num.over(mark, num.number(step));
        demand(num.order(mark, num.number(max)) <= 0 && steps.n % steps.d === 0n, "mark", `${member}: ${id}`);
        own.set(id, mark);
      }
      marks.set(row.bid, own);
    }
    demand(!asked || valid.every((bid) => marks.has(bid)), "sheet", `${member} leaves a bid out.`);
    found.set(member, marks);
  }
  return found;
}

/** @param {any} method @param {Map<string, Fraction>} marks by member @returns {Set<string>} whose mark counts */
function kept({ aggregate }, marks) {
  const sorted = [...marks.keys()].sort((a, b) => num.order(marks.get(a), marks.get(b)) || text(a, b));
  const trims = aggregate.trim_from !== null && sorted.length >= aggregate.trim_from;
  return new Set(trims ? sorted.slice(1, -1) : sorted);
}

/** @param {Map<string, Fraction>} marks @param {Set<string>} counting @returns {Fraction} */
const meanOf = (marks, counting) => num.mean([...counting].map((who) => marks.get(who)));

/** @param {Map<string, Fraction>} marks @param {Set<string>} counting */
const shown = (marks, counting) =>
  [...marks.keys()].sort(text).map((who) => [who, num.shortest(marks.get(who)), counting.has(who)]);

/** @param {any} method @param {any} input @param {any} sheets @param {string[]} valid */
function warningsOf(method, input, sheets, valid) {
  const judged = ofKind(method, "judged");
  const { deviation, reasons } = method.warnings;
  const found = [];
  for (const bid of judged.length > 0 ? valid : []) {
    const sums = [...sheets].map(([who, rows]) => [who, num.sum([...rows.get(bid).values()])]);
    const average = num.mean(sums.map(([, value]) => value));
    for (const [member, value] of deviation === null ? [] : sums) {
      const gap = num.order(value, average) > 0 ? num.minus(value, average) : num.minus(average, value);
      const far = num.order(num.times(gap, num.HUNDRED), num.times(average, num.number(deviation))) > 0;
      if (far) found.push({ bid, member, warning: "deviation", criterion: "" });
    }
    for (const sheet of reasons ? input.sheets : []) {
      for (const { id, max } of judged) {
        const mark = sheets.get(sheet.member).get(bid).get(id);
        const full = num.order(mark, num.number(max)) === 0;
        const told = sheet.reasons.some((/** @type {any} */ [b, c]) => b === bid && c === id);
        if ((full || mark.n === 0n) && !told)
          found.push({ bid, member: sheet.member, warning: full ? "full" : "zero", criterion: id });
      }
    }
  }
  return found;
}

/** @param {any} method @param {any} bid @param {any} sheets */
function pointsOf(method, bid, sheets) {
  const [score] = by(method, "score");
  const points = new Map();
  const objective = ofKind(method, "objective");
  const same =
    bid.quantities.length === objective.length && objective.every(({ id }, n) => bid.quantities[n][0] === id);
  demand(same, "quantity", `${bid.bid} has not a quantity for exactly the objective criteria.`);
  for (const [n, { id, formula }] of objective.entries())
    points.set(id, score(objectivePoints(formula, bid.quantities[n][1])));
  const each = method.aggregate.over === "criterion";
  const all = [...sheets].filter(([, rows]) => rows.has(bid.bid));
  const judgedPoints = [];
  const marks = ofKind(method, "judged").map(({ id }) => {
    const given = new Map(all.map(([who, rows]) => [who, rows.get(bid.bid).get(id)]));
    const counting = each ? kept(method, given) : new Set(given.keys());
    if (each) {
      points.set(id, score(meanOf(given, counting)));
      judgedPoints.push(points.get(id));
    }
    return { id, by: shown(given, counting) };
  });
  const sums = new Map(all.map(([who, rows]) => [who, num.sum([...rows.get(bid.bid).values()])]));
  const counting = each ? new Set(sums.keys()) : kept(method, sums);
  const whole = counting.size > 0 ? score(meanOf(sums, counting)) : num.ZERO;
  return { points, marks, members: shown(sums, counting), judged: each ? num.sum(judgedPoints) : whole };
}

/** @param {any} method @param {string|null} coefficient */
function checkCoefficient(method, coefficient) {
  const given = coefficient === null ? null : num.number(coefficient);
  const declared = method.coefficient?.values.map(num.number) ?? [];
  const good = given ? declared.some((/** @type {Fraction} */ one) => num.order(one, given) === 0) : declared.length === 0;
  demand(good, "coefficient", "The coefficient is none of those declared.");
}

/**
 * @param {any} method a method whose form was checked @param {any} given
 * @returns {Promise<any>} the result (14.6)
 */
export async function recompute(method, given) {
  const input = ordered(given);
  const names = input.bids.map((/** @type {any} */ { bid }) => bid);
  demand(
    input.rejected.every((/** @type {string} */ bid) => names.includes(bid)),
    "rejected",
    "A bid is rejected which there is not.",
  );
  const bids = input.bids.filter((/** @type {any} */ { bid }) => !input.rejected.includes(bid));
  const valid = bids.map((/** @type {any} */ { bid }) => bid);
  const sheets = readMarks(method, input, valid);
  const empty = { v: "sunlit-result/1", base: [], ties: [], rejected: input.rejected, warnings: [], flags: [] };
  if (valid.length === 0) return { ...empty, status: "none", candidates: [], ranking: [], rows: [] };
  checkCoefficient(method, input.coefficient);
  const worked = new Map(bids.map((/** @type {any} */ bid) => [bid.bid, evaluated(method, bid)]));
  const prices = new Map([...worked].map(([bid, { price }]) => [bid, price]));
  const [criterion] = ofKind(method, "price");
  const priced = criterion ? priceScores(method, criterion, prices, input) : { common: [], scores: new Map() };
  const [total, totalText] = by(method, "total");
  const [, scoreText] = by(method, "score");
  const scored = { method, input, prices, totals: new Map(), points: new Map(), judged: new Map() };
  const rows = [];
  for (const bid of bids) {
    const { points, marks, members, judged } = pointsOf(method, bid, sheets);
    const own = priced.scores.get(bid.bid);
    if (own) points.set(criterion.id, own.points);
    const rest = [...points].filter(([id]) => !ofKind(method, "judged").some((row) => row.id === id));
    const value = total(num.plus(judged, num.sum(rest.map(([, one]) => one))));
    scored.totals.set(bid.bid, value);
    scored.points.set(bid.bid, points);
    scored.judged.set(bid.bid, judged);
    rows.push({
      bid: bid.bid,
      criteria: [...points.keys()].sort(text).map((id) => [id, scoreText(points.get(id))]),
      marks,
      members,
      judged: scoreText(judged),
      price: [...worked.get(bid.bid).steps, ...(own?.steps ?? [])],
      total: criterion ? totalText(value) : null,
    });
  }
  const raw = new Map(bids.map((/** @type {any} */ { bid, price }) => [bid, num.number(price)]));
  return {
    ...empty,
    ...(await rank(scored)),
    rows,
    base: priced.common,
    warnings: warningsOf(method, input, sheets, valid),
    flags: priceFlags(method, raw, input.ceiling),
  };
}
