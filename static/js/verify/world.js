/** Everything the checks look at, worked out once from a bundle and the anchors. */
import { ProtocolError } from "../protocol/errors.js";
import { policyTimes } from "../protocol/policy.js";
import { Draws } from "./draw_case.js";
import { bidSet } from "./set.js";
import { SignatureJudge } from "./signers.js";
import { TimeContext } from "./statements.js";
import { timesInForce } from "./times.js";

/** @typedef {import("./bundle.js").Event} Event */
/** @typedef {import("./statements.js").Checkpoint} Checkpoint */
/** @typedef {import("./statements.js").Statement} Statement */
/** @typedef {{object: string, evidence: string}} Fault */

export class World {
  /** @param {import("./bundle.js").Bundle} bundle @param {any} anchors */
  constructor(bundle, anchors) {
    this.bundle = bundle;
    this.anchors = anchors;
    this.chain = bundle.chain;
    this.policies = bundle.chain.filter(({ kind }) => kind === "policy");
    this.policyEvent = this.policies[this.policies.length - 1];
    this.policy = this.policyEvent.body;
    this.policyId = this.policyEvent.ev;
    this.context = new TimeContext(this.policy, anchors);
    this.k = this.context.k;
    this.quorum = Math.max(this.policy.witness_quorum, anchors.witness_quorum);
    /** @type {Checkpoint[]} */
    this.checkpoints = [];
    /** @type {Fault[]} what V6 says of notes that cannot be read */
    this.noteFaults = [];
    /** @type {string[]} */
    this.notes = [];
    /** @type {Statement[]} */
    this.statements = [];
    /** @type {SignatureJudge} */
    this.judge = new SignatureJudge(anchors, bundle, this.checkpoints);
    /** Leaves of the first release-commit and release, Infinity if none. */
    this.firstCommit = this.firstLeaf("release-commit");
    this.firstRelease = this.firstLeaf("release");
    this.closes = this.inForce("close");
    /** @type {Event|null} the close in force */
    this.close = this.closes[this.closes.length - 1] ?? null;
    /** Bids that the close in force names. @type {Set<string>} */
    this.closed = new Set(this.close ? this.close.body.bids.map(({ ev }) => ev) : []);
    /** First bid event of each ev that is not void. @type {Map<string, Event>} */
    this.bids = new Map();
    /** @type {import("./times.js").Times} */
    this.times = policyTimes(this.policy);
    /** Times that each close found. @type {Map<Event, import("./times.js").Times>} */
    this.atClose = new Map();
    this.nClose = 0;
    /** @type {import("./set.js").BidSet} */
    this.set = { standings: new Map(), leaves: new Map(), faults: [] };
    /** Accepted factor of each bid. @type {Map<string, string>} */
    this.factors = new Map();
    /**
     * What opening again gave, by envelope and bid.
     * @type {Map<number, Map<string, import("./verdicts.js").Opening>>}
     */
    this.openings = new Map();
    /** The lot's draws of experts. */
    this.draws = new Draws(this);
    /** @type {import("./receipts.js").Receipt[]} */
    this.receipts = [];
    /** @type {Fault[]} */
    this.receiptFaults = [];
    /** @type {Statement[]} */
    this.receiptStatements = [];
  }

  /**
   * @param {import("./bundle.js").Bundle} bundle @param {any} anchors
   * @param {(done: string) => void} progress
   * @returns {Promise<World>}
   */
  static async build(bundle, anchors, progress) {
    const world = new World(bundle, anchors);
    await world.readCheckpoints();
    progress("checkpoints");
    world.statements = world.checkpoints.flatMap(({ statements }) => statements);
    await world.judge.run();
    progress("signatures");
    const { times, atClose } = world.timesOf(world.policyEvent);
    Object.assign(world, { times, atClose });
    world.nClose = world.sizeAt(times.close_at);
    world.set = await bidSet(bundle.chain, {
      policy: world.policy,
      policyId: world.policyId,
      nClose: world.nClose,
      judge: world.judge,
      keyLosses: bundle.keys.filter((event) => event.kind === "key-loss" && world.judge.isGood(event)),
    });
    for (const event of world.chain) {
      const first = event.kind === "bid" && !world.judge.isVoid(event) && !world.bids.has(event.ev);
      if (first) world.bids.set(event.ev, event);
    }
    return world;
  }

  async readCheckpoints() {
    for (const file of this.bundle.checkpoints) {
      try {
        this.checkpoints.push(await this.context.read(file));
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.noteFaults.push({ object: file.file, evidence: error.message });
      }
    }
  }

  /**
   * Events of the policy in force; withheld ones belong to it.
   * @param {string} kind
   * @returns {Event[]} by leaf
   */
  inForce(kind) {
    return this.chain.filter(
      (event) => event.kind === kind && (event.withheld || event.body.policy === this.policyId),
    );
  }

  /** @param {string} kind @param {number} e @returns {Event[]} */
  ofEnvelope(kind, e) {
    return this.inForce(kind).filter((event) => (event.withheld ?? event.body).e === e);
  }

  /** @param {string} kind @returns {number} smallest leaf, Infinity if none */
  firstLeaf(kind) {
    return this.inForce(kind)[0]?.leaf ?? Infinity;
  }

  /** @param {number} moment POSIX seconds @returns {number} N(x) by the bundle's own statements */
  sizeAt(moment) {
    return this.context.sizeAt(this.statements, moment);
  }

  /** @param {Event} policyEvent @returns {ReturnType<typeof timesInForce>} */
  timesOf({ body, ev }) {
    const events = this.chain.filter(
      (event) => (event.kind === "postpone" || event.kind === "close") && event.body.policy === ev,
    );
    return timesInForce(body, events, {
      sizeAt: (moment) => this.sizeAt(moment),
      statements: this.statements,
      k: this.k,
      firstCommit: this.firstCommit,
      firstRelease: this.firstRelease,
    });
  }

  /** @param {number} leaf @returns {Checkpoint|undefined} first checkpoint covering a leaf */
  covering(leaf) {
    return this.checkpoints.find(({ size }) => size > leaf);
  }

  /**
   * @param {Checkpoint} checkpoint
   * @returns {Set<string>} organisations of the anchors' witnesses that cosigned it
   */
  witnessesOf(checkpoint) {
    return new Set(
      this.anchors.witnesses
        .filter(({ vkey }) => checkpoint.cosignatures.some((cosignature) => cosignature.vkey === vkey))
        .map(({ org }) => org),
    );
  }

  /** @returns {Event} last event of the chain */
  get last() {
    return this.chain[this.chain.length - 1];
  }

  /** @returns {boolean} whether the chain says that the lot was opened to the end */
  get completed() {
    return this.last.kind === "open-end";
  }
}
