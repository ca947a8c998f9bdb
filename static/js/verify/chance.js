// An expert's chance in a draw, recomputed from the header and the papers it names: docs/protocol.md, 14, 15.3 and 17.
import { fromHex, hex } from "../protocol/bytes.js";
import { decodeLoose } from "../protocol/canonical.js";
import { demand } from "../protocol/errors.js";
import { eventId } from "../protocol/events.js";
import { sha256 } from "../protocol/hashing.js";
import { importKeyPair } from "../protocol/hpke.js";
import { checkPlan } from "./certificate.js";
import { seatHash } from "./draw_panels.js";
import { readProblem, residual } from "./draw_problem.js";
import { checkRecord } from "./pool.js";

const LIMIT = 1 << 28;
export const VERSION = "sunlit-draw-chance/2";

/** @typedef {(draw: string, digest: string) => Promise<Uint8Array>} Fetch the bytes of a paper of a draw */
/** @typedef {{root: string, size: number}} Committed root and size of an epoch, as the ledger holds them */
/** @typedef {{chance: string|null, reason: string}} Round */
/** @typedef {{rounds: Round[], shown: [string, string][]}} Found */
/** @typedef {import("./draw_problem.js").Problem} Problem */

/** @param {bigint} a @param {bigint} b @returns {bigint} */
const common = (a, b) => (b === 0n ? a : common(b, a % b));

/**
 * @param {Fetch} fetchPaper @param {string} draw @param {string} digest
 * @returns {Promise<any>} the paper, once its bytes have the hash that the header names
 */
async function paperOf(fetchPaper, draw, digest) {
  const bytes = await fetchPaper(draw, digest);
  demand(hex(await sha256(bytes)) === digest, "chance-paper", "A paper is not the one the header names.");
  return decodeLoose(bytes, LIMIT);
}

/**
 * The chance of an expert by the plan, which is proved on the way to be the fair one.
 * @param {Problem} problem @param {any} paper @param {string} eid
 * @returns {string|null} as p/q in lowest terms; null for who is not in the problem
 */
export function chanceIn(problem, paper, eid) {
  const { network, over, flow } = checkPlan(problem, paper);
  const at = network.kinds.findIndex(({ kind }) => kind.ids.some((ids) => ids.includes(eid)));
  if (at < 0) return null;
  const heads = network.high[network.firstKind + at] * over;
  const sits = flow[network.firstKind + at];
  const by = common(sits, heads);
  return `${sits / by}/${heads / by}`;
}

/**
 * Whose seats these are: the published keys of the draws give the hash of everybody who could have been drawn.
 * @param {any} file @param {Problem} problem
 * @returns {Promise<Map<string, {id: string, specialty: string}>>} by hash
 */
async function seatsOf({ draw, header, gateway, before }, problem) {
  const found = new Map();
  let prev = null;
  for (const one of [...before, { header, gateway }]) {
    const name = hex(await eventId("draw-header", one.header));
    demand(one.header.prev === prev, "chance-header", "A draw does not follow the one before it.");
    prev = name;
    const { publicKey } = await importKeyPair(fromHex(one.gateway));
    demand(hex(publicKey) === one.header.gateway, "chance-gateway", "A key is not the gateway's.");
    for (let j = 0; j <= one.header.max_rounds; j += 1) {
      for (const { id, specialties } of problem.experts) {
        for (const specialty of specialties) {
          const hash = await seatHash(fromHex(one.gateway), fromHex(name), j, { id, specialty });
          found.set(hash, { id, specialty });
        }
      }
    }
  }
  demand(prev === draw, "chance-header", "The header is another draw's.");
  return found;
}

/**
 * The seats that sat, and those that did not, when a round was asked.
 * @param {any} file @param {number} j @param {string} prev ev of the head before
 * @returns {Promise<{ev: string, plan: string, sits: string[], gone: string[]}>}
 */
async function headOf({ draw, header, rounds }, j, prev) {
  const { head, gone } = rounds[j];
  if (j === 0) return { ev: draw, plan: header.plan, sits: header.kept, gone };
  const fits = head.header === draw && head.j === j && head.prev === prev;
  demand(fits, "chance-round", "A round does not follow the one before it.");
  demand(gone.join() === head.removed.join(), "chance-round", "A round names others who do not sit.");
  return { ev: hex(await eventId("draw-round", head)), plan: head.plan, sits: head.accepted, gone };
}

/**
 * Check a file of the expert's page: every round of the draw. Root and size come from the ledger, papers by their
 * hashes, seats by the keys that were published; nothing is believed.
 * @param {any} file @param {Committed} epoch @param {Fetch} fetchPaper
 * @returns {Promise<Found>}
 */
export async function checkChance(file, epoch, fetchPaper) {
  const { record, header, draw } = file;
  demand(file.v === VERSION && file.kind === "chance", "chance-file", "This is no chance in a draw.");
  const shown = await checkRecord(record, epoch.root, epoch.size);
  demand(
    header.pool.root === epoch.root && header.pool.epoch === record.epoch,
    "chance-pool",
    "The draw was from another pool.",
  );
  demand(file.before.length === header.serial - 1, "chance-serial", "An earlier draw of the lot is left out.");
  const eid = record.attributes.eid.value;
  const exclusions = await paperOf(fetchPaper, draw, header.exclusions.rows);
  const out = exclusions.find((/** @type {any} */ row) => row.eid === eid);
  const problem = readProblem(await paperOf(fetchPaper, draw, header.problem));
  const listed = problem.experts.some(({ id }) => id === eid);
  demand(!out || !listed, "chance-excluded", "Somebody left out stands in the problem.");
  const seats = await seatsOf(file, problem);
  /** @type {Round[]} */
  const rounds = [];
  let prev = "";
  for (let j = 0; j < file.rounds.length; j += 1) {
    const head = await headOf(file, j, prev);
    prev = head.ev;
    const sitting = new Map();
    for (const hash of head.sits) {
      demand(seats.has(hash), "chance-seat", "A seat that sat is nobody's of the problem.");
      sitting.set(seats.get(hash).id, seats.get(hash).specialty);
    }
    const gone = new Set(head.gone.filter((hash) => seats.has(hash)).map((hash) => seats.get(hash).id));
    const left = sitting.size + gone.size > 0 ? residual(problem, sitting, gone) : problem;
    const chance = chanceIn(left, await paperOf(fetchPaper, draw, head.plan), eid);
    let reason = chance === null ? "specialty" : "";
    if (out) reason = out.reason;
    if (sitting.has(eid)) reason = "seated";
    if (gone.has(eid)) reason = "gone";
    rounds.push({ chance, reason });
  }
  const same = rounds.every(
    ({ chance, reason }, j) => chance === file.rounds[j].chance && reason === file.rounds[j].reason,
  );
  demand(same && rounds.length > 0, "chance-other", "The papers give another chance.");
  return { rounds, shown };
}
