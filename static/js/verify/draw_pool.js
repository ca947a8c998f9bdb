/** The committed pool of a draw (section 15.3): what its records show, and who of it is eligible. */
import { concat, fromHex, hex } from "../protocol/bytes.js";
import { encode } from "../protocol/canonical.js";
import { demand } from "../protocol/errors.js";
import * as form from "../protocol/forms.js";
import { tagged } from "../protocol/hashing.js";
import { root } from "../protocol/merkle.js";
import { inOrder } from "./draw_problem.js";

/** @typedef {import("./draw_problem.js").Expert} Expert */
/**
 * @typedef {{eid: string, employer: string, region: string, since: string, until: string,
 *   specialties: string[]}} Shown what an opened record shows
 */

/** Attributes of a leaf, in order, and whether an opened record shows them. */
const SHOWN = Object.freeze({
  eid: true,
  employer: true,
  group: false,
  identity: false,
  name: false,
  region: true,
  since: true,
  specialties: true,
  until: true,
});
const ZONE_SECONDS = 8 * 3600;
const LAST_DAY = 253402300800; // beginning of the year 10000: later moments have no day of this form
/** Records hashed between two pauses, so that a page stays alive. */
const BATCH = 50;

const codes = form.list(form.string, { least: 1, by: (item) => item });
const hiddenForm = form.record({ hash: form.hash });
const recordForm = form.record({
  salt: form.hash,
  attributes: form.record(
    Object.fromEntries(
      Object.entries(SHOWN).map(([name, shown]) => {
        const value = name === "specialties" ? codes : name === "eid" ? form.hash : form.string;
        return [name, shown ? form.record({ salt: form.hash, value }) : hiddenForm];
      }),
    ),
  ),
});
const poolForm = form.list(recordForm, { by: (item) => item.attributes.eid.value });
const exclusionsForm = form.list(
  form.record({
    eid: form.hash,
    reason: form.oneOf(
      "own-employer",
      "related",
      "recent",
      "supervisor-staff",
      "declared",
      "unavailable",
      "suspended",
      "ordered",
    ),
    evidence: form.hash,
  }),
  { by: (item) => item.eid },
);

/** @param {any} record in its form @returns {Promise<Uint8Array>} data of its leaf */
export async function recordData({ salt, attributes }) {
  const hashes = Object.entries(SHOWN).map(([name, shown]) => {
    const part = attributes[name];
    if (!shown) return fromHex(part.hash);
    return tagged("expert attribute", concat(fromHex(part.salt), encode([name, part.value])));
  });
  return concat(fromHex(salt), ...(await Promise.all(hashes)));
}

/**
 * What a pool shows, once it is found to be the whole tree under its root.
 * @param {any} rows @param {{root: string, count: number}} committed
 * @returns {Promise<Shown[]>} by eid
 */
export async function readPool(rows, committed) {
  poolForm(rows, "pool");
  demand(rows.length === committed.count, "pool", "The header counts another pool.");
  const leaves = [];
  for (let at = 0; at < rows.length; at += BATCH) {
    leaves.push(...(await Promise.all(rows.slice(at, at + BATCH).map(recordData))));
    await new Promise((resume) => setTimeout(resume));
  }
  demand(hex(await root(leaves)) === committed.root, "pool", "The rows are not those of the pool committed to.");
  return rows.map((/** @type {any} */ { attributes }) =>
    Object.fromEntries(
      Object.keys(SHOWN)
        .filter((name) => SHOWN[/** @type {keyof typeof SHOWN} */ (name)])
        .map((name) => [name, attributes[name].value]),
    ),
  );
}

/** @param {any} rows @param {number} count as the header says @returns {Set<string>} eids left out */
export function readExclusions(rows, count) {
  exclusionsForm(rows, "exclusions");
  demand(rows.length === count, "exclusions", "The header counts other exclusions.");
  return new Set(rows.map((/** @type {any} */ { eid }) => eid));
}

/** @param {number} moment POSIX seconds @returns {string} its day in UTC+8, YYYY-MM-DD */
export function dayOf(moment) {
  demand(moment + ZONE_SECONDS < LAST_DAY, "pool", "The day of the draw is beyond the year 9999.");
  return new Date((moment + ZONE_SECONDS) * 1000).toISOString().slice(0, 10);
}

/**
 * Who may be drawn on a day for some specialties.
 * @param {Shown[]} shown @param {Set<string>} asked @param {string} day @param {Set<string>} excluded
 * @returns {Expert[]} by id
 */
export function eligible(shown, asked, day, excluded) {
  return shown.flatMap(({ eid, employer, region, since, until, specialties }) => {
    const mine = specialties.filter((code) => asked.has(code)).sort(inOrder);
    const fits = inOrder(since, day) <= 0 && inOrder(day, until) <= 0;
    return mine.length > 0 && fits && !excluded.has(eid)
      ? [{ id: eid, specialties: mine, employer, region }]
      : [];
  });
}
