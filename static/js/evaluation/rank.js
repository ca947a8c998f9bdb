/** Ranking, ties by the declared rules, candidates (section 16.6). */
import { hex, utf8, concat } from "../protocol/bytes.js";
import { encode } from "../protocol/canonical.js";
import { demand } from "../protocol/errors.js";
import { sha256 } from "../protocol/hashing.js";
import * as num from "./numbers.js";

/** @typedef {num.Fraction} Fraction */
/**
 * @typedef {object} Scored
 * @property {any} method @property {any} input in its one order
 * @property {Map<string, Fraction>} prices @property {Map<string, Fraction>} totals
 * @property {Map<string, Map<string, Fraction>>} points by bid and criterion @property {Map<string, Fraction>} judged
 */

/** @param {any} seeds @param {string} bid @returns {Promise<string>} */
async function lot(seeds, bid) {
  return hex(await sha256(concat(utf8("sunlit/tie/1\n"), encode({ ...seeds, bid }))));
}

/**
 * Bids with equal keys together, smallest first.
 * @template K
 * @param {string[]} bids ascending @param {(bid: string) => K} key @param {(a: K, b: K) => number} compare
 * @returns {string[][]}
 */
function classes(bids, key, compare) {
  const sorted = [...bids].sort((a, b) => compare(key(a), key(b)) || (a < b ? -1 : 1));
  /** @type {string[][]} */
  const found = [];
  for (const bid of sorted) {
    const last = found[found.length - 1];
    if (last && compare(key(last[0]), key(bid)) === 0) last.push(bid);
    else found.push([bid]);
  }
  return found;
}

const text = (/** @type {string} */ a, /** @type {string} */ b) => (a < b ? -1 : Number(a > b));

/** @param {any} method @param {string} id @returns {string[]} criteria at or below a node */
function leaves(method, id) {
  const own = method.criteria.find((/** @type {any} */ row) => row.id === id);
  if (own.kind !== "group") return [id];
  const below = method.criteria.filter((/** @type {any} */ row) => row.parent === id);
  return below.flatMap((/** @type {any} */ row) => leaves(method, row.id));
}

/**
 * The classes into which one rule parts a tie; null if it cannot be applied yet.
 * @param {Scored} scored @param {any} rule @param {string[]} tied
 * @returns {Promise<string[][]|null>}
 */
async function apply({ method, input, prices, points, judged }, rule, tied) {
  if (rule.rule === "price-lower") return classes(tied, (bid) => prices.get(bid), num.order);
  if (rule.rule === "score-higher") {
    const score = (/** @type {string} */ bid) =>
      rule.of === null ? judged.get(bid) : num.sum(leaves(method, rule.of).map((id) => points.get(bid).get(id)));
    return classes(tied, score, (a, b) => num.order(b, a));
  }
  if (rule.rule === "seeds") {
    if (input.seeds === null) return null;
    const lots = new Map();
    for (const bid of tied) lots.set(bid, await lot(input.seeds, bid));
    return classes(tied, (bid) => lots.get(bid), text);
  }
  const votes = input.votes.filter(
    (/** @type {string[]} */ vote) => JSON.stringify([...vote].sort(text)) === JSON.stringify(tied),
  );
  demand(votes.length < 2, "vote", "There are two votes on one tie.");
  return votes.length === 0 ? null : votes[0].map((/** @type {string} */ bid) => [bid]);
}

/** @param {Scored} scored @param {string[]} tied @param {number} step @param {any[]} trail */
async function part(scored, tied, step, trail) {
  const rules = scored.method.ties;
  for (let at = step; tied.length > 1 && at < rules.length; at += 1) {
    const parts = await apply(scored, rules[at], tied);
    const { rule, of } = rules[at];
    trail.push({ bids: tied, step: at + 1, rule, of, parts: parts ?? [] });
    if (parts === null) break;
    if (parts.length === 1) continue;
    const found = [];
    for (const one of parts) found.push(...(await part(scored, one, at + 1, trail)));
    return found;
  }
  return [tied];
}

/** @param {Scored} scored */
export async function rank(scored) {
  const { method, prices, totals } = scored;
  const lowest = method.kind === "lowest_evaluated";
  const value = lowest ? prices : totals;
  const { places } = method.rounding[lowest ? "money" : "total"];
  const first = classes(
    [...prices.keys()],
    (bid) => value.get(bid),
    (a, b) => (lowest ? num.order(a, b) : num.order(b, a)),
  );
  /** @type {any[]} */
  const ties = [];
  /** @type {any[]} */
  const ranking = [];
  /** @type {string[]} */
  const candidates = [];
  let status = "ranked";
  for (const group of first) {
    for (const tied of await part(scored, group, 0, ties)) {
      const place = ranking.length + 1;
      const within = place <= method.candidates;
      for (const bid of tied) ranking.push([bid, place, num.fixed(value.get(bid), places)]);
      if (within && tied.length > 1) status = "tie";
      if (within && status === "ranked") candidates.push(...tied);
    }
  }
  return { status, ranking, candidates, ties };
}
