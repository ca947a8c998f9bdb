/**
 * One member's score sheet (section 16.7): made, added up and signed on the member's own device.
 *
 * What is locked is the hash of the whole sheet with a random nonce: nobody learns a mark from it, and no mark can be
 * changed after it.
 */
import { hex, utf8 } from "../protocol/bytes.js";
import { demand } from "../protocol/errors.js";
import { eventId, newBody, signBody } from "../protocol/events.js";
import { sha256 } from "../protocol/hashing.js";
import { number, order, shortest, sum } from "./numbers.js";

/** @typedef {Record<string, Record<string, string>>} Cells texts by bid and criterion */
/** @typedef {{id: string, max: string, step: string}} Criterion a judged one */
/** @typedef {{policy: string, facts: string, seat: number, round: number}} Head */
/** @typedef {Parameters<typeof signBody>[2]} Signer */
/** @typedef {{body: any, signatures: object[]}} Signed */

const NONCE = 32;
const ascending = (/** @type {string} */ a, /** @type {string} */ b) => (a < b ? -1 : Number(a > b));

/**
 * A mark as it goes into a sheet.
 * @param {string} typed @param {Criterion} criterion
 * @returns {string|null} the shortest decimal; null for what is no mark, too high or between two steps
 */
export function markOf(typed, { max, step }) {
  const text = typed.trim().replace(/^\./, "0.").replace(/\.$/, "").replace(/^0+(?=\d)/, "");
  try {
    const value = number(text);
    const within = order(value, number(max)) <= 0;
    const { n, d } = number(step);
    return within && (value.n * d) % (n * value.d) === 0n ? shortest(value) : null;
  } catch {
    return null;
  }
}

/** @param {Record<string, string>} marks of one bid @returns {string} their sum, the shortest decimal */
export const total = (marks) => shortest(sum(Object.values(marks).map(number)));

/** @param {string} mark @param {Criterion} criterion @returns {boolean} full or zero: a reason is asked for */
export const isExtreme = (mark, { max }) => mark === "0" || order(number(mark), number(max)) === 0;

/**
 * The body of a score-sheet: bids, criteria and reasons ascending, reasons as hashes of their texts.
 * @param {Head & {nonce: string, marks: Cells, notes: Cells}} given notes are not empty
 * @returns {Promise<any>}
 */
export async function sheetBody({ policy, facts, seat, round, nonce, marks, notes }) {
  const rows = Object.keys(marks)
    .sort(ascending)
    .map((bid) => ({
      bid,
      marks: Object.keys(marks[bid])
        .sort(ascending)
        .map((id) => [id, marks[bid][id]]),
    }));
  const reasons = [];
  for (const bid of Object.keys(notes).sort(ascending)) {
    for (const criterion of Object.keys(notes[bid]).sort(ascending)) {
      reasons.push({ bid, criterion, note: hex(await sha256(utf8(notes[bid][criterion]))) });
    }
  }
  return newBody({ policy, facts, seat, round, nonce, rows, reasons });
}

/**
 * A sheet and its lock, both signed with the seat's key.
 * @param {Head & {marks: Cells, notes: Cells, reason: string}} given reason is empty in round 1 alone
 * @param {Signer} signer @param {(bytes: Uint8Array) => Uint8Array} [random]
 * @returns {Promise<{sheet: Signed, lock: Signed}>}
 */
export async function lockedSheet(given, signer, random = (bytes) => crypto.getRandomValues(bytes)) {
  demand((given.round === 1) === (given.reason === ""), "reason", "A second look has a reason, the first none.");
  const body = await sheetBody({ ...given, nonce: hex(random(new Uint8Array(NONCE))) });
  const { policy, seat, round, reason } = given;
  const hash = hex(await eventId("score-sheet", body));
  const lock = newBody({ policy, seat, round, hash, reason });
  return {
    sheet: { body, signatures: [await signBody("score-sheet", body, signer)] },
    lock: { body: lock, signatures: [await signBody("sheet-lock", lock, signer)] },
  };
}
