/**
 * The plan of a draw (sections 14.4 and 14.5): read, held to the problem it is for, and proved LEXIMIN by its
 * own cuts. Nothing is solved here; all numbers are whole.
 */
import { demand } from "../protocol/errors.js";
import * as form from "../protocol/forms.js";
import { circulate } from "./circulate.js";
import { classesOf, crosses, networkOf } from "./grouping.js";
import { WIDTH } from "./stream.js";

/** @typedef {import("./grouping.js").Network} Network */
/** @typedef {import("./grouping.js").Class} Class */
/** @typedef {{p: bigint, q: bigint}} Level a fraction in lowest terms */
/** @typedef {{classes: Class[], network: Network, over: bigint, flow: bigint[]}} Plan */

const WHOLE = /^(?:0|[1-9][0-9]*)$/;
const FRACTION = /^(0|[1-9][0-9]*)\/([1-9][0-9]*)$/;
/** Digits of a number: enough for every table that can be drawn from. */
const DIGITS = 400;

/** @type {form.Form} */
const wholeForm = (value, where) =>
  demand(
    typeof value === "string" && value.length <= DIGITS && WHOLE.test(value),
    "form",
    `${where} is not a decimal string.`,
  );
/** @type {form.Form} */
const levelForm = (value, where) =>
  demand(
    typeof value === "string" && value.length <= DIGITS && FRACTION.test(value),
    "form",
    `${where} is not a fraction.`,
  );
const rising = { by: (/** @type {number} */ item) => item };

const planForm = form.record({
  levels: form.list(levelForm),
  certificate: form.record({
    algorithm: form.oneOf("leximin-flow/1"),
    classes: form.list(
      form.record({ region: form.string, cap: form.integer(), employers: form.integer(1) }),
    ),
    kinds: form.list(
      form.record({
        class: form.integer(),
        specialties: form.list(form.string),
        marks: form.list(form.string, { most: 0 }),
        heads: form.integer(1),
        level: form.integer(),
      }),
    ),
    denominator: wholeForm,
    flow: form.list(wholeForm),
    cuts: form.list(form.record({ level: form.integer(), nodes: form.list(form.integer(), rising) })),
  }),
});

/** @param {bigint} a @param {bigint} b @returns {bigint} greatest common divisor */
function common(a, b) {
  return b === 0n ? a : common(b, a % b);
}

/** @param {boolean} condition @param {string} message @returns {asserts condition} */
function holds(condition, message) {
  demand(condition, "plan", message);
}

/** @param {string[]} texts @returns {Level[]} strictly ascending, in lowest terms, at most 1 */
function readLevels(texts) {
  const levels = texts.map((text) => {
    const [, p, q] = FRACTION.exec(text).map((item) => item);
    return { p: BigInt(p), q: BigInt(q) };
  });
  levels.forEach(({ p, q }, at) => {
    const before = levels[at - 1];
    holds(common(p, q) === 1n && p <= q, "A level is no probability in lowest terms.");
    holds(!before || before.p * q < p * before.q, "The levels do not ascend.");
  });
  return levels;
}

/** @param {any} stated @param {Class[]} classes @param {Network} network people are those of the problem */
function checkPeople(stated, classes, network) {
  const same =
    stated.classes.length === classes.length &&
    stated.kinds.length === network.kinds.length &&
    classes.every(
      ({ region, cap, employers }, at) =>
        stated.classes[at].region === region &&
        stated.classes[at].cap === cap &&
        stated.classes[at].employers === employers,
    ) &&
    network.kinds.every(({ at, kind }, n) => {
      const { class: place, specialties, heads } = stated.kinds[n];
      return place === at && heads === kind.heads && sameList(specialties, kind.specialties);
    });
  holds(same, "The classes of the plan are not those of the problem.");
}

/** @param {any[]} left @param {any[]} right @returns {boolean} */
function sameList(left, right) {
  return left.length === right.length && left.every((item, at) => item === right[at]);
}

/**
 * The table: the flow that follows from the levels, and only it.
 * @param {any} stated @param {Level[]} levels @param {Network} network
 * @returns {{over: bigint, flow: bigint[]}}
 */
