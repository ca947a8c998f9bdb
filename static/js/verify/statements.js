/**
 * Checkpoints and what they say about time (sections 5.2 and 5.3): which notes and tokens hold, and from
 * which moment on a tree of some size is known to have existed.
 */
import { fromHex, hex, utf8 } from "../protocol/bytes.js";
import { ProtocolError } from "../protocol/errors.js";
import * as notes from "../protocol/notes.js";
import { verifierKey } from "../protocol/policy.js";
import { verifyToken } from "../protocol/tsp.js";

/**
 * @typedef {{source: string, kind: "tsa"|"witness", size: number, upper: number, lower: number}} Statement
 */
/** @typedef {{vkey: string, time: number}} Cosignature */
/**
 * @typedef {object} Checkpoint
 * @property {string} file @property {number} size @property {Uint8Array} root
 * @property {Cosignature[]} cosignatures @property {Statement[]} statements
 * @property {string[]} faults sentences about what does not hold
 * @property {Uint8Array[]} consistency
 */

/** Keys and sources in force for one policy under one set of anchors. */
export class TimeContext {
  /** @param {any} policy @param {any} anchors */
  constructor(policy, anchors) {
    this.policy = policy;
    this.anchors = anchors;
    this.k = Math.max(policy.time.k, anchors.time.k);
    this.sources = policy.time.sources.flatMap((source) => {
      const anchor = anchors.time.sources.find(
        (item) => item.name === source.name && item.kind === source.kind,
      );
      if (!anchor || (source.kind === "witness" && !this.isWitness(source.name, anchor.vkey))) return [];
      const accuracy = Math.max(source.accuracy_ms, anchor.accuracy_ms);
      return [{ ...anchor, accuracy_ms: accuracy }];
    });
  }

  /**
   * @param {string} name @param {string} vkey
   * @returns {boolean} whether the policy has this key under this name
   */
  isWitness(name, vkey) {
    return vkey.startsWith(`${name}+`) && this.policy.witnesses.some((witness) => witness.vkey === vkey);
  }

  /** @returns {Promise<{log: notes.VerifierKey[], witnesses: (notes.VerifierKey & {vkey: string})[]}>} */
  async keys() {
    const named = await Promise.all(this.policy.log.vkeys.map((vkey) => verifierKey(vkey, notes.ED25519)));
    const log = named.filter((key) => key.name === this.policy.log.origin);
    const witnesses = await Promise.all(
      this.policy.witnesses.map(async ({ vkey }) => ({
        vkey,
        ...(await verifierKey(vkey, notes.COSIGNATURE)),
      })),
    );
    return { log, witnesses };
  }

  /**
   * Read one checkpoint with its tokens. What does not hold is named in `faults` and states nothing.
   * @param {{file: string, note: string, tokens: {source: string, token: string}[], consistency?:
   *   string[]}} file
   * @returns {Promise<Checkpoint>}
   */
  async read(file) {
    const checkpoint = notes.parseCheckpoint(utf8(file.note));
    /** @type {Checkpoint} */
    const found = {
      file: file.file,
      size: checkpoint.size,
      root: checkpoint.root,
      cosignatures: [],
      statements: [],
      faults: [],
      consistency: (file.consistency ?? []).map((item) => fromHex(item)),
    };
    await this.readNote(checkpoint, found);
    for (const item of file.tokens) await this.readToken(checkpoint, item, found);
    return found;
  }

  /** @param {notes.Checkpoint} checkpoint @param {Checkpoint} found */
  async readNote(checkpoint, found) {
    const { log, witnesses } = await this.keys();
    const fault = (/** @type {string} */ message) => found.faults.push(message);
    if (checkpoint.origin !== this.policy.log.origin) fault("The checkpoint is of another log.");
    const seen = new Set();
    for (const [position, line] of checkpoint.signatures.entries()) {
      const key = (position === 0 ? log : witnesses).find((candidate) => notes.isBy(line, candidate));
      const label = `${line.name}+${hex(line.id)}`;
      if (!key || seen.has(label)) {
        fault(`The signature line of ${line.name} is by no key that belongs there.`);
        continue;
      }
      seen.add(label);
      try {
        const { time } = await notes.verifyLine(checkpoint.text, line, key);
        if (time !== null) this.addCosignature(found, /** @type {any} */ (key), time);
      } catch (error) {
        fault(error.message);
      }
    }
    if (found.faults.length > 0) Object.assign(found, { cosignatures: [], statements: [] });
  }

  /** @param {Checkpoint} found @param {notes.VerifierKey & {vkey: string}} key @param {number} time */
  addCosignature(found, key, time) {
    found.cosignatures.push({ vkey: key.vkey, time });
    const source = this.sources.find((item) => item.kind === "witness" && item.name === key.name);
    if (!source || source.vkey !== key.vkey) return;
    found.statements.push({
      source: source.name,
      kind: "witness",
      size: found.size,
      upper: (time + 1) * 1000 + source.accuracy_ms,
      lower: time * 1000 - source.accuracy_ms,
    });
  }

  /**
   * @param {notes.Checkpoint} checkpoint @param {{source: string, token: string}} item
   * @param {Checkpoint} found
   */
  async readToken(checkpoint, item, found) {
    const named = this.policy.time.sources.some(({ kind, name }) => kind === "tsa" && name === item.source);
    if (!named) {
      found.faults.push(`The policy names no time-stamp authority ${item.source}.`);
      return;
    }
    const source = this.sources.find(({ kind, name }) => kind === "tsa" && name === item.source);
    if (!source) return;
    try {
      const token = await verifyToken(fromHex(item.token), utf8(checkpoint.text), {
        root: fromHex(source.root),
        policyOids: source.policy_oids,
      });
      const accuracy = token.accuracy ?? source.accuracy_ms;
      found.statements.push({
        source: source.name,
        kind: "tsa",
        size: checkpoint.size,
        upper: token.time + token.resolution + accuracy,
        lower: token.time - accuracy,
      });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      found.faults.push(`Token of ${item.source}: ${error.message}`);
    }
  }

  /**
   * N(x): the size that k sources say existed at a moment.
   * @param {Statement[]} statements @param {number} moment POSIX seconds
   * @returns {number}
   */
  sizeAt(statements, moment) {
    const largest = this.sources.map(({ name }) =>
      Math.max(
        0,
        ...statements
          .filter(({ source, upper }) => source === name && upper <= moment * 1000)
          .map(({ size }) => size),
      ),
    );
    largest.sort((left, right) => right - left);
    return largest[this.k - 1] ?? 0;
  }
}

/** @param {Checkpoint} checkpoint @returns {number} its smallest upper bound, Infinity without a statement */
export function smallestUpper(checkpoint) {
  return Math.min(Infinity, ...checkpoint.statements.map(({ upper }) => upper));
}

/**
 * The moment an event is first stated.
 * @param {Checkpoint[]} checkpoints by size @param {number} leaf
 * @returns {number} POSIX milliseconds, Infinity if never
 */
export function firstStated(checkpoints, leaf) {
  const covering = checkpoints.find((item) => item.size > leaf && item.statements.length > 0);
  return covering ? smallestUpper(covering) : Infinity;
}

/**
 * Whether some source says that a moment had passed, on a checkpoint of limited size.
 * @param {Statement[]} statements @param {number} moment POSIX seconds
 * @param {{above?: number, upTo: number}} sizes size > above and ≤ upTo
 * @returns {boolean}
 */
export function hadPassed(statements, moment, { above = -1, upTo }) {
  return statements.some(({ lower, size }) => lower >= moment * 1000 && size > above && size <= upTo);
}
