/**
 * The closed list of draw events (section 15.2): the form of each body, and who signs it. Pools, problems and
 * plans are papers, not events; they have their forms where they are read.
 */
import { demand } from "./errors.js";
import * as form from "./forms.js";
import { COMMON, officerForm } from "./policy.js";

export const MAX_ROUNDS = 15;
const round = form.integer(0, MAX_ROUNDS);
const evs = form.list(form.hash, { by: (item) => item });
const answered = { header: form.hash, j: round, round: form.hash };

const shareForm = form.record({ i: form.integer(1, 32), c: form.hash, enc: form.bytes(80) });
const sealedRound = form.record({
  j: round,
  seed: form.hash,
  shares: form.list(shareForm, { by: (item) => item.i }),
});
const requiredForm = form.record({
  org: form.id,
  role: form.oneOf("owner", "platform", "supervisor"),
  spki: form.der,
});

const headerForm = form.record({
  ...COMMON,
  tender: form.place,
  lot: form.place,
  serial: form.integer(1, 99),
  prev: form.nullable(form.hash),
  cause: form.oneOf("", "short", "infeasible", "contributors", "officers", "order"),
  kept: evs,
  policy: form.hash,
  when: form.oneOf("after-opening", "before-opening"),
  pool: form.record({ epoch: form.integer(1), root: form.hash, count: form.integer(), rows: form.hash }),
  exclusions: form.record({ rows: form.hash, count: form.integer() }),
  problem: form.hash,
  plan: form.hash,
  rulepack: form.id,
  t: form.integer(1, 32),
  officers: form.list(officerForm, { least: 1, most: 32 }),
  gateway: form.bytes(32),
  required: form.list(requiredForm, { least: 1, most: 32, by: (item) => item.org }),
  open: form.oneOf("none", "bidders"),
  close_at: form.moment,
  reveal_at: form.moment,
  window_s: form.integer(1),
  release_s: form.integer(1),
  max_rounds: round,
  beacon: form.nullable(form.bytes(32)),
});

/** @type {form.Form} */
function header(value, where) {
  headerForm(value, where);
  form.counts(
    value.officers.map((/** @type {any} */ item) => item.i),
    `${where}.officers`,
    1,
  );
  const first = value.serial === 1;
  demand(
    first === (value.prev === null) && first === (value.cause === ""),
    "draw-serial",
    "Serial 1 has neither prev nor cause, every later one has both.",
  );
  demand(value.reveal_at >= value.close_at, "draw-times", "The draw is revealed before it closes.");
}

const contributionForm = form.record({
  ...COMMON,
  header: form.hash,
  id: form.bytes(16),
  nonce: form.bytes(16),
  org: form.id,
  signer: form.hash,
  rounds: form.list(sealedRound, { least: 1, most: MAX_ROUNDS + 1 }),
  client: form.id,
});

const endForm = form.record({
  ...COMMON,
  header: form.hash,
  outcome: form.oneOf("complete", "short"),
  cause: form.oneOf("", "short", "infeasible", "contributors", "officers"),
  missing: form.list(form.integer(1, 32), { by: (item) => item }),
  panel: evs,
});

/** @type {form.Form} */
function end(value, where) {
  endForm(value, where);
  const { outcome, cause, missing } = value;
  demand(
    (outcome === "complete") === (cause === ""),
    "draw-end",
    `${where}: what ended short has a cause, what is complete has none.`,
  );
  demand(
    (cause === "officers") === missing.length > 0 || cause === "contributors",
    "draw-end",
    `${where}: somebody is named if and only if that is the cause.`,
  );
}

/** @type {form.Form} */
function contribution(value, where) {
  contributionForm(value, where);
  form.counts(
    value.rounds.map((/** @type {any} */ item) => item.j),
    `${where}.rounds`,
    0,
  );
}

/** @param {Record<string, form.Form>} members @returns {form.Form} */
const named = (members) => form.record({ ...COMMON, ...members });

/** Form of each draw event's body. @type {Readonly<Record<string, form.Form>>} */
export const DRAW_BODIES = Object.freeze({
  "draw-header": header,
  "draw-postpone": named({ header: form.hash, close_at: form.moment, reason: form.text }),
  contribution,
  "draw-round": named({
    header: form.hash,
    j: form.integer(1, MAX_ROUNDS),
    prev: form.hash,
    events: form.hash,
    accepted: evs,
    removed: evs,
    plan: form.hash,
  }),
  "draw-commit": named({
    ...answered,
    leaf: form.integer(),
    officer: form.integer(1, 32),
    hash: form.hash,
    fails: evs,
  }),
  "draw-release": named({
    ...answered,
    leaf: form.integer(),
    officer: form.integer(1, 32),
    sealed: form.bytesBetween(48, 400000),
  }),
  "draw-result": named({
    ...answered,
    in: evs,
    out: evs,
    bad: evs,
    panel: form.hash,
    seats: form.integer(),
  }),
  "draw-event": named({
    header: form.hash,
    j: round,
    seat: form.hash,
    code: form.oneOf(
      "accepted",
      "declined",
      "no-answer",
      "recused",
      "disqualified",
      "unavailable",
      "no-show",
    ),
    at: form.moment,
    record: form.hash,
  }),
  "draw-reveal": named({ header: form.hash, gateway: form.bytes(32) }),
  "draw-end": end,
});
export const DRAW_KINDS = Object.freeze(Object.keys(DRAW_BODIES));

/**
 * Who must sign an event: an end that blames officers or contributors is the supervisor's word, too.
 * @param {string} kind @param {any} body
 * @returns {readonly string[]}
 */
export function drawSigners(kind, body) {
  const both = kind === "draw-end" && body.missing.length > 0;
  return both ? ["platform", "supervisor"] : DRAW_SIGNERS[/** @type {keyof typeof DRAW_SIGNERS} */ (kind)];
}

/** Roles that must sign each kind; a contribution is signed by its contributor, and void if it is not. */
export const DRAW_SIGNERS = Object.freeze({
  "draw-header": ["platform", "supervisor"],
  "draw-postpone": ["platform", "supervisor"],
  "draw-round": ["platform"],
  "draw-commit": ["officer"],
  "draw-release": ["officer"],
  "draw-result": ["platform"],
  "draw-event": ["platform"],
  "draw-reveal": ["platform"],
  "draw-end": ["platform"],
});

/** What a release holds under the gateway's key; `by` keeps every contribution to one share. */
export const withinForm = form.record({
  header: form.hash,
  j: round,
  shares: form.list(form.tuple(form.hash, form.text), { by: (item) => item[0] }),
});
