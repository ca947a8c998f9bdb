/** Evaluated prices and their scores (sections 16.3 and 16.4), with the working of each step. */
import { demand } from "../protocol/errors.js";
import * as num from "./numbers.js";

/** @typedef {num.Fraction} Fraction */
/** @typedef {[string, string][]} Steps */

/** @param {any} method @param {string} stage @returns {[(value: Fraction) => Fraction, (value: Fraction) => string]} */
export function by(method, stage) {
  const rule = method.rounding[stage];
  return [(value) => num.round(value, rule), (value) => num.fixed(value, rule.places)];
}

/**
 * @param {any} method @param {any} bid with adjustments in their one order
 * @returns {{price: Fraction, steps: Steps}}
 */
export function evaluated(method, bid) {
  const [money, text] = by(method, "money");
  const read = money(num.number(bid.price));
  let price = read;
  /** @type {Steps} */
  const steps = [["price", text(read)]];
  for (const [id, quantity] of bid.adjustments) {
    const row = method.adjustments.find((/** @type {any} */ item) => item.id === id);
    demand(row, "adjustment", `${id} is no adjustment of the method.`);
    const each = num.times(num.number(row.value), num.number(quantity));
    const amount = money(row.how === "percent" ? num.over(num.times(read, each), num.HUNDRED) : each);
    price = row.sign === "add" ? num.plus(price, amount) : num.minus(price, amount);
    steps.push([`${row.sign} ${id}`, text(amount)]);
  }
  demand(price.n > 0n, "price", `The evaluated price of ${bid.bid} is not above zero.`);
  steps.push(["evaluated", text(price)]);
  return { price, steps };
}

/** @param {any} formula @param {Fraction[]} sorted @param {Steps} steps @returns {Fraction} */
function trimmed(formula, sorted, steps) {
  const row = formula.trim.filter((/** @type {any} */ { from }) => from <= sorted.length).pop();
  const { high, low } = row ?? { high: 0, low: 0 };
  demand(high + low < sorted.length, "trim", "The method leaves no price.");
  if (high + low > 0) steps.push(["dropped high", String(high)], ["dropped low", String(low)]);
  return num.mean(sorted.slice(low, sorted.length - high));
}

/** @param {any} method @param {any} formula @param {Fraction[]} sorted @param {any} input */
function base(method, formula, sorted, input) {
  const [money, text] = by(method, "money");
  const weight = num.number(formula.ceiling_weight);
  const ceiling = input.ceiling === null ? null : num.number(input.ceiling);
  demand(ceiling || (weight.n === 0n && formula.of !== "ceiling"), "ceiling", "There is no ceiling.");
  /** @type {Steps} */
  const steps = [["bids", String(sorted.length)]];
  const sources = {
    mean: () => trimmed(formula, sorted, steps),
    lowest: () => sorted[0],
    "second-lowest": () => sorted[1] ?? sorted[0],
    ceiling: () => ceiling,
  };
  let value = money(sources[formula.of]());
  steps.push([formula.of, text(value)]);
  if (weight.n > 0n) {
    value = money(num.plus(num.times(weight, ceiling), num.times(num.minus(num.ONE, weight), value)));
    steps.push(["with ceiling", text(value)]);
  }
  if (formula.coefficient !== "none") {
    const drawn = num.number(input.coefficient);
    steps.push(["coefficient", num.shortest(drawn)]);
    value = money(num.times(value, formula.coefficient === "times" ? drawn : num.minus(num.ONE, drawn)));
  }
  demand(value.n > 0n, "base", "The base is not above zero.");
  steps.push(["base", text(value)]);
  return { value, steps };
}

/**
 * Points of each bid's price.
 * @param {any} method @param {any} criterion @param {Map<string, Fraction>} prices @param {any} input
 * @returns {{common: Steps, scores: Map<string, {points: Fraction, steps: Steps}>}}
 */
export function priceScores(method, criterion, prices, input) {
  const { formula } = criterion;
  const most = num.number(criterion.max);
  const [score, text] = by(method, "score");
  const sorted = [...prices.values()].sort(num.order);
  const least = num.number(formula.least ?? "0");
  const scores = new Map();
  if (formula.how === "benchmark") {
    const [percent, percentText] = by(method, "percent");
    const { value, steps } = base(method, formula, sorted, input);
    for (const [bid, price] of prices) {
      const above = num.order(price, value) > 0;
      const gap = above ? num.minus(price, value) : num.minus(value, price);
      const away = percent(num.times(num.over(gap, value), num.HUNDRED));
      const side = above ? "over" : "under";
      const left = num.minus(most, num.times(away, num.number(formula[side])));
      const points = score(num.order(left, least) < 0 ? least : left);
      const own = [
        [`per cent ${side}`, percentText(away)],
        ["score", text(points)],
      ];
      scores.set(bid, { points, steps: own });
    }
    return { common: steps, scores };
  }
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const [, money] = by(method, "money");
  const spread = num.minus(high, low);
  for (const [bid, price] of prices) {
    const share = () => num.over(num.minus(price, low), spread);
    let points = most;
    if (formula.how === "lowest-full-marks") points = num.times(num.over(low, price), most);
    else if (spread.n > 0n) points = num.minus(most, num.times(num.minus(most, least), share()));
    points = score(points);
    scores.set(bid, { points, steps: [["score", text(points)]] });
  }
  return {
    common: [
      ["lowest", money(low)],
      ["highest", money(high)],
    ],
    scores,
  };
}

/** @param {any} method @param {Map<string, Fraction>} prices as corrected, not evaluated @param {string|null} ceiling */
export function priceFlags(method, prices, ceiling) {
  const found = [];
  const limits = { below_mean: num.mean([...prices.values()]), below_ceiling: ceiling && num.number(ceiling) };
  for (const bid of [...prices.keys()].sort()) {
    const price = prices.get(bid);
    if (limits.below_ceiling && num.order(price, limits.below_ceiling) > 0)
      found.push({ bid, flag: "above-ceiling" });
    for (const [name, limit] of Object.entries(limits)) {
      const share = method.flags[name];
      if (share === null || !limit) continue;
      const bound = num.times(limit, num.minus(num.HUNDRED, num.number(share)));
      if (num.order(num.times(price, num.HUNDRED), bound) < 0)
        found.push({ bid, flag: name.replace("_", "-") });
    }
  }
  return found;
}
