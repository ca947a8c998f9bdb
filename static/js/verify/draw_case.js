/** The draws of a lot as a bundle tells them (section 15): what is under each header, what its rounds give. */
import { byte, concat, fromHex, hex, utf8 } from "../protocol/bytes.js";
import { decode, encode } from "../protocol/canonical.js";
import { drawSigners, withinForm } from "../protocol/draw_events.js";
import * as envelope from "../protocol/envelope.js";
import { ProtocolError, demand } from "../protocol/errors.js";
import { combine } from "../protocol/gf256.js";
import { sha256, tagged } from "../protocol/hashing.js";
import * as hpke from "../protocol/hpke.js";
import { PAPER_BYTES } from "./bundle.js";
import { firstStated } from "./statements.js";

/** @typedef {import("./world.js").World} World */
/** @typedef {import("./bundle.js").Event} Event */
/** @typedef {{inside: string[], out: string[], bad: string[], seed: Uint8Array|null}} Outcome */

/** All draws of a bundle. */
export class Draws {
  /** @param {World} world */
  constructor(world) {
    this.world = world;
    this.chain = world.bundle.draw;
    this.all = this.chain.filter(({ kind }) => kind === "draw-header").map((event) => new Draw(this, event));
  }

  /** @param {string} digest @returns {any} the paper of this hash as a value */
  paper(digest) {
    const bytes = this.world.bundle.papers.get(digest);
    demand(bytes, "paper-missing", `The bundle lacks the paper drawn/${digest}.json.`);
    return decode(bytes, PAPER_BYTES);
  }

  /**
   * Why the signatures of an event do not count, "" if they do.
   * @param {Event} event @param {any} header of its draw @returns {Promise<string>}
   */
  async signatureFault({ kind, body, signatures, leaf }, header) {
    const { judge, checkpoints } = this.world;
    const roles = drawSigners(kind, body);
    const key = header.officers.find((/** @type {any} */ { i }) => i === body.officer)?.sig_key;
    try {
      const signers = await judge.signersOf(kind, body, signatures, firstStated(checkpoints, leaf));
      const plays = (/** @type {any} */ signer, /** @type {string} */ role) =>
        role === "officer" ? signer.spki === key : judge.isParty(signer, role);
      if (signers.some((signer) => !roles.some((role) => plays(signer, role))))
        return "Somebody signed who had not to.";
      const missing = roles.find((role) => !signers.some((signer) => plays(signer, role)));
      return missing ? `Nobody signed as ${missing}.` : "";
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return error.message;
    }
  }
}

/** One serial: a header and what follows under it. */
export class Draw {
  /** @param {Draws} draws @param {Event} event its header */
  constructor(draws, event) {
    this.draws = draws;
    this.world = draws.world;
    this.event = event;
    this.header = event.body;
    this.id = event.ev;
    this.name = `draw ${event.body.serial}`;
    /** @type {Promise<Map<string, any>>|null} */
    this.counting = null;
    /** @type {Map<number, Promise<Outcome>>} */
    this.outcomes = new Map();
  }

  /** @param {string} kind @param {number} [j] round @returns {Event[]} events under this header, by leaf */
  of(kind, j) {
    return this.draws.chain.filter(
      (event) =>
        event.kind === kind && event.body.header === this.id && (j === undefined || event.body.j === j),
    );
  }

  /** T_close in force. */
  get closeAt() {
    const moved = this.of("draw-postpone");
    return moved.length > 0 ? moved[moved.length - 1].body.close_at : this.header.close_at;
  }

  /** T_reveal; a postponement beyond it moves it along. */
  get revealAt() {
    return Math.max(this.closeAt, this.header.reveal_at);
  }

  /** @param {number} j @returns {number} when the time of a round's officers is over; Infinity while unknown */
  roundEnd(j) {
    const begin = j === 0 ? this.closeAt * 1000 : firstStated(this.world.checkpoints, this.head(j).leaf);
    return Math.ceil(begin / 1000) + this.header.release_s;
  }

  /** @returns {Promise<string[]>} required organisations without a contribution that counts */
  async missing() {
    const given = new Set([...(await this.contributions()).values()].map(({ org }) => org));
    return this.header.required.map((/** @type {any} */ { org }) => org).filter((org) => !given.has(org));
  }

  /** @param {number} j @returns {Event|undefined} what heads a round */
  head(j) {
    return j === 0 ? this.event : this.of("draw-round", j)[0];
  }

  /** @returns {number[]} rounds that have a head, ascending */
  get rounds() {
    const found = new Set([0, ...this.of("draw-round").map(({ body }) => body.j)]);
    return [...found].sort((a, b) => a - b);
  }

