/** V26: what the owner decided after the report follows from it (section 18.1). */

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./world.js").Fault} Fault */
/** @typedef {import("./bundle.js").Event} Event */

/** @param {Event} at @param {string} evidence @returns {Fault} */
const fault = ({ file }, evidence) => ({ object: file, evidence });

/** @param {Event[]} events @param {string} kind @returns {Event[]} */
const ofKind = (events, kind) => events.filter((event) => event.kind === kind);

/**
 * The last report before a leaf.
 * @param {Event[]} evaluation @param {number} leaf
 * @returns {Event|undefined}
 */
const reportAt = (evaluation, leaf) =>
  ofKind(evaluation, "evaluation-report")
    .filter((report) => report.leaf < leaf)
    .pop();

/** @param {World} world @param {Event[]} chain @returns {Fault[]} rule 1: where the chain stands and how it ends */
function placeFaults(world, chain) {
  const found = [];
  for (const event of chain) {
    if (event.leaf <= world.last.leaf) found.push(fault(event, "It stands before the end of the opening."));
    if (event.body.policy !== world.policyId)
      found.push(fault(event, "It is of another policy than the one in force."));
  }
  const end = chain.findIndex(({ kind }) => kind === "cancelled");
  const after = end === -1 ? [] : chain.slice(end + 1);
  return [...found, ...after.map((event) => fault(event, "It stands after the lot was cancelled."))];
}

/**
 * Whether every member had spoken to a report before a leaf, and the panel rested (rule 2).
 * @param {Event[]} evaluation @param {Event} report @param {number} leaf
 * @returns {string|null} what is wrong
 */
function unanswered(evaluation, report, leaf) {
  const between = evaluation.slice(evaluation.indexOf(report) + 1).filter((event) => event.leaf < leaf);
  const voices = between.filter(({ kind }) => kind === "report-sign" || kind === "report-silence");
  if (voices.length !== between.length) return "The panel was at work again when the owner acted.";
  const panel = ofKind(evaluation, "panel").find(({ ev }) => ev === report.body.panel);
  const spoke = new Set(voices.filter(({ body }) => body.report === report.ev).map(({ body }) => body.seat));
  const whole = panel?.body.members.every((/** @type {any} */ { seat }) => spoke.has(seat));
  return whole ? null : "Not every member had signed the report or was recorded as silent.";
}

/** @param {Event} event @param {Event[]} evaluation @returns {Fault[]} rule 2, of a publicity or an award */
function reportFaults(event, evaluation) {
  const report = reportAt(evaluation, event.leaf);
  if (!report) return [fault(event, "There is no report before it.")];
  if (event.body.report !== report.ev) return [fault(event, "It is not of the report that stands.")];
  const why = unanswered(evaluation, report, event.leaf);
  return why ? [fault(event, why)] : [];
}

/** @param {Event[]} before @param {string} report @returns {Map<string, string>} the ground of each bid that fell */
const fallen = (before, report) =>
  new Map(
    ofKind(before, "candidate-out")
      .filter(({ body }) => body.report === report)
      .map(({ body }) => [body.bid, body.ground]),
  );

/**
 * The award of a report which no fall has ended.
 * @param {Event[]} before @param {string|undefined} report
 * @returns {Event|undefined}
 */
function inForce(before, report) {
  const award = ofKind(before, "award").pop();
  if (!award || award.body.report !== report) return undefined;
  return fallen(before, report).has(award.body.bid) ? undefined : award;
}

/** @param {Event} out @param {Event[]} before @param {string[]} candidates @returns {Fault[]} rule 5 */
function outFaults(out, before, candidates) {
  const { report, bid } = out.body;
  const found = [];
  if (!candidates.includes(bid)) found.push(fault(out, "Who falls out is no candidate of the report."));
  if (fallen(before, report).has(bid)) found.push(fault(out, "This candidate fell out before."));
  const winner = inForce(before, report)?.body.bid ?? bid;
  if (winner !== bid) found.push(fault(out, `The lot is awarded to ${winner}, who has not fallen out.`));
  return found;
}

