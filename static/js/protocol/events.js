/**
 * The closed list of event kinds (section 4): the form of each body, who signs it, and how an event is
 * named and signed.
 */
import { AWARD_BODIES, AWARD_SIGNERS } from "./award_events.js";
import { hex } from "./bytes.js";
import { encode } from "./canonical.js";
import { DRAW_BODIES } from "./draw_events.js";
import { pae, sign } from "./dsse.js";
import { ProtocolError } from "./errors.js";
import { EVALUATION_BODIES, EVALUATION_SIGNERS } from "./evaluation_events.js";
import * as form from "./forms.js";
import { sha256, tagged } from "./hashing.js";
import { COMMON, policyForm, SUITE, VERSION } from "./policy.js";

const e = form.integer(0, 7);
const officer = form.integer(1, 32);
const ev = form.hash;
const until = { factor_until: form.nullable(form.moment), check_until: form.moment };
const tender = { tender: form.place, lot: form.place };
const seedOrNull = form.nullable(form.bytes(32));
const byEvent = { by: (/** @type {any} */ item) => item.ev };
const byBid = { by: (/** @type {any} */ item) => item.bid };
const byEnvelope = { by: (/** @type {any} */ item) => item.e };
const rising = { by: (/** @type {any} */ item) => item };

export const VERDICTS = Object.freeze([
  "STALE",
  "LATE",
  "SUPERSEDED",
  "WITHDRAWN",
  "SET_ASIDE",
  "FACTOR_MISSING",
  "NOT_OPENABLE",
  "BAD_DEALING",
  "PLATFORM_FAULT",
  "BAD_CONTENT",
  "OPENED",
]);

export const tokensForm = form.list(form.record({ source: form.id, token: form.bytesBetween(1, 1 << 16) }), {
  by: (item) => item.source,
});
export const pathForm = form.list(form.hash);

export const receiptForm = form.record({
  body: form.record({
    ...COMMON,
    policy: form.hash,
    kind: form.string,
    ev,
    bid: form.nullable(form.bytes(16)),
    r: form.hash,
    link: form.hash,
    sigs: form.hash,
    leaf: form.integer(),
    note: form.string,
    path: pathForm,
    tokens: tokensForm,
  }),
  signatures: form.signatures,
});

const envelopeForm = form.record({
  e,
  ct_root: form.hash,
  size: form.integer(),
  seed: form.hash,
  factor: form.nullable(form.hash),
  shares: form.list(form.record({ i: officer, c: form.hash, enc: form.bytes(80) }), { by: (item) => item.i }),
});

/** What a share of a release may be. @type {form.Form} */
const shareOrFail = (value, where) => {
  if (value !== "FAIL") form.bytes(32)(value, where);
};

/** Members of each body beside v and suite; T as `policy` unless said otherwise. */
const CHAIN = {
  bid: {
    bid: form.bytes(16),
    nonce: form.bytes(16),
    org: form.id,
    signer: form.hash,
    replaces: form.nullable(ev),
    envelopes: form.list(envelopeForm, byEnvelope),
    client: form.id,
  },
  withdraw: { target: ev },
  postpone: {
    close_at: form.moment,
    open_at: form.list(form.moment),
    ...until,
    release_until: form.moment,
    reason: form.text,
  },
  addendum: { docs: form.list(form.hash), note: form.text },
  incident: { code: form.id, from: form.moment, to: form.moment, note: form.text },
  close: {
    n_close: form.integer(),
    bids: form.list(form.record({ ev, leaf: form.integer() }), byEvent),
    set_root: form.hash,
    ...until,
    replaces: form.nullable(ev),
  },
  factor: { bid: ev, factors: form.list(form.record({ e, b: form.bytes(32) }), byEnvelope) },
  "factor-end": { close: ev, factors: form.list(form.record({ bid: ev, factor: ev }), byBid) },
  "set-objection": { receipt: receiptForm },
  seed: { bid: ev, e, s: form.bytes(32) },
  decision: { e, bid: ev, outcome: form.oneOf("set-aside"), reason: form.text, name: form.id },
  "release-commit": { e, officer, close: ev, hash: ev, fails: form.list(ev, rising) },
  release: {
    e,
    officer,
    close: ev,
    set_root: form.hash,
    shares: form.list(form.tuple(ev, shareOrFail), { by: (item) => item[0] }),
  },
  absent: { e, officer, reason: form.text },
  result: {
    e,
    close: ev,
    rows: form.list(
      form.record({ bid: ev, verdict: form.oneOf(...VERDICTS), seed: seedOrNull, plain: seedOrNull }),
      byBid,
    ),
  },
  attribution: {
    bid: ev,
    finding: form.oneOf("revoked", "withdrawn", "platform"),
    reason: form.text,
    evidence: form.list(form.hash, rising),
    by: form.id,
  },
  "open-end": { close: ev, results: form.list(form.tuple(e, ev), { by: (item) => item[0] }) },
  failed: { reason: form.id },
  cancelled: { reason: form.text },
};

