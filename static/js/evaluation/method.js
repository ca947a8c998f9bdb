/** The evaluation method as data (section 16.2): what is no method, or does not fit together, is refused. */
import { equal } from "../protocol/bytes.js";
import { decode, encode } from "../protocol/canonical.js";
import { demand } from "../protocol/errors.js";
import { decimal, key } from "../protocol/evaluation_events.js";
import * as form from "../protocol/forms.js";
import * as num from "./numbers.js";

const LOWEST = "lowest_evaluated";
const STAGES = ["money", "percent", "score", "total"];

/** @param {any[]} pairs @param {string} where refuse numbers which do not rise strictly */
function rise(pairs, where) {
  const numbers = pairs.map(([at]) => num.number(at));
  const good = numbers.every((at, n) => n === 0 || num.order(numbers[n - 1], at) < 0);
  demand(good, "method", `${where} does not rise.`);
}

/** @param {number} least @param {number} most @returns {form.Form} points on a scale of numbers */
const points = (least, most) => (value, where) => {
  form.list(form.tuple(decimal, decimal), { least, most })(value, where);
  rise(value, where);
};
const trim = form.record({
  from: form.integer(1),
  high: form.integer(0, 100),
  low: form.integer(0, 100),
});
const anything = () => {};

/** Formulas by kind of criterion. @type {Record<string, Record<string, form.Form>>} */
const FORMULAS = {
  group: {},
  judged: {},
  objective: {
    steps: form.record({ how: anything, rows: points(1, 100) }),
    choice: form.record({
      how: anything,
      rows: form.list(form.tuple(key, decimal), { least: 1, most: 100, by: (row) => row[0] }),
    }),
    linear: form.record({ how: anything, rows: points(2, 2) }),
  },
  price: {
    "lowest-full-marks": form.record({ how: anything }),
    interpolation: form.record({ how: anything, least: decimal }),
    benchmark: form.record({
      how: anything,
      of: form.oneOf("mean", "lowest", "second-lowest", "ceiling"),
      trim: form.list(trim, { most: 20, by: (row) => row.from }),
      ceiling_weight: decimal,
      coefficient: form.oneOf("none", "times", "one-minus"),
      over: decimal,
      under: decimal,
      least: decimal,
    }),
  },
};

const criterion = form.record({
  id: key,
  parent: form.nullable(key),
  name: form.id,
  max: decimal,
  kind: form.oneOf(...Object.keys(FORMULAS)),
  step: form.nullable(decimal),
  formula: anything,
});
const stage = form.record({
  places: form.integer(0, 6),
  mode: form.oneOf("half_up", "half_even", "floor", "ceiling"),
});
const schemeForm = form.record({
  v: form.oneOf("sunlit-method/1"),
  kind: form.oneOf(LOWEST, "comprehensive"),
  candidates: form.integer(1, 100),
  criteria: form.list(criterion, { most: 1000 }),
  adjustments: form.list(
    form.record({
      id: key,
      name: form.id,
      how: form.oneOf("percent", "unit"),
      sign: form.oneOf("add", "deduct"),
      value: decimal,
    }),
    { most: 100 },
  ),
  aggregate: form.record({
    over: form.oneOf("criterion", "total"),
    trim_from: form.nullable(form.integer(3, 100)),
    members_least: form.integer(1, 100),
  }),
  rounding: form.record(Object.fromEntries(STAGES.map((name) => [name, stage]))),
  coefficient: form.nullable(
    form.record({
      values: form.list(decimal, { least: 2, most: 100 }),
      draw: form.oneOf("derived", "physical"),
    }),
  ),
  ties: form.list(
    form.record({
      rule: form.oneOf("price-lower", "score-higher", "seeds", "panel-vote"),
      of: form.nullable(key),
    }),
    { least: 1, most: 10 },
  ),
  warnings: form.record({ deviation: form.nullable(decimal), reasons: form.oneOf(true, false) }),
  flags: form.record({ below_mean: form.nullable(decimal), below_ceiling: form.nullable(decimal) }),
});

/** @param {{id: string}[]} rows @returns {boolean} whether every id occurs once */
const distinct = (rows) => new Set(rows.map(({ id }) => id)).size === rows.length;

