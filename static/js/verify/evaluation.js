/** V25: the evaluation's report is what its facts, sheets and method give (section 16.8). */
import { boundMethod } from "../evaluation/method.js";
import { ordered, recompute } from "../evaluation/recompute.js";
import { concat, hex, utf8 } from "../protocol/bytes.js";
import { decode, encode } from "../protocol/canonical.js";
import { ProtocolError } from "../protocol/errors.js";
import { sha256 } from "../protocol/hashing.js";
import { labelFaults } from "./blind.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Fault} Fault */
/** @typedef {import("./bundle.js").Event} Event */
/** @typedef {{policy: string, close: string, set_root: string, seeds: [string, string][]}} Seeds */
/** @typedef {{panel: Event, facts: Event, report: Event}} Acts what is in force */
/** @typedef {{plains: Map<string, string>, seeds: Seeds}} Opened */

const AFTER_REPORT = ["report-sign", "report-silence"];
const same = (/** @type {any} */ a, /** @type {any} */ b) => JSON.stringify(a) === JSON.stringify(b);
const digest = async (/** @type {any} */ value) => hex(await sha256(encode(value)));

/** @param {Event|string} at @param {string} evidence @returns {Fault} */
const fault = (at, evidence) => ({ object: typeof at === "string" ? at : at.file, evidence });

/** @param {Event[]} events @param {string} kind @returns {Event[]} */
const ofKind = (events, kind) => events.filter((event) => event.kind === kind);

/** @param {World} world @returns {Opened|null} what there is to evaluate; null before the opening has ended */
function openedBids(world) {
  const [result] = world.ofEnvelope("result", 0);
  if (!world.completed || !world.close || !result) return null;
  const settled = new Set(world.inForce("attribution").map(({ body }) => body.bid));
  const { rows } = result.body;
  const opened = rows.filter(({ bid, verdict }) => verdict === "OPENED" && !settled.has(bid));
  return {
    plains: new Map(opened.map(({ bid, plain }) => [bid, plain])),
    seeds: {
      policy: world.policyId,
      close: world.close.ev,
      set_root: world.close.body.set_root,
      seeds: rows.filter(({ seed }) => seed !== null).map(({ bid, seed }) => [bid, seed]),
    },
  };
}

/** @param {World} world @returns {Fault[]} rule 1 */
function placeFaults(world) {
  const found = [];
  for (const event of world.bundle.evaluation) {
    if (event.leaf <= world.last.leaf) found.push(fault(event, "It stands before the end of the opening."));
    if (event.body && event.body.policy !== world.policyId)
      found.push(fault(event, "It is of another policy than the one in force."));
  }
  return found;
}

/** @param {Event[]} events @returns {Fault[]} rule 2: what replaces what, and whose a seat is */
function successionFaults(events) {
  const found = [];
  for (const kind of ["panel", "evaluation-facts", "evaluation-report"]) {
    let before = null;
    for (const event of ofKind(events, kind)) {
      if (event.body.replaces !== before) found.push(fault(event, "It does not replace the one before it."));
      before = event.ev;
    }
  }
  const owner = new Map();
  const holds = (/** @type {string} */ name, /** @type {number} */ seat) => {
    const known = owner.get(name) ?? seat;
    owner.set(name, known);
    return known === seat;
  };
  const held = new Map();
  for (const event of ofKind(events, "panel")) {
    for (const { seat, person, sig_key: key } of event.body.members) {
      const first = held.get(seat) ?? { person, key };
      held.set(seat, first);
      const stays = first.person === person && first.key === key;
      if (!stays || !holds(`person ${person}`, seat) || !holds(`key ${key}`, seat))
        found.push(fault(event, `Seat ${seat} changes hands, or somebody has two.`));
    }
  }
  return found;
}

