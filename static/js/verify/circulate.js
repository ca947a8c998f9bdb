/** Circulations with lower bounds in whole numbers, by Dinic's algorithm in the fixed order of section 14.3. */

/** Arcs and their reverses: arc 2i is the i-th added, 2i+1 its reverse. */
class Residual {
  /** @param {number} nodes */
  constructor(nodes) {
    /** @type {number[][]} arcs at each node, in the order they were added */
    this.lists = Array.from({ length: nodes }, () => []);
    /** @type {number[]} */
    this.heads = [];
    /** @type {bigint[]} capacity left */
    this.left = [];
  }

  /** @param {number} tail @param {number} head @param {bigint} capacity */
  add(tail, head, capacity) {
    this.lists[tail].push(this.heads.length);
    this.lists[head].push(this.heads.length + 1);
    this.heads.push(head, tail);
    this.left.push(capacity, 0n);
  }

  /** @param {number} source @returns {Int32Array} depth of each node, -1 where it cannot be reached */
  depths(source) {
    const depth = new Int32Array(this.lists.length).fill(-1);
    depth[source] = 0;
    const queue = [source];
    for (let at = 0; at < queue.length; at += 1) {
      for (const arc of this.lists[queue[at]]) {
        const head = this.heads[arc];
        if (this.left[arc] > 0n && depth[head] < 0) {
          depth[head] = depth[queue[at]] + 1;
          queue.push(head);
        }
      }
    }
    return depth;
  }

  /**
   * One path of a phase.
   * @param {number} source @param {number} sink @param {Int32Array} depth
   * @param {Int32Array} passed how many arcs of each node's list are passed over
   * @returns {bigint} what was pushed, 0 if the phase is over
   */
  augment(source, sink, depth, passed) {
    const path = [];
    let node = source;
    while (node !== sink) {
      const arc = this.lists[node][passed[node]];
      if (arc === undefined) {
        if (node === source) return 0n;
        node = this.heads[path.pop() ^ 1];
        passed[node] += 1;
      } else if (this.left[arc] > 0n && depth[this.heads[arc]] === depth[node] + 1) {
        path.push(arc);
        node = this.heads[arc];
      } else passed[node] += 1;
    }
    const pushed = path.reduce((least, arc) => (this.left[arc] < least ? this.left[arc] : least), this.left[path[0]]);
    for (const arc of path) {
      this.left[arc] -= pushed;
      this.left[arc ^ 1] += pushed;
    }
    return pushed;
  }

  /** @param {number} source @param {number} sink @returns {bigint} value of a largest flow */
  maximise(source, sink) {
    let total = 0n;
    for (let depth = this.depths(source); depth[sink] >= 0; depth = this.depths(source)) {
      const passed = new Int32Array(this.lists.length);
      for (let pushed = this.augment(source, sink, depth, passed); pushed > 0n; ) {
        total += pushed;
        pushed = this.augment(source, sink, depth, passed);
      }
    }
    return total;
  }
}

/**
 * The circulation that `circulate` of section 14.3 gives.
 * @param {{nodes: number, arcs: [number, number][]}} network @param {bigint[]} low @param {bigint[]} high
 * @returns {bigint[]|null} the value of each arc, null if there is no circulation
 */
export function circulate({ nodes, arcs }, low, high) {
  const residual = new Residual(nodes + 2);
  const excess = Array.from({ length: nodes }, () => 0n);
  arcs.forEach(([tail, head], at) => {
    residual.add(tail, head, high[at] - low[at]);
    excess[head] += low[at];
    excess[tail] -= low[at];
  });
  let wanted = 0n;
  excess.forEach((amount, node) => {
    if (amount > 0n) {
      residual.add(nodes, node, amount);
      wanted += amount;
    } else if (amount < 0n) residual.add(node, nodes + 1, -amount);
  });
  if (residual.maximise(nodes, nodes + 1) !== wanted) return null;
  return arcs.map((_, at) => low[at] + residual.left[2 * at + 1]);
}
