/** The trust label: what the anchors say about who stands behind time, witnesses and officers. */

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
 * @param {any} anchors
 * @param {World|null} world null when the bundle could not be read
 * @returns {string} one line
 */
export function trustLabel(anchors, world) {
  const parts = world
    ? [`time ${timeLabel(world)}`, `witnesses ${witnessLabel(world)}`, `officers ${officerLabel(world)}`]
    : ["time self-attested", "witnesses self-attested", "officers self-attested"];
  const remarks = [];
  if (world && anchors.min_t === 1 && world.policy.t === 1 && world.policy.officers.length === 1) {
    remarks.push("trial with one officer");
  }
  if (anchors?.origin === "same-run")
    remarks.push("anchors of the same run: proves consistency, not independence");
  return [parts.join(", "), ...remarks].join("; ");
}
