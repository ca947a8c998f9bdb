/** The policy of a lot: the form of its body, and what its members must say of one another. */
import * as form from "./forms.js";
import { demand } from "./errors.js";
import { COSIGNATURE, ED25519, parseVerifierKey } from "./notes.js";

export const VERSION = "sealedbid/v1";
export const SUITE = "cobblestone256-x25519";
export const SET_CHECK_SECONDS = 300;
const MAX_OFFICERS = 32;
const MAX_ENVELOPES = 8;

/** The two members that every body has first. */
export const COMMON = { v: form.oneOf(VERSION), suite: form.oneOf(SUITE) };

/** One officer of a policy, or of a draw. */
export const officerForm = form.record({
  i: form.integer(1, MAX_OFFICERS),
  org: form.id,
  name: form.id,
  person: form.hash,
  role: form.id,
  kem: form.oneOf("x25519"),
  pk: form.bytes(32),
  sig_key: form.der,
  cert: form.signature,
});

const source = form.record({
  kind: form.oneOf("tsa", "witness"),
  name: form.id,
  org: form.id,
  accuracy_ms: form.integer(),
});

export const policyForm = form.record({
  ...COMMON,
  tender: form.place,
  lot: form.place,
  prev: form.nullable(form.hash),
  envelopes: form.list(form.record({ e: form.integer(), name: form.id, open_at: form.moment }), {
    least: 1,
    most: MAX_ENVELOPES,
  }),
  t: form.integer(1, MAX_OFFICERS),
  officers: form.list(officerForm, { least: 1, most: MAX_OFFICERS }),
  factor: form.oneOf("none", "required"),
  remedy: form.text,
  close_at: form.moment,
  factor_until: form.nullable(form.moment),
  check_until: form.moment,
  release_until: form.moment,
  commit_s: form.integer(),
  min_checkpoint_s: form.integer(),
  rush_checkpoint_s: form.integer(),
  log: form.record({ origin: form.id, vkeys: form.list(form.string, { least: 1 }) }),
  witnesses: form.list(form.record({ vkey: form.string, org: form.id })),
  witness_quorum: form.integer(),
  time: form.record({ sources: form.list(source), k: form.integer(1) }),
  pad_floor: form.integer(4096),
  max_size: form.integer(),
  docs_root: form.hash,
  method: form.hash,
  rulepack: form.id,
  ceiling: form.nullable(form.decimal),
  min_bids: form.integer(1),
});

/**
 * @typedef {object} Times moments of the phases, POSIX seconds
 * @property {number} close_at @property {number[]} open_at by e @property {number|null} factor_until
 * @property {number} check_until @property {number} release_until
 */

/** @param {any} policy @returns {Times} the moments a policy begins with */
export function policyTimes(policy) {
  const { close_at, factor_until, check_until, release_until } = policy;
  return {
    close_at,
    open_at: policy.envelopes.map((item) => item.open_at),
    factor_until,
    check_until,
    release_until,
  };
}

/** @param {Times} times @returns {boolean} whether the phases follow each other */
export function inOrder(times) {
  const { close_at, factor_until, check_until, release_until } = times;
  const phases =
    factor_until === null
      ? [close_at, check_until, release_until]
      : [close_at, factor_until, check_until, release_until];
  return (
    phases.every((moment, index) => index === 0 || phases[index - 1] <= moment) &&
    check_until >= close_at + SET_CHECK_SECONDS &&
    times.open_at.every((moment) => moment >= close_at)
  );
}

/** @param {string} vkey @param {number} type @returns {Promise<import("./notes.js").VerifierKey>} */
export async function verifierKey(vkey, type) {
  const key = await parseVerifierKey(vkey);
  demand(key.type === type, "note-vkey", "A verifier key is of the wrong type.");
  return key;
}

/**
 * Refuse a policy whose members do not agree with each other.
 * @param {any} policy a body that has its form
 */
export async function checkPolicy(policy) {
  form.counts(
    policy.envelopes.map((item) => item.e),
    "policy.envelopes",
    0,
  );
  form.counts(
    policy.officers.map((item) => item.i),
    "policy.officers",
    1,
  );
  demand(
    (policy.factor === "none") === (policy.factor_until === null),
    "policy-factor",
    "The policy has a factor phase without a factor, or a factor without a phase.",
  );
  demand(inOrder(policyTimes(policy)), "policy-times", "The moments of the policy are out of order.");
  demand(Number.isInteger(Math.log2(policy.pad_floor)), "policy-floor", "pad_floor is not a power of two.");
  await Promise.all(policy.log.vkeys.map((vkey) => verifierKey(vkey, ED25519)));
  const witnesses = await Promise.all(policy.witnesses.map(({ vkey }) => verifierKey(vkey, COSIGNATURE)));
  const names = policy.time.sources.map((item) => item.name);
  demand(new Set(names).size === names.length, "policy-sources", "Two time sources have one name.");
  for (const { kind, name } of policy.time.sources) {
    demand(
      kind === "tsa" || witnesses.some((key) => key.name === name),
      "policy-sources",
      "A witness source is none of the policy's witnesses.",
    );
  }
}
