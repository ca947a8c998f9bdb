/**
 * What the device of an officer or a contributor is shown of a draw before it acts (A22): the policy, the draw's chain
 * as far as it may be shown, and checkpoints, all in the very files of a bundle. Nothing of it is believed; it is held
 * to the anchors, and to what this device saw before.
 */
import { equal, fromHex, hex, utf8 } from "../protocol/bytes.js";
import { DRAW_KINDS } from "../protocol/draw_events.js";
import { demand, ProtocolError } from "../protocol/errors.js";
import { eventId } from "../protocol/events.js";
import { verifyConsistency } from "../protocol/merkle.js";
import { checkPolicy, policyForm } from "../protocol/policy.js";
import { readAnchors } from "../verify/anchors.js";
import { readCheckpoint, readEvents } from "../verify/bundle.js";
import { Draw, Draws } from "../verify/draw_case.js";
import { SignatureJudge } from "../verify/signers.js";
import { TimeContext } from "../verify/statements.js";

/** @typedef {{policy: any, events: [string, string][], checkpoints: [string, string][]}} Pack */
/** @typedef {import("../verify/statements.js").Checkpoint} Checkpoint */
/** @typedef {import("../officer/memory.js").Memory} Memory */
/** @typedef {(first: number, second: number) => Promise<string[]>} Bridge a consistency proof of the log, in hex */

/** A draw that is under way: who has bid is not in the pack, so a bidder's contribution stands by its own signature. */
class Asked extends Draw {
  /** @override @param {import("../verify/bundle.js").Event} event @returns {Promise<string>} */
  async contributionFault(event) {
    const { kind, body, signatures } = event;
    const named = this.header.required.some((/** @type {any} */ { org }) => org === body.org);
    if (named || this.header.open !== "bidders") return super.contributionFault(event);
    try {
      const [signer, second] = await this.world.judge.signersOf(kind, body, signatures, Infinity);
      return second ? "It has two signatures." : await this.formFault(body, signer.spki);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return error.message;
    }
  }
}

/** The pack, read: as much of a verifier's world as the checks of a draw ask for. */
export class Scene {
  /** @param {Pack} pack @param {any} anchors @param {import("../verify/bundle.js").Event[]} events */
  constructor(pack, anchors, events) {
    this.policy = pack.policy;
    this.anchors = anchors;
    this.context = new TimeContext(pack.policy, anchors);
    this.quorum = Math.max(pack.policy.witness_quorum, anchors.witness_quorum);
    this.policyId = "";
    /** @type {Checkpoint[]} */
    this.checkpoints = [];
    /** @type {import("../verify/statements.js").Statement[]} */
    this.statements = [];
    /** @type {string[]} */
    this.notes = [];
    this.bundle = { draw: events, papers: new Map() };
    this.judge = new SignatureJudge(anchors, { chain: [], keys: [], evaluation: [] }, this.checkpoints);
    this.closed = new Set();
    this.bids = new Map();
    this.draws = new Draws(/** @type {any} */ (this));
    this.draw = new Asked(this.draws, events[0]);
  }

  /** @param {number} leaf @returns {Checkpoint|undefined} first checkpoint covering a leaf */
  covering(leaf) {
    return this.checkpoints.find(({ size }) => size > leaf);
  }

  /** @param {Checkpoint} checkpoint @returns {Set<string>} organisations of the anchors' witnesses that cosigned it */
  witnessesOf(checkpoint) {
    const cosigned = checkpoint.cosignatures.map(({ vkey }) => vkey);
    const rows = this.anchors.witnesses.filter((/** @type {any} */ { vkey }) => cosigned.includes(vkey));
    return new Set(rows.map((/** @type {any} */ { org }) => org));
  }

  /** @param {number} leaf @returns {boolean} whether it stands in a checkpoint with k sources and the witnesses' quorum */
  stands(leaf) {
    return this.checkpoints.some((item) => {
      const sources = new Set(item.statements.map(({ source }) => source));
      const enough = sources.size >= this.context.k && this.witnessesOf(item).size >= this.quorum;
      return item.size > leaf && item.faults.length === 0 && enough;
    });
  }

  /** @returns {Checkpoint} the newest */
  get newest() {
    const last = this.checkpoints[this.checkpoints.length - 1];
    demand(last, "pack-checkpoint", "No checkpoint shows this draw.");
    return last;
  }
}

/**
 * Read a pack.
 * @param {Pack} pack @param {Uint8Array} anchorsFile
 * @returns {Promise<Scene>}
 */
export async function readPack(pack, anchorsFile) {
  const anchors = await readAnchors(anchorsFile);
  policyForm(pack.policy, "policy");
  await checkPolicy(pack.policy);
  const files = pack.events.map(([name, text]) => ({ name, bytes: async () => utf8(text) }));
  const events = await readEvents(files, DRAW_KINDS, "audit");
  demand(events[0]?.kind === "draw-header", "pack-header", "The pack does not begin with the header of a draw.");
  const scene = new Scene(pack, anchors, events);
  scene.policyId = hex(await eventId("policy", pack.policy));
  for (const [name, text] of pack.checkpoints)
    scene.checkpoints.push(await scene.context.read(readCheckpoint(name, utf8(text))));
  scene.statements = scene.checkpoints.flatMap(({ statements }) => statements);
  return scene;
}

/** @param {Scene} scene @returns {string} key under which the last checkpoint of a log is kept, as for openings */
const logKey = (scene) => `log/${scene.anchors.log.origin}`;

/**
 * Refuse a log that does not continue the one this device saw before. Another page of this device may have seen more
 * of it than the pack shows: then what the pack shows must be the beginning of that.
 * @param {Scene} scene @param {Memory} memory @param {Bridge} bridge
 */
export async function checkLog(scene, memory, bridge) {
  for (const [index, { size, root, consistency }] of scene.checkpoints.entries()) {
    const before = scene.checkpoints[index - 1];
    if (before) await verifyConsistency(before.size, size, before.root, root, consistency);
  }
  const seen = await memory.get(logKey(scene));
  const last = scene.newest;
  if (!seen) return;
  const [known, now] = [{ size: seen.size, root: fromHex(seen.root, 32) }, last];
  if (known.size === now.size) {
    demand(equal(known.root, now.root), "log-forked", "The log shows another tree of the same size.");
    return;
  }
  const [first, second] = known.size < now.size ? [known, now] : [now, known];
  const path = (await bridge(first.size, second.size)).map((item) => fromHex(item, 32));
  await verifyConsistency(first.size, second.size, first.root, second.root, path);
}

/** Keep the newest checkpoint, once everything about it held. @param {Scene} scene @param {Memory} memory */
export async function keepLog(scene, memory) {
  const seen = await memory.get(logKey(scene));
  const { size, root } = scene.newest;
  if (!seen || seen.size < size) await memory.put(logKey(scene), { size, root: hex(root) });
}
