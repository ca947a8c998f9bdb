/** Labels of blind bids (section 16.8, rule 7): commitments, opened once every member has locked. */
import { concat, fromHex, hex, utf8 } from "../protocol/bytes.js";
import { sha256, tagged } from "../protocol/hashing.js";

/** @typedef {import("./bundle.js").Event} Event */
/** @typedef {import("./world.js").Fault} Fault */

/** @param {{bid: string, name: string, nonce: string}} opening @returns {Promise<string>} what a question names */
async function commitment({ bid, name, nonce }) {
  return hex(await tagged("blind label", concat(fromHex(nonce), fromHex(bid), await sha256(utf8(name)))));
}

/** @param {Event} event @param {string} evidence @returns {Fault} */
const fault = (event, evidence) => ({ object: event.file, evidence });

/** Seats which sit and have not locked at a place of the chain. @param {Event[]} before @returns {number[]} */
function unlocked(before) {
  const panel = before.filter(({ kind }) => kind === "panel").pop();
  const locked = new Set(before.filter(({ kind }) => kind === "sheet-lock").map(({ body }) => body.seat));
  const seats = panel ? panel.body.members.map((/** @type {any} */ { seat }) => seat) : [];
  return seats.filter((/** @type {number} */ seat) => !locked.has(seat));
}

/**
 * @param {Event[]} events by leaf
 * @param {Iterable<string>} bids those opened
 * @param {boolean} judged whether there are sheets to lock
 * @returns {Promise<Fault[]>}
 */
export async function labelFaults(events, bids, judged) {
  const evaluated = new Set(bids);
  const found = [];
  /** Bid by commitment. @type {Map<string, string>} */
  const whose = new Map();
  for (const [place, event] of events.entries()) {
    if (event.kind !== "blind-label") continue;
    const { label, bid } = event.body;
    if (label !== (await commitment(event.body))) found.push(fault(event, "It opens a label for a bid it does not name."));
    if (whose.has(label) || [...whose.values()].includes(bid) || !evaluated.has(bid))
      found.push(fault(event, "It opens a label twice, or for a bid which is not evaluated."));
    if (judged && unlocked(events.slice(0, place)).length > 0)
      found.push(fault(event, "It opens a label before every member had locked."));
    whose.set(label, bid);
  }
  const questions = new Map(
    events.filter(({ kind, body }) => kind === "blind-question" && body).map((event) => [event.ev, event]),
  );
  for (const question of questions.values()) {
    if (!whose.has(question.body.label)) found.push(fault(question, "Nobody says whose its label is."));
  }
  for (const event of events) {
    const asked = event.kind === "clarification-answer" && event.body ? questions.get(event.body.question) : null;
    if (asked && (event.body.bid !== whose.get(asked.body.label) || event.body.e !== asked.body.e))
      found.push(fault(event, "It answers a question about a label for another bid."));
  }
  return found;
}