/** @param {Event} award @param {Event[]} before @param {string[]} candidates @returns {Fault[]} rules 3 and 4 */
function awardFaults(award, before, candidates) {
  const { report, publicity, bid, ground } = award.body;
  const found = [];
  const shown = ofKind(before, "publicity").find(({ body }) => body.report === report);
  if (publicity !== (shown?.ev ?? null)) found.push(fault(award, "It does not name the publicity of its report."));
  const out = fallen(before, report);
  const rank = candidates.indexOf(bid) + 1;
  if (rank === 0) found.push(fault(award, "The winner is no candidate of the report."));
  if ((ground === "first" && rank > 1) || (ground === "next" && rank === 1))
    found.push(fault(award, `The winner has rank ${rank}, which is not "${ground}".`));
  if (out.has(bid)) found.push(fault(award, `The winner fell out before: ${out.get(bid)}.`));
  const passed = candidates.slice(0, Math.max(rank - 1, 0)).filter((one) => !out.has(one));
  if (ground === "next" && passed.length > 0)
    found.push(fault(award, `Candidate ${passed[0]} is ranked before it and has not fallen out.`));
  if (inForce(before, report)) found.push(fault(award, "An award on this report stands already."));
  return found;
}

/** @param {Event} written @param {Event[]} before @param {Event[]} evaluation @returns {Fault[]} rule 6 */
function writtenFaults(written, before, evaluation) {
  const award = inForce(before, reportAt(evaluation, written.leaf)?.ev);
  if (!award || written.body.award !== award.ev) return [fault(written, "It is not of the award in force.")];
  const twice = ofKind(before, "written-report").some(({ body }) => body.award === award.ev);
  return twice ? [fault(written, "This award was reported before.")] : [];
}

/** @param {Event} event @param {Event[]} before @param {Event[]} evaluation @returns {Fault[]} */
function eventFaults(event, before, evaluation) {
  if (event.kind === "cancelled") return [];
  if (event.kind === "written-report") return writtenFaults(event, before, evaluation);
  const found = reportFaults(event, evaluation);
  const candidates = evaluation.find(({ ev }) => ev === event.body.report)?.body.candidates ?? [];
  if (event.kind === "award") return [...found, ...awardFaults(event, before, candidates)];
  if (event.kind === "candidate-out") return [...found, ...outFaults(event, before, candidates)];
  const twice = ofKind(before, "publicity").some(({ body }) => body.report === event.body.report);
  return twice ? [...found, fault(event, "The candidates of this report were shown before.")] : found;
}

/** @param {Event[]} chain @param {string|undefined} report @returns {string} what stands at the end */
function outcome(chain, report) {
  if (chain[chain.length - 1].kind === "cancelled") return "The lot was cancelled after its opening.";
  const award = inForce(chain, report);
  return award ? `Bid ${award.body.bid} wins as "${award.body.ground}".` : "No award is in force.";
}

/** @param {Event[]} chain @param {Event[]} evaluation @returns {string[]} that, and who fell out on which ground */
function remarks(chain, evaluation) {
  const report = reportAt(evaluation, Infinity)?.ev;
  const out = [...fallen(chain, report ?? "")].map(([bid, ground]) => `Candidate ${bid} fell out: ${ground}.`);
  return [outcome(chain, report), ...out];
}

/** V26, made only where the owner has signed after the opening. @param {World} world @returns {Promise<Fault[]>} */
export async function v26(world) {
  const { award: chain, evaluation } = world.bundle;
  if (!world.completed) return [{ object: "award", evidence: "The opening has not ended." }];
  const found = placeFaults(world, chain);
  for (const [place, event] of chain.entries())
    found.push(...eventFaults(event, chain.slice(0, place), evaluation));
  if (found.length === 0) world.notes.push(...remarks(chain, evaluation));
  return found;
}