/** @param {Event[]} events @returns {Fault[]} rule 9: whom the owner sends after its first panel is a substitute */
function sentFaults(events) {
  const panels = ofKind(events, "panel");
  const own = (/** @type {Event} */ { body }) =>
    body.members.filter((/** @type {any} */ { kind }) => kind === "owner" || kind === "substitute");
  const first = panels.slice(0, 1).flatMap(own);
  const known = new Set(first.filter(({ kind }) => kind === "owner").map(({ seat }) => seat));
  return panels.flatMap((panel) => {
    const late = own(panel).find((/** @type {any} */ row) => row.kind === "owner" && !known.has(row.seat));
    if (late) return [fault(panel, `Seat ${late.seat} is sent by the owner later and is no substitute.`)];
    return own(panel).length > first.length ? [fault(panel, "The owner sends more members than to its first panel.")] : [];
  });
}

/** @param {World} world @returns {Fault[]} rule 8: a lot is drawn, or its experts are named on ground special */
function namedFaults(world) {
  const panels = ofKind(world.bundle.evaluation, "panel");
  const seats = panels.flatMap((event) => event.body.members.map((/** @type {any} */ row) => ({ event, ...row })));
  if (!seats.some(({ kind }) => kind === "special")) return [];
  const [draw] = world.bundle.draw;
  if (draw) return [fault(draw, "It is a draw of a lot whose experts are named on ground special.")];
  const drawn = seats.find(({ kind }) => kind === "expert");
  return drawn ? [fault(drawn.event, `Seat ${drawn.seat} is drawn, others are named on ground special.`)] : [];
}

/** @param {Event[]} events @param {Acts} acts @returns {Fault[]} rule 2: the report comes last, on what is in force */
function reportFaults(events, { panel, facts, report }) {
  const found = [];
  if (report.body.panel !== panel.ev || report.body.facts !== facts.ev)
    found.push(fault(report, "It is not of the panel and the facts in force."));
  for (const event of events.slice(events.indexOf(report) + 1)) {
    if (!AFTER_REPORT.includes(event.kind)) found.push(fault(event, "The panel went on after its report."));
  }
  return found;
}

/** @param {Seeds} seeds @param {string[]} values @returns {Promise<string>} the coefficient drawn (ADR 31) */
async function derived(seeds, values) {
  const bytes = await sha256(concat(utf8("sunlit/coefficient/1\n"), encode({ ...seeds, values })));
  return values[Number(BigInt(`0x${hex(bytes)}`) % BigInt(values.length))];
}

/** @param {string} line @returns {any} the price which envelope 0 reads out, if it is canonical JSON with one */
function priceOf(line) {
  try {
    const value = decode(utf8(line));
    return typeof value === "object" && value !== null && Object.hasOwn(value, "price") ? value.price : null;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return null;
  }
}

/** @param {Event} facts @param {Opened} opened @param {any} method @returns {Promise<Fault[]>} rule 3 */
async function factFaults(facts, { plains, seeds }, method) {
  const found = [];
  const { bids, coefficient } = facts.body;
  if (!same(bids.map((/** @type {any} */ { bid }) => bid), [...plains.keys()].sort()))
    found.push(fault(facts, "It is not of exactly the bids which were opened."));
  for (const { bid, line, price, correction } of bids) {
    if (hex(await sha256(utf8(line))) !== plains.get(bid))
      found.push(fault(facts, `The line of ${bid} is not what its envelope 0 held.`));
    if (correction === "" && priceOf(line) !== price)
      found.push(fault(facts, `The price of ${bid} is not the one read out, and nothing says why.`));
  }
  const declared = method.coefficient;
  if (declared?.draw === "derived" && coefficient !== (await derived(seeds, declared.values)))
    found.push(fault(facts, "The coefficient is not the one which the opened bids give."));
  return found;
}

