/** Opening again what was opened (section 6.5): every seed, every share, every content, every verdict. */
import { concat, fromHex, hex } from "../protocol/bytes.js";
import * as envelope from "../protocol/envelope.js";
import { ProtocolError } from "../protocol/errors.js";
import { combine } from "../protocol/gf256.js";
import { sha256 } from "../protocol/hashing.js";
import { Sha256 } from "../protocol/sha256_stream.js";

/** @typedef {import("./bundle.js").Event} Event */
/** @typedef {import("./world.js").World} World */
/** @typedef {{verdict: string, seed: string|null, plain: string|null, faulty: number[]}} Opening */

const IN_MEMORY = 1 << 28;
/** Bids opened at the same time; most of the work is waiting for WebCrypto. */
const IN_FLIGHT = 4;

/** @param {Event} bid @param {string} policyId @param {number} e @returns {Uint8Array} E */
export function idOf(bid, policyId, e) {
  return envelope.envelopeId(fromHex(policyId), fromHex(bid.body.bid), e);
}

/**
 * Whether a factor event gives every B of a bid.
 * @param {any} body of the factor event @param {Event} bid @param {string} policyId
 * @returns {Promise<boolean>}
 */
export async function factorMatches(body, bid, policyId) {
  const wanted = bid.body.envelopes;
  if (body.factors.length !== wanted.length) return false;
  for (const [index, { e, b }] of body.factors.entries()) {
    const commitment = await envelope.factorCommitment(idOf(bid, policyId, e), fromHex(b));
    if (wanted[index].e !== e || wanted[index].factor !== hex(commitment)) return false;
  }
  return true;
}

/**
 * Which factor events count (6.4, 2): in time, before factor-end, whole, and matching; the first for each
 * bid. The others are noted.
 * @param {World} world
 * @returns {Promise<Map<string, string>>} ev of the factor by ev of the bid
 */
export async function acceptedFactors(world) {
  const accepted = new Map();
  const end = world.inForce("factor-end").find(({ body }) => body.close === world.close?.ev);
  const until = world.times.factor_until;
  const limit = until === null ? 0 : Math.min(world.sizeAt(until), end?.leaf ?? 0);
  for (const event of world.inForce("factor")) {
    const bid = world.bids.get(event.body.bid);
    const counts =
      !world.judge.isVoid(event) &&
      event.leaf < limit &&
      bid &&
      world.closed.has(bid.ev) &&
      (await factorMatches(event.body, bid, world.policyId));
    if (counts && !accepted.has(bid.ev)) accepted.set(bid.ev, event.ev);
    if (!counts) world.notes.push(`${event.file}: a factor that is not accepted.`);
  }
  return accepted;
}

/** The state of one envelope's opening: which shares, seeds, decisions and factors there are. */
export class EnvelopeOpening {
  /** @param {World} world @param {number} e */
  constructor(world, e) {
    this.world = world;
    this.e = e;
    /** @type {Map<number, Map<string, string>>} officer to shares by ev */
    this.shares = new Map();
    for (const { body } of world.ofEnvelope("release", e)) {
      if (body && !this.shares.has(body.officer)) this.shares.set(body.officer, new Map(body.shares));
    }
    const firstRelease = world.ofEnvelope("release", e)[0]?.leaf ?? Infinity;
    const commits = world.ofEnvelope("release-commit", e).filter(({ leaf }) => leaf < firstRelease);
    this.seeds = world
      .ofEnvelope("seed", e)
      .filter((event) => event.body && event.leaf < firstRelease && !world.judge.isVoid(event))
      .filter((event) => {
        const failed = commits.filter(
          ({ leaf, body }) => leaf < event.leaf && body.fails.includes(event.body.bid),
        );
        return failed.length >= world.policy.officers.length - world.policy.t + 1;
      });
    this.aside = new Set(world.ofEnvelope("decision", e).map(({ body }) => body.bid));
  }