  /** @returns {string|null} the gateway's secret key, once revealed */
  get gateway() {
    return this.of("draw-reveal")[0]?.body.gateway ?? null;
  }

  /** @returns {Promise<Map<string, any>>} bodies of the contributions that count, by ev, ascending */
  contributions() {
    this.counting ??= this.count();
    return this.counting;
  }

  async count() {
    const { found, notes } = await this.countUnder(this.world.statements);
    this.world.notes.push(...notes);
    return found;
  }

  /**
   * The contributions that count when these statements about time are at hand, and why the others do not.
   * @param {import("./statements.js").Statement[]} statements
   * @returns {Promise<{found: Map<string, any>, notes: string[]}>}
   */
  async countUnder(statements) {
    const limit = this.world.context.sizeAt(statements, this.closeAt);
    const orgs = new Set();
    const notes = [];
    /** @type {[string, any][]} */
    const found = [];
    for (const event of this.of("contribution")) {
      if (orgs.has(event.body.org)) continue;
      const fault = event.leaf >= limit ? "it is late" : await this.contributionFault(event);
      if (fault) notes.push(`${event.file}: a contribution that does not count: ${fault}`);
      else {
        orgs.add(event.body.org);
        found.push([event.ev, event.body]);
      }
    }
    return { found: new Map(found.sort(([a], [b]) => (a < b ? -1 : 1))), notes };
  }

  /** @param {Event} event @returns {Promise<string>} why a contribution does not count, "" if it does */
  async contributionFault({ kind, body, signatures, leaf }) {
    const { judge, checkpoints } = this.world;
    let signer;
    try {
      [signer] = await judge.signersOf(kind, body, signatures, firstStated(checkpoints, leaf));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return error.message;
    }
    const required = this.header.required.find((/** @type {any} */ { org }) => org === body.org);
    if (required) {
      if (signer.spki !== required.spki) return "it is not signed with the key the header names";
    } else if (!this.isBidder(body.org)) return "it is of nobody who may contribute";
    else if (judge.organisationOf(signer, leaf) !== body.org) return "it is not signed by its organisation";
    return this.formFault(body, signer.spki);
  }

  /** @param {string} org @returns {boolean} whether a bidder of the close, where bidders are asked */
  isBidder(org) {
    const { closed, bids, policyId } = this.world;
    return (
      this.header.open === "bidders" &&
      [...closed].some((ev) => bids.get(ev)?.body.org === org && bids.get(ev).body.policy === policyId)
    );
  }

  /** @param {any} body @param {string} spki @returns {Promise<string>} */
  async formFault(body, spki) {
    const signer = await sha256(fromHex(spki));
    const id = await tagged("contribution", fromHex(this.id), signer, fromHex(body.nonce));
    if (body.id !== hex(id.slice(0, 16)) || body.signer !== hex(signer))
      return "its id is not made from draw, signer and nonce";
    if (body.rounds.length !== this.header.max_rounds + 1) return "it has not one seed for every round";
    const whole = body.rounds.every(
      (/** @type {any} */ { shares }) =>
        shares.length === this.header.officers.length &&
        shares.every((/** @type {any} */ { i }, /** @type {number} */ at) => i === at + 1),
    );
    return whole ? "" : "a round has not one share for each officer";
  }

  /** @param {number} j @returns {string[][]} FAILs of the commits of a round before its first release */
  votes(j) {
    const first = this.of("draw-release", j)[0]?.leaf ?? Infinity;
    return this.of("draw-commit", j)
      .filter(({ leaf }) => leaf < first)
      .map(({ body }) => body.fails);
  }

  /** @param {string} ev @param {string[][]} votes @returns {"in"|"out"|""} "" while it waits */
  settled(ev, votes) {
    const { officers, t } = this.header;
    const fails = votes.filter((failed) => failed.includes(ev)).length;
    if (fails >= officers.length - t + 1) return "out";
    return votes.length - fails >= t ? "in" : "";
  }

  /**
   * What a release holds.
   * @param {any} body
   * @returns {Promise<{within: Uint8Array, shares: Map<string, string>}>}
   */
  async openRelease({ j, officer, sealed }) {
    const pair = await hpke.importKeyPair(fromHex(this.gateway));
    const info = concat(utf8("sealedbid/v1 drawrelease"), fromHex(this.id), byte(j), byte(officer));
    const within = await hpke.open(pair, info, fromHex(sealed));
    const value = decode(within);
    withinForm(value, "release");
    demand(value.header === this.id && value.j === j, "release", "The release holds shares of another round.");
    return { within, shares: new Map(value.shares) };
  }

  /** @param {number} j @returns {Promise<Outcome>} what the releases of a round give */
  outcome(j) {
    if (!this.outcomes.has(j)) this.outcomes.set(j, this.decide(j));
    return this.outcomes.get(j);
  }