/** Reads locks and sheets in the order of the log, and keeps each seat's last sheet (rule 4). */
class Sheets {
  constructor() {
    /** @type {Fault[]} */
    this.faults = [];
    /** Hash which each seat and round is locked by. @type {Map<string, string>} */
    this.locks = new Map();
    /** Last sheet of each seat. @type {Map<number, Event>} */
    this.last = new Map();
    /** @type {number[]} */
    this.present = [];
  }

  /** @param {Event} event */
  read(event) {
    const { kind, body } = event;
    if (kind === "panel") this.present = body.members.map((/** @type {any} */ { seat }) => seat);
    if (kind === "sheet-lock") this.lock(event);
    if (kind === "score-sheet") this.show(event);
  }

  /** @param {Event} event */
  lock(event) {
    const { seat, round, hash } = event.body;
    const name = `${seat}/${round}`;
    const next = (this.last.get(seat)?.body.round ?? 0) + 1;
    if (this.locks.has(name) || round !== next)
      this.faults.push(fault(event, "It is locked twice, or out of its turn."));
    this.locks.set(name, hash);
  }

  /** @param {Event} event */
  show(event) {
    const { seat, round } = event.body;
    if (this.locks.get(`${seat}/${round}`) !== event.ev)
      this.faults.push(fault(event, "It is not the sheet that was locked."));
    if ((this.last.get(seat)?.body.round ?? 0) >= round)
      this.faults.push(fault(event, "A sheet of this round was shown before."));
    if (round === 1 && this.present.some((other) => !this.locks.has(`${other}/1`)))
      this.faults.push(fault(event, "It is shown before every member had locked."));
    this.last.set(seat, event);
  }

  /** @param {Acts} acts @returns {Event[]} the sheets that count; faults where one is missing */
  counting({ panel, facts, report }) {
    const found = [];
    for (const { seat } of panel.body.members) {
      const sheet = this.last.get(seat);
      if (!sheet || this.locks.has(`${seat}/${sheet.body.round + 1}`))
        this.faults.push(fault(report, `The sheet of seat ${seat} is missing.`));
      if (sheet && sheet.body.facts !== facts.ev)
        this.faults.push(fault(sheet, "It was made on other facts than those in force."));
      if (sheet) found.push(sheet);
    }
    return found;
  }
}

/** @param {Event[]} events @returns {{rejections: Event[], faults: Fault[]}} those no rejection-void took back (rule 4) */
function readRejections(events) {
  /** @type {Map<string, Event>} */
  const found = new Map();
  const faults = [];
  for (const event of events) {
    if (event.kind === "rejection") found.set(event.ev, event);
    if (event.kind === "rejection-void" && !found.delete(event.body.rejection))
      faults.push(fault(event, "It takes back a rejection which does not stand."));
  }
  return { rejections: [...found.values()], faults };
}

/**
 * Which sheets count (rule 4).
 * @param {Event[]} events @param {Acts} acts @param {any} method
 * @returns {{sheets: Event[], faults: Fault[]}}
 */
function readSheets(events, acts, method) {
  const { report } = acts;
  const standing = readRejections(events);
  const reading = new Sheets();
  const rejected = new Set(standing.rejections.map(({ body }) => body.bid));
  const valid = acts.facts.body.bids.some((/** @type {any} */ { bid }) => !rejected.has(bid));
  let sheets = [];
  if (valid && method.criteria.some((/** @type {any} */ { kind }) => kind === "judged")) {
    for (const event of events.slice(0, events.indexOf(report))) reading.read(event);
    sheets = reading.counting(acts);
  }
  const faults = [...reading.faults, ...standing.faults];
  const listed = (/** @type {Event[]} */ list) => [...new Set(list.map(({ ev }) => ev))].sort();
  if (!same(report.body.sheets, listed(sheets)))
    faults.push(fault(report, "Its sheets are not exactly those that count."));
  if (!same(report.body.rejections, listed(standing.rejections)))
    faults.push(fault(report, "It does not list all rejections that stand."));
  return { sheets, faults };
}

