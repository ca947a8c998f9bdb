/** Experts whom the rules cannot tell apart (section 14.2), and the network of what panels there are (14.3). */
import { hex } from "../protocol/bytes.js";
import { encode } from "../protocol/canonical.js";
import { inOrder, listsInOrder, roomOf } from "./draw_problem.js";

/** @typedef {import("./draw_problem.js").Problem} Problem */
/** @typedef {{specialties: string[], heads: number, ids: string[][]}} Kind ids by employer of the class */
/** @typedef {{region: string, cap: number, employers: number, kinds: Kind[]}} Class */
/**
 * @typedef {object} Network
 * @property {number} nodes how many @property {[number, number][]} arcs tail and head
 * @property {bigint[]} low @property {bigint[]} high bounds of each arc
 * @property {number} firstKind place of the first arc from class to kind
 * @property {number} firstPair place of the first arc from kind to specialty
 * @property {number} firstSeat place of the first arc from specialty to sink
 * @property {{at: number, inClass: number, kind: Kind}[]} kinds class and place in it, in the order of arcs
 * @property {{kind: number, specialty: string}[]} pairs in the order of arcs
 */

/** @param {Problem} problem @returns {(skills: string[]) => string[]} the specialties that are asked for */
function asking({ seats }) {
  return (skills) => skills.filter((name) => (seats.get(name) ?? 0) > 0);
}

/** @param {Problem} problem @returns {boolean} whether the rules cross: there is no network of them */
export function crosses(problem) {
  if (problem.cap === null || problem.regions.size === 0) return false;
  const asked = asking(problem);
  /** @type {Map<string, {heads: number, places: Set<string>}>} */
  const found = new Map();
  for (const { specialties, employer, region } of problem.experts) {
    if (asked(specialties).length === 0) continue;
    const one = found.get(employer) ?? { heads: 0, places: new Set() };
    one.heads += 1;
    one.places.add(problem.regions.has(region) ? region : "");
    found.set(employer, one);
  }
  return [...found].some(([name, { heads, places }]) => places.size > 1 && heads > roomOf(problem, name));
}

/**
 * Employers (of one region) with their kinds.
 * @param {Problem} problem
 * @returns {{region: string, employer: string, kinds: {specialties: string[], ids: string[]}[]}[]}
 */
function employersOf(problem) {
  const asked = asking(problem);
  /** @type {Map<string, {region: string, employer: string, kinds: Map<string, any>}>} */
  const found = new Map();
  for (const { id, specialties, employer, region } of problem.experts) {
    const skills = asked(specialties);
    if (skills.length === 0) continue;
    const place = problem.regions.has(region) ? region : "";
    const who = problem.cap === null ? "" : employer;
    const key = JSON.stringify([place, who]);
    if (!found.has(key)) found.set(key, { region: place, employer: who, kinds: new Map() });
    const { kinds } = found.get(key);
    const kind = JSON.stringify(skills);
    if (!kinds.has(kind)) kinds.set(kind, { specialties: skills, ids: [] });
    kinds.get(kind).ids.push(id);
  }
  return [...found.values()].map(({ region, employer, kinds }) => ({
    region,
    employer,
    kinds: [...kinds.values()].sort((a, b) => listsInOrder(a.specialties, b.specialties)),
  }));
}

/**
 * The classes of a problem whose rules do not cross.
 * @param {Problem} problem
 * @returns {Class[]}
 */
export function classesOf(problem) {
  /** @type {Map<string, {region: string, cap: number, members: any[]}>} by canonical JSON, in hex: it sorts as bytes do */
  const found = new Map();
  for (const { region, employer, kinds } of employersOf(problem)) {
    const heads = kinds.reduce((sum, { ids }) => sum + ids.length, 0);
    const cap = Math.min(heads, roomOf(problem, employer));
    const shape = kinds.map(({ specialties, ids }) => [specialties, [], ids.length]);
    const key = hex(encode([region, cap, shape]));
    if (!found.has(key)) found.set(key, { region, cap, members: [] });
    found.get(key).members.push({ employer, kinds });
  }
  const keys = [...found.keys()].sort();
  return keys.map((key) => {
    const { region, cap, members } = found.get(key);
    members.sort((a, b) => inOrder(a.employer, b.employer));
    const kinds = members[0].kinds.map((/** @type {any} */ { specialties, ids }, /** @type {number} */ at) => ({
      specialties,
      heads: ids.length,
      ids: members.map((one) => one.kinds[at].ids),
    }));
    return { region, cap, employers: members.length, kinds };
  });
}

/**
 * The network of a problem: arcs in the order of 14.3.
 * @param {Problem} problem @param {Class[]} classes
 * @returns {Network}
 */
export function networkOf({ seats, regions }, classes) {
  const asked = [...seats].filter(([, n]) => n > 0).sort(([a], [b]) => inOrder(a, b));
  const bounded = [...regions].sort(([a], [b]) => inOrder(a, b));
  const kinds = classes.flatMap((one, at) => one.kinds.map((kind, inClass) => ({ at, inClass, kind })));
  const pairs = kinds.flatMap(({ kind: { specialties } }, kind) =>
    specialties.map((specialty) => ({ kind, specialty })),
  );
  const firstClass = 1 + bounded.length;
  const firstKindNode = firstClass + classes.length;
  const firstSpecialty = firstKindNode + kinds.length;
  const sink = firstSpecialty + asked.length;
  const regionNode = new Map(bounded.map(([name], at) => [name, at + 1]));
  const seatNode = new Map(asked.map(([name], at) => [name, firstSpecialty + at]));
  const total = asked.reduce((sum, [, n]) => sum + BigInt(n), 0n);
  const heads = ({ at, kind }) => BigInt(classes[at].employers) * BigInt(kind.heads);
  /** @type {[number, number, bigint, bigint][]} */
  const rows = [
    ...bounded.map(([, [least, most]], at) => [0, at + 1, BigInt(least), BigInt(most)]),
    ...classes.map(({ region, cap, employers }, at) => {
      const tail = region === "" ? 0 : regionNode.get(region);
      return [tail, firstClass + at, 0n, BigInt(employers) * BigInt(cap)];
    }),
    ...kinds.map((one, n) => [firstClass + one.at, firstKindNode + n, 0n, heads(one)]),
    ...pairs.map(({ kind, specialty }) => [
      firstKindNode + kind,
      seatNode.get(specialty),
      0n,
      heads(kinds[kind]),
    ]),
    ...asked.map(([, n], at) => [firstSpecialty + at, sink, BigInt(n), BigInt(n)]),
    [sink, 0, total, total],
  ];
  const firstKind = bounded.length + classes.length;
  return {
    nodes: sink + 1,
    arcs: rows.map(([tail, head]) => [tail, head]),
    low: rows.map(([, , least]) => least),
    high: rows.map(([, , , most]) => most),
    firstKind,
    firstPair: firstKind + kinds.length,
    firstSeat: firstKind + kinds.length + pairs.length,
    kinds,
    pairs,
  };
}
