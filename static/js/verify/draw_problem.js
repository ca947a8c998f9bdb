/** What is asked of a draw (section 14.1): reading a problem, and what a replacement round is left with. */
import { demand } from "../protocol/errors.js";

/** @typedef {[number, number]} Bounds least and most */
/** @typedef {{id: string, specialties: string[], employer: string, region: string}} Expert */
/**
 * @typedef {object} Problem
 * @property {Map<string, number>} seats by specialty @property {Expert[]} experts by id
 * @property {number|null} cap most members of one employer, null for any number
 * @property {Map<string, Bounds>} regions bounds by region
 * @property {Map<string, number>} taken seats which an employer's accepted experts hold already
 */

const UNPRINTABLE = /[\p{C}\p{Z}]/u;

/** @param {string} left @param {string} right @returns {number} order by UTF-8 bytes (code points) */
export function inOrder(left, right) {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at += 1) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (a !== b) return place(a) - place(b);
  }
  return left.length - right.length;
}

/** @param {number} unit of UTF-16 @returns {number} surrogates behind all others */
function place(unit) {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** @param {string[]} left @param {string[]} right @returns {number} order of lists, a beginning first */
export function listsInOrder(left, right) {
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const found = inOrder(left[at], right[at]);
    if (found !== 0) return found;
  }
  return left.length - right.length;
}

/** @param {boolean} condition @param {string} where @param {string} what @returns {asserts condition} */
function fits(condition, where, what) {
  demand(condition, "problem", `${where} is not ${what}.`);
}

/** @param {any} value @param {string} where @returns {string} */
function text(value, where) {
  const good =
    typeof value === "string" &&
    value.length > 0 &&
    [...value].length <= 200 &&
    value.normalize("NFC") === value &&
    !UNPRINTABLE.test(value.replaceAll(" ", ""));
  fits(good, where, "a text of 1 to 200 printable characters");
  return value;
}

/** @param {any} value @param {string} where @returns {number} */
function count(value, where) {
  fits(Number.isSafeInteger(value) && value >= 0, where, "a whole number of 0 or more");
  return value;
}

/** @param {any} value @param {string} where @returns {Bounds} */
function bounds(value, where) {
  fits(Array.isArray(value) && value.length === 2, where, "a list of least and most");
  const [least, most] = [count(value[0], where), count(value[1], where)];
  fits(least <= most, where, "a list of least and most");
  return [least, most];
}

/** @param {any} value @param {string} where */
function object(value, where) {
  fits(typeof value === "object" && value !== null && !Array.isArray(value), where, "an object");
}

/**
 * @template T
 * @param {any} value @param {string} where @param {(item: any, where: string) => T} part
 * @returns {Map<string, T>} by name, ascending
 */
function mapping(value, where, part) {
  object(value, where);
  const names = Object.keys(value).sort(inOrder);
  return new Map(names.map((name) => [text(name, where), part(value[name], `${where}.${name}`)]));
}

/** @param {any} value @param {string} where @param {string[]} known */
function members(value, where, known) {
  object(value, where);
  for (const name of Object.keys(value)) fits(known.includes(name), `${where}.${name}`, "a member known here");
}

/** @param {any} row @param {string} where @param {Set<string>} needed @returns {Expert} */
function expert(row, where, needed) {
  object(row, where);
  for (const name of ["id", "specialties", ...needed])
    fits(Object.hasOwn(row, name), `${where}.${name}`, "there");
  fits(Array.isArray(row.specialties), `${where}.specialties`, "a list");
  const skills = row.specialties.map((/** @type {any} */ item) => text(item, `${where}.specialties`));
  fits(new Set(skills).size === skills.length, `${where}.specialties`, "a list of different specialties");
  const maybe = (/** @type {string} */ name) =>
    needed.has(name) || (row[name] ?? null) !== null ? text(row[name], `${where}.${name}`) : "";
  return {
    id: text(row.id, `${where}.id`),
    specialties: skills.sort(inOrder),
    employer: maybe("employer"),
    region: maybe("region"),
  };
}

