/** Times in force (section 6.1): the policy's moments, as postponements and closes moved them. */
import { inOrder, policyTimes } from "../protocol/policy.js";

/** @typedef {import("./bundle.js").Event} Event */
/** @typedef {import("../protocol/policy.js").Times} Times */

const EXCUSE_SECONDS = 60;
const EXCUSE_UNTIL_SECONDS = 86400;

/**
 * What postponing is judged by.
 * @typedef {object} TimeScene
 * @property {(moment: number) => number} sizeAt N(x)
 * @property {import("./statements.js").Statement[]} statements
 * @property {number} k
 * @property {number} firstCommit leaf of the first release-commit, Infinity if none
 * @property {number} firstRelease leaf of the first release, Infinity if none
 */

/** @param {Times} times @returns {(number|null)[]} all moments in one order */
function moments({ close_at, open_at, factor_until, check_until, release_until }) {
  return [close_at, ...open_at, factor_until, check_until, release_until];
}

/**
 * Whether a postponement may move the times it moves.
 * @param {Times} now @param {Times} next @param {number} leaf of the postponement @param {TimeScene} scene
 * @returns {boolean}
 */
function isValid(now, next, leaf, scene) {
  const [before, after] = [moments(now), moments(next)];
  const fits =
    before.length === after.length &&
    (now.factor_until === null) === (next.factor_until === null) &&
    inOrder(next) &&
    after.every((moment, index) => moment === null || moment >= before[index]);
  const moved = before.filter((moment, index) => moment !== after[index]);
  if (!fits || moved.length === 0) return false;
  if (leaf < scene.sizeAt(now.close_at)) return true;
  const spoke = new Set(
    scene.statements
      .filter(({ upper }) => upper >= (now.close_at - EXCUSE_SECONDS) * 1000 && upper <= now.close_at * 1000)
      .map(({ source }) => source),
  );
  const excused =
    spoke.size < scene.k &&
    leaf < scene.firstCommit &&
    leaf < scene.sizeAt(now.close_at + EXCUSE_UNTIL_SECONDS);
  if (excused) return true;
  return (
    next.close_at === now.close_at &&
    leaf < scene.firstRelease &&
    moved.every((moment) => leaf < scene.sizeAt(moment))
  );
}

/**
 * Follow the times of one policy along the chain.
 * @param {any} policy @param {Event[]} events postpone and close events naming it, by leaf
 * @param {TimeScene} scene
 * @returns {{times: Times, invalid: Event[], atClose: Map<Event, Times>}} atClose: the times each close found
 */
export function timesInForce(policy, events, scene) {
  let times = policyTimes(policy);
  const invalid = [];
  const atClose = new Map();
  for (const event of events) {
    const { body } = event;
    if (event.kind === "postpone") {
      const { close_at, open_at, factor_until, check_until, release_until } = body;
      const next = { close_at, open_at, factor_until, check_until, release_until };
      if (isValid(times, next, event.leaf, scene)) times = next;
      else invalid.push(event);
    } else {
      atClose.set(event, times);
      times = {
        ...times,
        check_until: Math.max(times.check_until, body.check_until),
        factor_until:
          times.factor_until === null ? null : Math.max(times.factor_until, body.factor_until ?? 0),
      };
    }
  }
  return { times, invalid, atClose };
}
