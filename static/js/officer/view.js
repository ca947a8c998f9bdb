/**
 * What an officer's client is shown before it acts: the chain so far, key events and checkpoints, in the
 * very files of a bundle. Nothing of it is believed; it is held to the anchors like a bundle.
 */
import { fromHex, equal } from "../protocol/bytes.js";
import { demand } from "../protocol/errors.js";
import { CHAIN_KINDS, KEY_KINDS } from "../protocol/events.js";
import { verifyConsistency } from "../protocol/merkle.js";
import { readAnchors } from "../verify/anchors.js";
import { readCheckpoint, readEvents } from "../verify/bundle.js";
import { World } from "../verify/world.js";

/** @typedef {{name: string, bytes: Uint8Array}} File */
/** @typedef {{size: number, root: string}} Seen root in hex */
/**
 * @typedef {object} View
 * @property {File[]} chain event files by leaf @property {File[]} keys event files by leaf
 * @property {File[]} checkpoints checkpoint files by size
 * @property {string[]} [bridge] consistency proof from the last seen checkpoint to the first larger one, hex
 */

/**
 * Read a view.
 * @param {View} view
 * @param {Uint8Array} anchorsFile
 * @returns {Promise<World>}
 */
export async function readView(view, anchorsFile) {
  const anchors = await readAnchors(anchorsFile);
  const lazy = (/** @type {File[]} */ files) =>
    files.map(({ name, bytes }) => ({ name, bytes: async () => bytes }));
  const chain = await readEvents(lazy(view.chain), CHAIN_KINDS, "audit");
  const policy = chain.find(({ kind }) => kind === "policy");
  demand(policy, "policy-missing", "There is no policy on the chain.");
  const { tender, lot } = policy.body;
  const bundle = {
    edition: /** @type {"audit"} */ ("audit"),
    tender,
    lot,
    docs: [],
    method: new Uint8Array(0),
    chain,
    keys: await readEvents(lazy(view.keys), KEY_KINDS, "audit"),
    checkpoints: view.checkpoints.map(({ name, bytes }) => readCheckpoint(name, bytes)),
    contents: [],
    evaluation: [],
    award: [],
    draw: [],
    papers: new Map(),
  };
  return World.build(bundle, anchors, () => {});
}

/**
 * Refuse a log that does not continue the one this client saw before.
 * @param {World} world @param {Seen|null} seen @param {string[]} [bridge]
 */
export async function checkContinues(world, seen, bridge = []) {
  if (!seen) return;
  const root = fromHex(seen.root, 32);
  const next = world.checkpoints.find(({ size }) => size >= seen.size);
  demand(next, "log-shrunk", "The log is smaller than when this client last saw it.");
  if (next.size === seen.size)
    demand(equal(next.root, root), "log-forked", "The log shows another tree of the same size.");
  else
    await verifyConsistency(
      seen.size,
      next.size,
      root,
      next.root,
      bridge.map((item) => fromHex(item, 32)),
    );
}
