/** From a plan and a seed to a panel (section 14.7): dependent rounding, then employers, then persons. */
import { inOrder } from "./draw_problem.js";
import { Stream } from "./stream.js";

/** @typedef {import("./certificate.js").Plan} Plan */
/** @typedef {{id: string, specialty: string}} Seat */

/** Values over a denominator that become whole, a cycle at a time. */
class Rounding {
  /** @param {Plan} plan @param {Stream} stream */
  constructor({ network, over, flow }, stream) {
    this.arcs = network.arcs;
    this.over = over;
    this.values = [...flow];
    this.stream = stream;
    /** @type {number[][]} arcs at each node that were fractional, in the order of arcs */
    this.at = Array.from({ length: network.nodes }, () => []);
    this.arcs.forEach((ends, arc) => {
      if (this.isFractional(arc)) for (const node of ends) this.at[node].push(arc);
    });
  }

  /** @param {number} arc */
  isFractional(arc) {
    return this.values[arc] % this.over !== 0n;
  }

  /** @param {number} node @param {number|undefined} last @returns {number|undefined} the arc to walk */
  first(node, last) {
    const arcs = this.at[node];
    while (arcs.length > 0 && !this.isFractional(arcs[0])) arcs.shift();
    return arcs.find((arc) => arc !== last && this.isFractional(arc));
  }

  /** @returns {Promise<bigint[]>} whole numbers by arc */
  async run() {
    for (let start = 0; start < this.at.length; start += 1) await this.walk(start);
    return this.values.map((value) => value / this.over);
  }

  /** @param {number} start walk until no fractional arc is left there */
  async walk(start) {
    const nodes = [start];
    const path = [];
    for (;;) {
      const node = nodes[nodes.length - 1];
      const arc = this.first(node, path[path.length - 1]);
      if (arc === undefined) return;
      const [tail, head] = this.arcs[arc];
      const other = tail === node ? head : tail;
      path.push(arc);
      const before = nodes.indexOf(other);
      if (before < 0) nodes.push(other);
      else {
        await this.move(path.slice(before), nodes.slice(before));
        path.length = before;
        nodes.length = before + 1;
      }
    }
  }

  /** @param {number[]} cycle @param {number[]} nodes where each arc of it is walked from */
  async move(cycle, nodes) {
    const forwards = cycle.map((arc, index) => this.arcs[arc][0] === nodes[index]);
    const part = cycle.map((arc) => this.values[arc] % this.over);
    const rooms = (/** @type {boolean} */ way) =>
      part.map((r, index) => (forwards[index] === way ? this.over - r : r)).reduce((a, b) => (b < a ? b : a));
    const [alpha, beta] = [rooms(true), rooms(false)];
    const step = (await this.stream.below(alpha + beta)) < beta ? alpha : -beta;
    cycle.forEach((arc, index) => {
      this.values[arc] += forwards[index] ? step : -step;
    });
  }
}

/**
 * Persons for whole numbers by (kind, specialty).
 * @param {Plan} plan @param {bigint[]} values by arc @param {Stream} stream
 * @returns {Promise<Seat[]>}
 */
async function persons({ classes, network }, values, stream) {
  /** @type {{inClass: number, specialty: string}[][]} members of each class */
  const members = classes.map(() => []);
  network.pairs.forEach(({ kind, specialty }, n) => {
    const { at, inClass } = network.kinds[kind];
    for (let left = values[network.firstPair + n]; left > 0n; left -= 1n) members[at].push({ inClass, specialty });
  });
  const panel = [];
  for (const [at, entries] of members.entries()) {
    if (entries.length === 0) continue;
    const { employers, kinds } = classes[at];
    const chosen = await stream.sample(employers, Math.min(employers, entries.length));
    /** @type {Map<string, {employer: number, inClass: number, specialties: string[]}>} */
    const groups = new Map();
    entries.forEach(({ inClass, specialty }, index) => {
      const employer = chosen[index % employers];
      const key = `${employer}/${inClass}`;
      if (!groups.has(key)) groups.set(key, { employer, inClass, specialties: [] });
      groups.get(key).specialties.push(specialty);
    });
    for (const { employer, inClass, specialties } of groups.values()) {
      const ids = kinds[inClass].ids[employer];
      const drawn = await stream.sample(ids.length, specialties.length);
      drawn.forEach((one, index) => panel.push({ id: ids[one], specialty: specialties[index] }));
    }
  }
  return panel;
}

/**
 * The panel which a seed and a label give.
 * @param {Plan} plan @param {Uint8Array} seed @param {string} label
 * @returns {Promise<Seat[]>} by specialty and id
 */
export async function draw(plan, seed, label) {
  const stream = await Stream.of(seed, label);
  const whole = await new Rounding(plan, stream).run();
  const panel = await persons(plan, whole, stream);
  return panel.sort((a, b) => inOrder(a.specialty, b.specialty) || inOrder(a.id, b.id));
}