  /**
   * @param {Event} bid a bid of the set
   * @returns {Promise<Opening>}
   */
  async open(bid) {
    const id = idOf(bid, this.world.policyId, this.e);
    const entry = bid.body.envelopes[this.e];
    const { good, faulty } = await this.goodShares(id, bid.ev, entry);
    const seed = await this.seedOf(id, bid.ev, entry, good);
    const result = (/** @type {string} */ verdict, /** @type {string|null} */ plain = null) => ({
      verdict,
      seed: seed ? hex(seed) : null,
      plain,
      faulty,
    });
    if (this.aside.has(bid.ev)) return result("SET_ASIDE");
    const factor = this.factorOf(bid);
    if (factor === null) return result("FACTOR_MISSING");
    if (seed === null) return result("NOT_OPENABLE");
    if (!(await this.isHonest(id, seed, entry))) return result("BAD_DEALING");
    const content = this.world.bundle.contents.find(({ ev, e }) => ev === bid.ev && e === this.e);
    if (!content) return result("PLATFORM_FAULT");
    try {
      const floor = this.world.policy.pad_floor;
      return result("OPENED", hex(await hashContent({ id, seed, factor, floor }, content.blob)));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return result("BAD_CONTENT");
    }
  }

  /**
   * @param {Event} bid
   * @returns {Uint8Array|undefined|null} B, undefined if none is asked for, null if missing
   */
  factorOf(bid) {
    if (this.world.policy.factor === "none") return undefined;
    const named = this.world.factors.get(bid.ev);
    const event = this.world.inForce("factor").find(({ ev }) => ev === named);
    const given = event?.body.factors.find(({ e }) => e === this.e);
    return given ? fromHex(given.b) : null;
  }

  /**
   * @param {Uint8Array} id @param {string} ev @param {any} entry
   * @returns {Promise<{good: Map<number, Uint8Array>, faulty: number[]}>}
   */
  async goodShares(id, ev, entry) {
    const good = new Map();
    const faulty = [];
    for (const officer of [...this.shares.keys()].sort((left, right) => left - right)) {
      const given = this.shares.get(officer).get(ev);
      if (given === undefined || given === "FAIL") continue;
      const share = fromHex(given);
      const commitment = hex(await envelope.shareCommitment(id, officer, share));
      if (entry.shares[officer - 1]?.c === commitment) good.set(officer, share);
      else faulty.push(officer);
    }
    return { good, faulty };
  }

  /** @param {Uint8Array} id @param {string} ev @param {any} entry @param {Map<number, Uint8Array>} good */
  async seedOf(id, ev, entry, good) {
    for (const { body } of this.seeds) {
      const seed = fromHex(body.s);
      if (body.bid === ev && hex(await envelope.seedCommitment(id, seed)) === entry.seed) return seed;
    }
    const chosen = [...good].slice(0, this.world.policy.t);
    return chosen.length === this.world.policy.t ? combine(new Map(chosen)) : null;
  }

  /** @param {Uint8Array} id @param {Uint8Array} seed @param {any} entry @returns {Promise<boolean>} */
  async isHonest(id, seed, entry) {
    if (hex(await envelope.seedCommitment(id, seed)) !== entry.seed) return false;
    const officers = this.world.policy.officers.map(({ pk }) => fromHex(pk));
    try {
      const dealt = await envelope.deal(id, seed, this.world.policy.t, officers);
      const stated = entry.shares.map(({ i, c, enc }) => ({ i, c: fromHex(c), enc: fromHex(enc) }));
      return envelope.sameDealing(dealt, stated);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return false;
    }
  }
}

/**
 * H(file) of an envelope's content.
 * @param {envelope.OpenEnvelope} keys @param {Blob} blob
 * @returns {Promise<Uint8Array>}
 */
async function hashContent(keys, blob) {
  const running = blob.size > IN_MEMORY ? new Sha256() : null;
  const pieces = [];
  for await (const piece of envelope.filePieces(keys, blob)) {
    if (running) running.update(piece);
    else pieces.push(piece);
  }
  return running ? running.digest() : sha256(concat(...pieces));
}

/**
 * Open every bid of the set in one envelope, a few at a time.
 * @param {World} world @param {number} e @param {(done: string) => void} progress
 * @returns {Promise<Map<string, Opening>>} by ev of the bid; bids outside the set have no opening
 */
export async function openEnvelope(world, e, progress) {
  const opening = new EnvelopeOpening(world, e);
  const bids = [...world.bids.values()].filter(
    ({ ev, body }) => world.closed.has(ev) && body.policy === world.policyId && body.envelopes[e]?.e === e,
  );
  const found = new Map(bids.map(({ ev }) => [ev, null]));
  let next = 0;
  const lane = async () => {
    while (next < bids.length) {
      const bid = bids[next++];
      found.set(bid.ev, await opening.open(bid));
      progress(`envelope ${e}: ${next} of ${bids.length}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return found;
}