function checkTable(stated, levels, network) {
  const over = levels.reduce((least, { q }) => (least / common(least, q)) * q, 1n);
  holds(over <= WIDTH, "The denominator is beyond 2^256: no stream serves it.");
  holds(stated.denominator === String(over), "The denominator is not the least common one of the levels.");
  const used = new Set(stated.kinds.map((/** @type {any} */ { level }) => level));
  holds(
    used.size === levels.length && [...used].every((level) => level < levels.length),
    "The levels are not exactly those of the kinds.",
  );
  const low = network.low.map((least) => least * over);
  const high = network.high.map((most) => most * over);
  network.kinds.forEach((_, n) => {
    const { p, q } = levels[stated.kinds[n].level];
    const at = network.firstKind + n;
    low[at] = (over / q) * p * network.high[at];
    high[at] = low[at];
  });
  const flow = circulate(network, low, high);
  holds(flow !== null, "No flow has these levels.");
  holds(sameList(stated.flow, flow.map(String)), "The flow is not the canonical one of its levels.");
  return { over, flow };
}

/**
 * Refuse unless a cut shows that its kinds have, on average, all that any panel could give them.
 * @param {{level: number, nodes: number[]}} cut @param {any[]} kinds as stated @param {Network} network
 * @param {{over: bigint, flow: bigint[]}} table
 * @returns {number[]} kinds it holds at its own level
 */
function heldBy({ level, nodes }, kinds, network, { over, flow }) {
  const inside = new Set(nodes);
  holds(
    nodes.every((node) => node < network.nodes),
    "A cut names a node there is not.",
  );
  const entering = [];
  let [most, held] = [0n, 0n];
  network.arcs.forEach(([tail, head], at) => {
    if (inside.has(tail) && !inside.has(head)) most += network.high[at];
    if (inside.has(tail) || !inside.has(head)) return;
    const kind = at - network.firstKind;
    if (kind >= 0 && kind < network.kinds.length) {
      entering.push(kind);
      held += flow[at];
    } else most -= network.low[at];
  });
  holds(held === most * over, "A cut does not show that nobody at its level could gain.");
  const levels = entering.map((kind) => kinds[kind].level);
  holds(
    levels.every((found) => found <= level) && levels.includes(level),
    "A cut is not about its level.",
  );
  return entering.filter((kind) => kinds[kind].level === level);
}

/** @param {any} stated @param {Level[]} levels @param {Network} network @param {any} table all kinds are held */
function checkCuts({ cuts, kinds }, levels, network, table) {
  const proved = new Set();
  cuts.forEach((/** @type {any} */ cut, /** @type {number} */ at) => {
    holds(cut.level < levels.length, "A cut is about no level.");
    holds(at === 0 || cuts[at - 1].level <= cut.level, "The cuts are not in the order of levels.");
    for (const kind of heldBy(cut, kinds, network, table)) proved.add(kind);
  });
  kinds.forEach((/** @type {any} */ { level }, /** @type {number} */ kind) => {
    const certain = levels[level].p === levels[level].q;
    holds(certain || proved.has(kind), `No cut holds kind ${kind} at its level.`);
  });
}

/** @param {import("./draw_problem.js").Problem} problem @returns {boolean} whether a panel keeps its rules */
export function hasPanel(problem) {
  const network = networkOf(problem, classesOf(problem));
  return circulate(network, network.low, network.high) !== null;
}

/**
 * Hold a plan to its problem.
 * @param {import("./draw_problem.js").Problem} problem @param {any} paper JSON value of the plan
 * @returns {Plan}
 */
export function checkPlan(problem, paper) {
  demand(!crosses(problem), "problem-crosses", "The rules of the problem cross; a draw cannot be made.");
  planForm(paper, "plan");
  const { levels: texts, certificate: stated } = paper;
  const classes = classesOf(problem);
  const network = networkOf(problem, classes);
  checkPeople(stated, classes, network);
  const levels = readLevels(texts);
  const table = checkTable(stated, levels, network);
  checkCuts(stated, levels, network, table);
  return { classes, network, ...table };
}