const KEYS = {
  "officer-key": { ...tender, i: officer, pk: form.bytes(32), sig_key: form.der },
  dryrun: {
    ...tender,
    i: officer,
    pk: form.bytes(32),
    stage: form.oneOf("publish", "eve"),
    answer: form.hash,
    tool: form.oneOf("offline", "browser"),
  },
  "signer-key": { org: form.id, name: form.id, spki: form.der },
  "key-loss": { org: form.id, old: form.der, new: form.der, evidence: form.hash },
};

/** @type {Record<string, form.Form>} */
const BODIES = {
  policy: policyForm,
  ...EVALUATION_BODIES,
  ...Object.fromEntries(
    Object.entries(CHAIN).map(([kind, members]) => [
      kind,
      form.record({ ...COMMON, policy: form.hash, ...members }),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(KEYS).map(([kind, members]) => [kind, form.record({ ...COMMON, ...members })]),
  ),
  ...DRAW_BODIES,
  ...AWARD_BODIES,
};

export const CHAIN_KINDS = Object.freeze(["policy", ...Object.keys(CHAIN)]);
export const KEY_KINDS = Object.freeze(Object.keys(KEYS));
/** Kinds whose files may have 16 MiB instead of 1 MiB. */
export const LARGE_KINDS = Object.freeze([
  "close",
  "factor-end",
  "release-commit",
  "release",
  "result",
  "evaluation-facts",
  "score-sheet",
]);
/** Kinds that the public edition withholds for later envelopes. */
export const WITHHELD_KINDS = Object.freeze([
  "release",
  "result",
  "seed",
  "clarification-question",
  "clarification-answer",
  "blind-question",
]);

/** Roles that must sign each kind; `bidder`, `officer` and `seat` are found from the event itself. */
export const SIGNERS = Object.freeze({
  ...EVALUATION_SIGNERS,
  ...AWARD_SIGNERS,
  "officer-key": ["officer"],
  dryrun: ["officer"],
  "signer-key": ["registrar"],
  "key-loss": ["registrar", "supervisor"],
  policy: ["owner"],
  bid: ["bidder"],
  withdraw: ["bidder"],
  postpone: ["owner", "supervisor"],
  addendum: ["owner"],
  incident: ["platform"],
  close: ["platform"],
  factor: ["bidder"],
  "factor-end": ["platform"],
  "set-objection": ["bidder"],
  seed: ["bidder"],
  decision: ["owner", "supervisor"],
  "release-commit": ["officer"],
  release: ["officer"],
  absent: ["platform"],
  result: ["platform"],
  attribution: ["owner"],
  "open-end": ["platform"],
  failed: ["platform"],
  cancelled: ["owner"],
});
/** Kinds that are void, not a failure, when their signatures are not as they should be. */
export const VOIDABLE = Object.freeze(["bid", "withdraw", "factor", "set-objection", "seed"]);

/** @param {string} kind @param {any} body refuse a body that has not its form */
export function checkBody(kind, body) {
  if (!Object.hasOwn(BODIES, kind))
    throw new ProtocolError("kind", `The event kind ${kind} is not known here.`);
  BODIES[kind](body, kind);
}

/** @param {string} kind @returns {string} media type of the signed bytes */
export function mediaType(kind) {
  return `application/vnd.sealedbid.${kind}+json`;
}

/** @param {string} kind @param {any} body @returns {Uint8Array} PAE, the bytes that are signed */
export function signedBytes(kind, body) {
  return pae(mediaType(kind), encode(body));
}

/** @param {string} kind @param {any} body @returns {Promise<Uint8Array>} ev */
export function eventId(kind, body) {
  return sha256(signedBytes(kind, body));
}

/** @param {object[]} signatures @returns {Promise<Uint8Array>} sigs, H(canonical(signatures)) */
export function signaturesHash(signatures) {
  return sha256(encode(/** @type {any} */ (signatures)));
}

/** @param {object} members @returns {any} a body with v and suite */
export function newBody(members) {
  return { v: VERSION, suite: SUITE, ...members };
}

/**
 * Sign a body.
 * @param {string} kind @param {any} body
 * @param {{algorithm: import("./dsse.js").Algorithm, privateKey: CryptoKey, spki: Uint8Array,
 *   certs?: Uint8Array[]}} signer
 * @returns {Promise<{alg: string, key?: string, certs?: string[], sig: string}>}
 */
export async function signBody(kind, body, { algorithm, privateKey, spki, certs }) {
  const sig = hex(await sign(algorithm, privateKey, signedBytes(kind, body)));
  const who = certs ? { certs: certs.map(hex) } : { key: hex(spki) };
  return { alg: algorithm, ...who, sig };
}

/**
 * Value of an event's leaf.
 * @param {Uint8Array} r @param {Uint8Array} link @param {Uint8Array} event ev @param {Uint8Array} sigs
 * @returns {Promise<Uint8Array>}
 */
export function leafValue(r, link, event, sigs) {
  return tagged("leaf", r, link, event, sigs);
}

/** @param {Uint8Array} k @param {Uint8Array} previous @returns {Promise<Uint8Array>} link of a chain */
export function linkValue(k, previous) {
  return tagged("link", k, previous);
}