/**
 * Read a problem without quotas.
 * @param {any} value a JSON value
 * @returns {Problem}
 */
export function readProblem(value) {
  members(value, "problem", ["seats", "caps", "quotas", "experts"]);
  for (const name of ["seats", "experts"]) fits(Object.hasOwn(value, name), `problem.${name}`, "there");
  const seats = mapping(value.seats, "seats", count);
  fits([...seats.values()].some((n) => n > 0), "seats", "a place to draw for");
  const caps = value.caps === undefined ? {} : value.caps;
  members(caps, "caps", ["employer", "region", "taken"]);
  const cap = caps.employer === undefined ? null : count(caps.employer, "caps.employer");
  const regions = mapping(caps.region === undefined ? {} : caps.region, "caps.region", bounds);
  const taken = mapping(caps.taken === undefined ? {} : caps.taken, "caps.taken", count);
  const quotas = mapping(value.quotas === undefined ? {} : value.quotas, "quotas", () => null);
  demand(quotas.size === 0, "problem-crosses", "The problem has quotas; a draw has none.");
  const needed = new Set([...(cap === null ? [] : ["employer"]), ...(regions.size > 0 ? ["region"] : [])]);
  fits(Array.isArray(value.experts), "experts", "a list");
  const experts = value.experts.map((/** @type {any} */ row, /** @type {number} */ at) =>
    expert(row, `experts[${at}]`, needed),
  );
  fits(new Set(experts.map(({ id }) => id)).size === experts.length, "experts", "a list of different ids");
  experts.sort((/** @type {Expert} */ a, /** @type {Expert} */ b) => inOrder(a.id, b.id));
  return { seats, experts, cap, regions, taken };
}

/** @param {Problem} problem @param {string} employer @returns {number} how many more may sit */
export function roomOf({ cap, taken }, employer) {
  return cap === null ? Infinity : Math.max(0, cap - (taken.get(employer) ?? 0));
}

/** @param {string[]} names @returns {Map<string, number>} how often each occurs */
function counted(names) {
  const found = new Map();
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}

/**
 * What is left once some have accepted and others are out; refused if the accepted alone break a rule.
 * @param {Problem} problem
 * @param {Map<string, string>} accepted specialty of the seat by expert @param {Set<string>} removed
 * @returns {Problem}
 */
export function residual(problem, accepted, removed) {
  const broken = "Those who accepted break a rule of the problem.";
  const sitting = problem.experts.filter(({ id }) => accepted.has(id));
  demand(sitting.length === accepted.size, "residual", "Somebody who accepted is not in the problem.");
  const used = counted([...accepted.values()]);
  const places = counted(sitting.map(({ region }) => region));
  const held = counted(sitting.map(({ employer }) => employer));
  for (const { id, specialties } of sitting)
    demand(specialties.includes(accepted.get(id)), "residual", broken);
  for (const [name, n] of used) demand(n <= (problem.seats.get(name) ?? -1), "residual", broken);
  for (const [name, n] of held) demand(n <= roomOf(problem, name), "residual", broken);
  for (const [name, n] of places)
    demand(n <= (problem.regions.get(name)?.[1] ?? Infinity), "residual", broken);
  const taken = new Map(problem.taken);
  if (problem.cap !== null) for (const [name, n] of held) taken.set(name, (taken.get(name) ?? 0) + n);
  const net = (/** @type {[string, Bounds]} */ [name, [least, most]]) => {
    const n = places.get(name) ?? 0;
    return /** @type {[string, Bounds]} */ ([name, [Math.max(0, least - n), most - n]]);
  };
  return {
    ...problem,
    taken,
    seats: new Map([...problem.seats].map(([name, n]) => [name, n - (used.get(name) ?? 0)])),
    regions: new Map([...problem.regions].map(net)),
    experts: problem.experts.filter(({ id }) => !accepted.has(id) && !removed.has(id)),
  };
}