/** @param {any} row refuse a criterion that does not fit its own kind */
function checkCriterion({ id, kind, max, step, formula }) {
  const known = FORMULAS[kind];
  const how = formula?.how;
  const asked = Object.keys(known).length > 0;
  demand(asked ? typeof how === "string" && Object.hasOwn(known, how) : formula === null, "method", `${id}: formula`);
  if (asked) known[how](formula, id);
  demand((step !== null) === (kind === "judged"), "method", `${id}: judged criteria alone have a step.`);
  const most = num.number(max);
  demand(most.n > 0n, "method", `${id} has no points.`);
  if (step !== null) {
    const one = num.number(step);
    demand(one.n > 0n, "method", `${id}: the step is zero.`);
    const steps = num.over(most, one);
    demand(steps.n % steps.d === 0n, "method", `${id}: the most points are no multiple of the step.`);
  }
  const given = [...(formula?.rows ?? []).map((/** @type {any} */ row) => row[1]), formula?.least ?? "0"];
  const within = given.every((text) => num.order(num.number(text), most) <= 0);
  demand(within, "method", `${id}: the formula gives more points than there are.`);
}

/** @param {any} scheme refuse criteria that are no tree of sums */
function checkTree({ criteria, kind }) {
  const nodes = new Map(criteria.map((/** @type {any} */ row) => [row.id, row]));
  for (const { id, parent } of criteria) {
    const seen = new Set([id]);
    for (let above = parent; above !== null; above = nodes.get(above).parent) {
      demand(!seen.has(above) && nodes.get(above)?.kind === "group", "method", `${id} stands below no group.`);
      seen.add(above);
    }
  }
  const below = (/** @type {string|null} */ id) =>
    num.sum(
      criteria
        .filter((/** @type {any} */ { parent }) => parent === id)
        .map((/** @type {any} */ { max }) => num.number(max)),
    );
  for (const { id, max, kind: own } of criteria) {
    const same = own !== "group" || num.order(below(id), num.number(max)) === 0;
    demand(same, "method", `${id} is not the sum of what is below it.`);
  }
  const whole = kind === LOWEST ? num.ZERO : num.HUNDRED;
  demand(num.order(below(null), whole) === 0, "method", "The criteria do not sum to the whole.");
}

/** @param {any} scheme @param {string} id @returns {Set<string>} kinds at or below a criterion */
function kindsBelow(scheme, id) {
  const found = new Set();
  const open = [id];
  while (open.length > 0) {
    const at = open.pop();
    for (const row of scheme.criteria) {
      if (row.id === at) found.add(row.kind);
      if (row.parent === at) open.push(row.id);
    }
  }
  return found;
}

/** @param {any} scheme refuse a coefficient that is not the price formula's */
function checkCoefficient({ coefficient }, use) {
  demand((coefficient !== null) === (use !== "none"), "method", "The coefficient is not as it is used.");
  if (coefficient === null) return;
  const values = coefficient.values.map(num.number);
  const different = values.every((/** @type {num.Fraction} */ one, /** @type {number} */ n) =>
    values.slice(0, n).every((/** @type {num.Fraction} */ other) => num.order(one, other) !== 0),
  );
  const fits = values.every(
    (/** @type {num.Fraction} */ one) => one.n > 0n && (use !== "one-minus" || num.order(one, num.ONE) < 0),
  );
  demand(different && fits, "method", "The values of the coefficient do not fit.");
}

/** @param {any} scheme refuse what is no method @returns {any} it */
export function checkMethod(scheme) {
  schemeForm(scheme, "scheme");
  demand(distinct(scheme.criteria) && distinct(scheme.adjustments), "method", "An id occurs twice.");
  scheme.criteria.forEach(checkCriterion);
  checkTree(scheme);
  const prices = scheme.criteria.filter((/** @type {any} */ row) => row.kind === "price");
  demand(prices.length === (scheme.kind === LOWEST ? 0 : 1), "method", "Not exactly one price is scored.");
  const formula = prices[0]?.formula ?? {};
  checkCoefficient(scheme, formula.coefficient ?? "none");
  const weight = num.number(formula.ceiling_weight ?? "0");
  demand(num.order(weight, num.ONE) <= 0, "method", "The weight of the ceiling is above 1.");
  for (const { rule, of } of scheme.ties) {
    if (of === null) continue;
    const kinds = kindsBelow(scheme, of);
    const scored = scheme.aggregate.over === "criterion" || !kinds.has("judged");
    demand(rule === "score-higher" && kinds.size > 0 && scored, "method", `A tie rule cannot use ${of}.`);
  }
  return scheme;
}

/** @param {Uint8Array} bytes method.json, which T binds @returns {any} its method as data */
export function boundMethod(bytes) {
  const { method } = /** @type {any} */ (decode(bytes) ?? {});
  demand(
    typeof method === "object" && method !== null && Object.hasOwn(method, "scheme"),
    "method",
    "The method bound by T is not given as data: nothing can be recomputed.",
  );
  const scheme = checkMethod(method.scheme);
  for (const name of ["kind", "candidates", "coefficient"]) {
    const beside = Object.hasOwn(method, name) ? method[name] : null;
    demand(equal(encode(beside), encode(scheme[name])), "method", `Method and scheme differ in ${name}.`);
  }
  return scheme;
}