/** @param {World} world @param {Acts} acts @param {Event[]} sheets @param {Seeds} seeds @returns {any} 16.3 */
function inputOf(world, { facts, report }, sheets, seeds) {
  return {
    v: "sunlit-evaluation/1",
    bids: facts.body.bids.map(({ bid, price, quantities, adjustments }) => ({
      bid,
      price,
      quantities,
      adjustments,
    })),
    sheets: sheets.map(({ body }) => ({
      member: String(body.seat),
      rows: body.rows,
      reasons: body.reasons.map(({ bid, criterion }) => [bid, criterion]),
    })),
    rejected: readRejections(world.bundle.evaluation).rejections.map(({ body }) => body.bid),
    ceiling: world.policy.ceiling,
    coefficient: facts.body.coefficient,
    votes: report.body.votes,
    seeds,
  };
}

/** @param {Event} report @param {any} input @param {any} result @returns {Promise<Fault[]>} rule 5 */
async function resultFaults(report, input, result) {
  const { inputs, ranking, candidates, result: said } = report.body;
  const rows = ranking.map(({ bid, rank, value }) => [bid, rank, value]);
  const found = [];
  if (inputs !== (await digest(ordered(input)))) found.push(fault(report, "It was made of other inputs."));
  if (!same(rows, result.ranking)) found.push(fault(report, "The ranking is not the one the sheets give."));
  if (!same(candidates, result.candidates))
    found.push(fault(report, "The candidates are not those of the ranking."));
  if (said !== (await digest(result))) found.push(fault(report, "Scores or working are not what comes out."));
  if (result.status === "tie") found.push(fault(report, "The declared rules leave a tie open."));
  return found;
}

/** @param {Event[]} events @param {Acts} acts @returns {Fault[]} rule 6 */
function stanceFaults(events, { panel, report }) {
  const said = events
    .filter(({ kind, body }) => AFTER_REPORT.includes(kind) && body.report === report.ev)
    .map(({ body }) => body.seat)
    .sort((a, b) => a - b);
  const seats = panel.body.members.map((/** @type {any} */ { seat }) => seat);
  return same(said, seats) ? [] : [fault(report, "Not every member signs or is recorded as silent, once.")];
}

/** @param {World} world @param {any} result says what a reader should look at again */
function addNotes(world, { warnings, flags }) {
  for (const { bid, member, warning, criterion } of warnings)
    world.notes.push(`seat ${member}, bid ${bid} ${criterion}: ${warning} mark`);
  for (const { bid, flag } of flags) world.notes.push(`bid ${bid}: price ${flag}`);
}

/** V25, made only where there is an evaluation. @param {World} world @returns {Promise<Fault[]>} */
export async function v25(world) {
  const events = world.bundle.evaluation;
  const opened = openedBids(world);
  if (!opened) return [fault("eval", "There is an evaluation without an opening that has ended.")];
  const [panel, facts, report] = ["panel", "evaluation-facts", "evaluation-report"].map((kind) =>
    ofKind(events, kind).pop(),
  );
  if (!panel || !facts || !report) return [fault("eval", "The evaluation has no panel, no facts or no report.")];
  const acts = { panel, facts, report };
  const method = boundMethod(world.bundle.method);
  const { sheets, faults } = readSheets(events, acts, method);
  const found = [
    ...placeFaults(world),
    ...successionFaults(events),
    ...sentFaults(events),
    ...namedFaults(world),
    ...reportFaults(events, acts),
    ...(await factFaults(facts, opened, method)),
    ...faults,
    ...stanceFaults(events, acts),
    ...(await labelFaults(events, opened.plains.keys(), sheets.length > 0)),
  ];
  if (found.length > 0) return found;
  const input = inputOf(world, acts, sheets, opened.seeds);
  const result = await recompute(method, input);
  addNotes(world, result);
  return resultFaults(report, input, result);
}
