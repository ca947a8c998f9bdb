/**
 * Events of the chain (tender, lot, "award"), section 18: what the owner decides once the panel has reported.
 */
import * as form from "./forms.js";
import { COMMON } from "./policy.js";

/** Members of each body beside v, suite and policy. */
const MEMBERS = {
  publicity: { report: form.hash, content: form.hash },
  award: {
    report: form.hash,
    publicity: form.nullable(form.hash),
    bid: form.hash,
    ground: form.oneOf("first", "next", "choice"),
    content: form.hash,
  },
  "candidate-out": {
    report: form.hash,
    bid: form.hash,
    ground: form.oneOf("declined", "force-majeure", "no-bond", "unlawful"),
    evidence: form.hash,
    content: form.hash,
  },
  "written-report": { award: form.hash, content: form.hash },
};

/** What the chain holds: beside these, the end of a lot after its opening. */
export const AWARD_KINDS = Object.freeze([...Object.keys(MEMBERS), "cancelled"]);

/** Form of each kind's body. @type {Record<string, form.Form>} */
export const AWARD_BODIES = Object.fromEntries(
  Object.entries(MEMBERS).map(([kind, members]) => [
    kind,
    form.record({ ...COMMON, policy: form.hash, ...members }),
  ]),
);

/** The owner alone. */
export const AWARD_SIGNERS = Object.freeze(
  Object.fromEntries(Object.keys(MEMBERS).map((kind) => [kind, ["owner"]])),
);
