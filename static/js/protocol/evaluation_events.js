/**
 * Events of the chain (tender, lot, "eval"), section 16.7: what a panel does. Their forms, and who signs them.
 */
import { ProtocolError } from "./errors.js";
import * as form from "./forms.js";
import { COMMON } from "./policy.js";

const KEY = /^[A-Za-z0-9._-]{1,40}$/;
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,6})?$/;
const MAX_ROWS = 1000;
const MAX_LINE = 20000;

/** @param {RegExp} pattern @param {string} what @returns {form.Form} */
const matching = (pattern, what) => (value, where) => {
  if (typeof value !== "string" || !pattern.test(value))
    throw new ProtocolError("form", `${where} is not ${what}.`);
};

/** Id of a criterion, an adjustment, a choice. */
export const key = matching(KEY, "an id of an evaluation");
/** A number of an evaluation (16.1). */
export const decimal = matching(DECIMAL, "a decimal");

/** @param {number} least @param {number} most @returns {form.Form} a text of so many code points */
const textOf = (least, most) => (value, where) => {
  const length = typeof value === "string" ? [...value].length : -1;
  if (length < least || length > most)
    throw new ProtocolError("form", `${where} is not a text of ${least} to ${most} characters.`);
};

const seat = form.integer(1, 32);
const round = form.integer(1, 9);
const e = form.integer(0, 7);
const ev = form.hash;
const first = { by: (/** @type {any} */ row) => row[0] };
const rising = { by: (/** @type {any} */ item) => item };
const byBid = { most: MAX_ROWS, by: (/** @type {any} */ row) => row.bid };

const seated = form.record({
  seat,
  kind: form.oneOf("expert", "owner", "special", "substitute"),
  person: form.hash,
  sig_key: form.der,
});
const evaluated = form.record({
  bid: ev,
  line: textOf(0, MAX_LINE),
  price: decimal,
  correction: form.text,
  quantities: form.list(form.tuple(key, key), { most: MAX_ROWS, ...first }),
  adjustments: form.list(form.tuple(key, decimal), { most: 100, ...first }),
});
const marked = form.record({ bid: ev, marks: form.list(form.tuple(key, decimal), { most: MAX_ROWS }) });
const ranked = form.record({ bid: ev, rank: form.integer(1), value: decimal });

const GROUNDS = [
  "unsigned",
  "no-consortium-agreement",
  "unqualified",
  "two-bids",
  "below-cost",
  "over-ceiling",
  "not-responsive",
  "collusion",
  "document",
];

/** Members of each body beside v, suite and policy. */
const MEMBERS = {
  panel: {
    replaces: form.nullable(ev),
    members: form.list(seated, { least: 1, most: 32, by: (row) => row.seat }),
    reason: form.text,
  },
  "evaluation-facts": {
    replaces: form.nullable(ev),
    coefficient: form.nullable(decimal),
    bids: form.list(evaluated, byBid),
  },
  rejection: {
    seat,
    bid: ev,
    ground: form.oneOf(...GROUNDS),
    article: form.id,
    clause: form.id,
    page: form.id,
    quote: form.nullable(form.hash),
    reason: textOf(1, 2000),
  },
  "rejection-void": { seat, rejection: ev, reason: textOf(1, 2000) },
  "clarification-question": { seat, bid: ev, e, text: form.text, until: form.moment },
  "clarification-answer": { question: ev, bid: ev, e, text: form.text, files: form.list(form.hash) },
  "blind-question": { seat, label: form.hash, e: form.integer(1, 7), text: form.text, until: form.moment },
  "blind-label": { label: form.hash, bid: ev, name: form.id, nonce: form.hash },
  "sheet-lock": { seat, round, hash: ev, reason: form.text },
  "score-sheet": {
    facts: ev,
    seat,
    round,
    nonce: form.hash,
    rows: form.list(marked, byBid),
    reasons: form.list(form.record({ bid: ev, criterion: key, note: form.hash })),
  },
  "evaluation-report": {
    panel: ev,
    facts: ev,
    replaces: form.nullable(ev),
    seat,
    sheets: form.list(ev, rising),
    rejections: form.list(ev, rising),
    votes: form.list(form.list(ev, { least: 2 }), { most: 100 }),
    inputs: form.hash,
    result: form.hash,
    ranking: form.list(ranked),
    candidates: form.list(ev),
  },
  "report-sign": {
    report: ev,
    seat,
    stance: form.oneOf("agree", "dissent"),
    note: form.nullable(form.hash),
  },
  "report-silence": { report: ev, seat, reason: form.text },
};

/** What two members of one body must say of each other. @type {Record<string, (body: any) => boolean>} */
const TOGETHER = {
  "sheet-lock": (body) => (body.round === 1) === (body.reason === ""),
  "report-sign": (body) => (body.stance === "agree") === (body.note === null),
};

export const EVALUATION_KINDS = Object.freeze(Object.keys(MEMBERS));

/** Form of each kind's body. @type {Record<string, form.Form>} */
export const EVALUATION_BODIES = Object.fromEntries(
  Object.entries(MEMBERS).map(([kind, members]) => {
    const whole = form.record({ ...COMMON, policy: form.hash, ...members });
    /** @type {form.Form} */
    const fits = (value, where) => {
      whole(value, where);
      if (TOGETHER[kind] && !TOGETHER[kind](value))
        throw new ProtocolError("form", `${where} holds members which contradict each other.`);
    };
    return [kind, fits];
  }),
);

/** Roles that sign; "seat" is the key which a panel of the chain gives the seat named. */
export const EVALUATION_SIGNERS = Object.freeze({
  ...Object.fromEntries(EVALUATION_KINDS.map((kind) => [kind, ["seat"]])),
  panel: ["owner", "supervisor"],
  "evaluation-facts": ["platform"],
  "report-silence": ["platform"],
  "blind-label": ["platform"],
  "clarification-answer": ["bidder"],
});
