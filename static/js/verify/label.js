/** The trust label: what the anchors say about who stands behind time, witnesses and officers. */
import { refusal } from "./checks_log.js";

/** @typedef {import("./world.js").World} World */

/** @param {World} world @returns {string} */
function timeLabel({ context, anchors, k }) {
  const independent = context.sources.filter(({ org }) => org !== anchors.log.org);
  return independent.length >= k ? "independent" : "self-attested";
}

/** @param {World} world @returns {string} */
function witnessLabel(world) {
  if (world.quorum === 0) return "none";
  const last = world.checkpoints[world.checkpoints.length - 1];
  const orgs = last ? [...world.witnessesOf(last)].filter((org) => org !== world.anchors.log.org) : [];
  return orgs.length >= world.quorum ? "independent" : "self-attested";
}

/** @param {World} world @returns {string} */
function officerLabel({ policy, anchors }) {
  const independent = policy.t >= 2 && policy.officers.every(({ org }) => org !== anchors.log.org);
  return independent ? "independent" : "self-attested";
}

/**
 * The label of the draws: whether one organisation, or one officer, could have foreseen or chosen a result.
 * @param {World} world
 * @returns {Promise<string>} "" without a draw
 */
export async function drawsLabel({ draws }) {
  let found = "";
  for (const draw of draws.all) {
    const { t, officers } = draw.header;
    /** @type {{org: string}[]} */
    let given = [];
    const refused = await refusal(async () => {
      given = [...(await draw.contributions()).values()];
    });
    if (refused !== null) return "self-attested";
    const orgs = (/** @type {{org: string}[]} */ rows) => new Set(rows.map(({ org }) => org)).size;
    const alone = t < 2 || orgs(officers) < 2 || orgs(given) < 2;
    if (alone || found === "") found = alone ? "self-attested" : "independent";
  }
  return found;
}

/**
 * @param {any} anchors
 * @param {World|null} world null when the bundle could not be read
 * @param {string} draws the label of the draws, "" without one
 * @returns {string} one line
 */
export function trustLabel(anchors, world, draws = "") {
  const parts = world
    ? [`time ${timeLabel(world)}`, `witnesses ${witnessLabel(world)}`, `officers ${officerLabel(world)}`]
    : ["time self-attested", "witnesses self-attested", "officers self-attested"];
  if (draws) parts.push(`draws ${draws}`);
  const remarks = [];
  if (world && anchors.min_t === 1 && world.policy.t === 1 && world.policy.officers.length === 1) {
    remarks.push("trial with one officer");
  }
  if (anchors?.origin === "same-run")
    remarks.push("anchors of the same run: proves consistency, not independence");
  return [parts.join(", "), ...remarks].join("; ");
}