  /** @param {number} j @returns {Promise<Map<number, Map<string, string>>>} what each officer released */
  async openAll(j) {
    demand(this.gateway !== null && this.head(j), "round", "The round or the gateway's key is not there.");
    const opened = new Map();
    for (const { body } of this.of("draw-release", j))
      opened.set(body.officer, (await this.openRelease(body)).shares);
    return opened;
  }

  /** @param {number} j @returns {Promise<number[]>} officers without a release, or with a wrong share in it */
  async absent(j) {
    const opened = await this.openAll(j);
    const found = [];
    for (const { i } of this.header.officers) {
      let whole = opened.has(i);
      for (const [ev, body] of await this.contributions()) {
        const given = opened.get(i)?.get(ev) ?? "FAIL";
        if (given !== "FAIL" && !(await this.goodShare(j, i, body, given))) whole = false;
      }
      if (!whole) found.push(i);
    }
    return found;
  }

  /**
   * @param {number} j @param {number} i officer @param {any} body of a contribution @param {string} given
   * @returns {Promise<Uint8Array|null>} the share, if it is the one that was dealt
   */
  async goodShare(j, i, body, given) {
    const id = envelope.envelopeId(fromHex(this.id), fromHex(body.id), j);
    const share = /^[0-9a-f]{64}$/.test(given) ? fromHex(given) : null;
    const stated = body.rounds[j]?.shares[i - 1]?.c;
    return share && hex(await envelope.shareCommitment(id, i, share)) === stated ? share : null;
  }

  /** @param {number} j @returns {Promise<Outcome>} */
  async decide(j) {
    const opened = await this.openAll(j);
    const votes = this.votes(j);
    const contributions = await this.contributions();
    /** @type {Outcome} */
    const found = { inside: [], out: [], bad: [], seed: null };
    const nonces = [];
    for (const [ev, body] of contributions) {
      const status = this.settled(ev, votes);
      demand(status !== "", "round", `It is not settled whether ${ev} counts.`);
      if (status === "out") {
        found.out.push(ev);
        continue;
      }
      const nonce = await this.nonce(j, ev, body, opened);
      if (nonce === null) found.bad.push(ev);
      else {
        found.inside.push(ev);
        nonces.push([ev, hex(nonce)]);
      }
    }
    if (this.carries(found.inside.map((ev) => contributions.get(ev).org)))
      found.seed = await this.seed(j, nonces);
    return found;
  }

  /** @param {number} j @param {string[][]} nonces by ev @returns {Promise<Uint8Array>} seed_j */
  async seed(j, nonces) {
    const beacon = this.header.beacon === null ? new Uint8Array(32) : fromHex(this.header.beacon);
    return tagged("drawseed", fromHex(this.head(j).ev), await sha256(encode(nonces)), beacon);
  }

  /** @param {string[]} orgs that are in @returns {boolean} whether they carry the round */
  carries(orgs) {
    const found = this.header.required.filter((/** @type {any} */ { org }) => orgs.includes(org));
    return found.length >= 2 && found.some((/** @type {any} */ { role }) => role === "supervisor");
  }

  /**
   * The nonce of one contribution that is in, null if its dealing is proved bad.
   * @param {number} j @param {string} ev @param {any} body @param {Map<number, Map<string, string>>} opened
   * @returns {Promise<Uint8Array|null>}
   */
  async nonce(j, ev, body, opened) {
    const { t, officers } = this.header;
    const id = envelope.envelopeId(fromHex(this.id), fromHex(body.id), j);
    const row = body.rounds[j];
    const good = new Map();
    for (const i of [...opened.keys()].sort((a, b) => a - b)) {
      const given = opened.get(i).get(ev) ?? "FAIL";
      if (given === "FAIL") continue;
      const share = await this.goodShare(j, i, body, given);
      if (share) good.set(i, share);
      else this.world.notes.push(`${this.name}: officer ${i} gave a wrong share of contribution ${ev}.`);
    }
    demand(good.size >= t, "round", `Fewer than t good shares of ${ev} are there.`);
    const seed = combine(new Map([...good].slice(0, t)));
    if (hex(await envelope.seedCommitment(id, seed)) !== row.seed) return null;
    try {
      const keys = officers.map((/** @type {any} */ { pk }) => fromHex(pk));
      const dealt = await envelope.deal(id, seed, t, keys);
      const stated = row.shares.map((/** @type {any} */ { i, c, enc }) => {
        return { i, c: fromHex(c), enc: fromHex(enc) };
      });
      return envelope.sameDealing(dealt, stated) ? tagged("nonce", id, seed) : null;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return null;
    }
  }
}
