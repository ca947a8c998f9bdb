/** Who signed an event, and whether that is who had to (section 4.2, "Which signer counts"). */
import { equal, fromHex, hex } from "../protocol/bytes.js";
import { verify } from "../protocol/dsse.js";
import { ProtocolError, demand } from "../protocol/errors.js";
import { SIGNERS, signedBytes, VOIDABLE } from "../protocol/events.js";
import { sha256 } from "../protocol/hashing.js";
import { organisation, verifyChain } from "../protocol/x509.js";
import { firstStated } from "./statements.js";

/** @typedef {import("./bundle.js").Event} Event */
/**
 * @typedef {{spki: string, org: string|null, root: string|null}} Signer spki and root in hex, org of a
 *   certificate
 */
/** @typedef {{ok: boolean, reason: string, signers: Signer[]}} Finding */

/** Judges the signatures of one bundle's events under one set of anchors. */
export class SignatureJudge {
  /**
   * @param {any} anchors
   * @param {{chain: Event[], keys: Event[], evaluation?: Event[], award?: Event[]}} events
   * @param {import("./statements.js").Checkpoint[]} checkpoints
   */
  constructor(anchors, { chain, keys, evaluation = [], award = [] }, checkpoints) {
    this.anchors = anchors;
    this.evaluation = evaluation;
    this.award = award;
    this.chain = chain;
    this.keys = keys;
    this.checkpoints = checkpoints;
    /** @type {Map<Event, Finding>} */
    this.findings = new Map();
    this.policies = new Map(
      chain.filter(({ kind }) => kind === "policy").map((event) => [event.ev, event.body]),
    );
    this.bids = new Map(chain.filter(({ kind }) => kind === "bid").map((event) => [event.ev, event.body]));
  }

  /** Judge every event; key events first, because they say whose keys the others are. */
  async run() {
    for (const event of [...this.keys, ...this.chain, ...this.evaluation, ...this.award]) {
      if (!event.withheld) this.findings.set(event, await this.judge(event));
    }
    return this;
  }

  /** @param {Event} event @returns {boolean} whether its signatures are as they must be */
  isGood(event) {
    return event.withheld !== null || this.findings.get(event).ok;
  }

  /** @param {Event} event @returns {boolean} whether it counts for nothing, and lawfully so */
  isVoid(event) {
    return VOIDABLE.includes(event.kind) && !this.isGood(event);
  }

  /** @param {Event} event @returns {Promise<Finding>} */
  async judge(event) {
    try {
      const moment = firstStated(this.checkpoints, event.leaf);
      const signers = await this.signersOf(event.kind, event.body, event.signatures, moment);
      await this.checkRoles(event, signers);
      return { ok: true, reason: "", signers };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return { ok: false, reason: error.message, signers: [] };
    }
  }

  /**
   * Verify signatures and name their keys.
   * @param {string} kind @param {any} body @param {any[]} signatures @param {number} moment POSIX
   *   milliseconds
   * @returns {Promise<Signer[]>}
   */
  async signersOf(kind, body, signatures, moment) {
    const message = signedBytes(kind, body);
    return Promise.all(
      signatures.map(async (signature) => {
        const signer = await this.resolve(signature, moment);
        const good = await verify(signature.alg, fromHex(signer.spki), message, fromHex(signature.sig));
        demand(good, "signature", "A signature does not verify.");
        return signer;
      }),
    );
  }

  /** @param {any} signature @param {number} moment POSIX milliseconds @returns {Promise<Signer>} */
  async resolve(signature, moment) {
    if (!signature.certs) return { spki: signature.key, org: null, root: null };
    demand(Number.isFinite(moment), "chain-time", "No statement says when the certificate was used.");
    const parties = this.anchors.parties.flatMap(({ ca_root: root }) => (root ? [root] : []));
    const roots = [...new Set([...this.anchors.ca_roots, ...parties])].map((root) => fromHex(root));
    const { leaf, root } = await verifyChain(
      signature.certs.map((item) => fromHex(item)),
      roots,
      moment,
    );
    return { spki: hex(leaf.spki), org: organisation(leaf), root: hex(root.raw) };
  }

  /** @param {Signer} signer @param {string} role @param {string} [org] @returns {boolean} */
  isParty(signer, role, org) {
    return this.anchors.parties.some(
      (party) =>
        party.role === role &&
        (org === undefined || party.org === org) &&
        (party.spki ? party.spki === signer.spki : party.ca_root === signer.root && party.org === signer.org),
    );
  }

  /**
   * Organisation of a bidder's key at a place in the log.
   * @param {Signer} signer @param {number} leaf
   * @returns {string|null}
   */
  organisationOf(signer, leaf) {
    if (signer.root !== null) return this.anchors.ca_roots.includes(signer.root) ? signer.org : null;
    const named = this.keys.filter(
      (event) =>
        event.kind === "signer-key" &&
        event.leaf < leaf &&
        event.body.spki === signer.spki &&
        this.isGood(event),
    );
    return named.length > 0 ? named[named.length - 1].body.org : null;
  }

  /** @param {Event} event @param {Signer[]} signers */
  async checkRoles(event, signers) {
    const roles = SIGNERS[event.kind];
    if (roles[0] === "bidder") {
      await this.checkBidder(event, signers);
      return;
    }
    const keys = roles[0] === "officer" ? this.officerKeys(event) : this.seatKeys(event);
    const plays = (/** @type {Signer} */ signer, /** @type {string} */ role) => {
      if (role === "officer" || role === "seat") return keys.includes(signer.spki);
      return role === "registrar" ? signer.spki === this.anchors.registrar : this.isParty(signer, role);
    };
    for (const role of roles) {
      demand(
        signers.some((signer) => plays(signer, role)),
        "signer-missing",
        `Nobody signed as ${role}.`,
      );
    }
    const stranger = signers.some((signer) => !roles.some((role) => plays(signer, role)));
    demand(!stranger, "signer-stranger", "Somebody signed who had not to.");
  }

  /** @param {Event} event @returns {string[]} keys which panels give the seat an event of the evaluation names */
  seatKeys({ body }) {
    return this.evaluation
      .filter(({ kind }) => kind === "panel")
      .flatMap((panel) => panel.body.members)
      .filter(({ seat }) => seat === body.seat)
      .map(({ sig_key: key }) => key);
  }

  /** @param {Event} event @returns {string[]} keys of the officer an event speaks of */
  officerKeys({ kind, body }) {
    if (kind === "officer-key") return [body.sig_key];
    if (kind !== "dryrun") {
      const officer = this.policies.get(body.policy)?.officers[body.officer - 1];
      return officer ? [officer.sig_key] : [];
    }
    const named = [...this.policies.values()]
      .flatMap((policy) => policy.officers)
      .filter(({ i, pk }) => i === body.i && pk === body.pk)
      .map(({ sig_key: key }) => key);
    const declared = this.keys.filter(
      (other) =>
        other.kind === "officer-key" &&
        other.body.tender === body.tender &&
        other.body.lot === body.lot &&
        other.body.i === body.i &&
        other.body.pk === body.pk,
    );
    return [...named, ...declared.map((other) => other.body.sig_key)];
  }

  /** @param {Event} event @param {Signer[]} signers */
  async checkBidder({ kind, body, leaf }, signers) {
    const orgs = signers.map((signer) => this.organisationOf(signer, leaf));
    demand(
      orgs.every((org) => org !== null),
      "signer-unknown",
      "A key is registered for no organisation.",
    );
    if (kind === "set-objection") return;
    const meant = kind === "bid" ? body : this.bids.get(body.target ?? body.bid);
    demand(meant, "bid-unknown", "The bid meant is not in the chain.");
    demand(
      orgs.every((org) => org === meant.org),
      "signer-org",
      "A signature is of another organisation.",
    );
    if (kind !== "bid") return;
    const first = await sha256(fromHex(signers[0].spki));
    demand(
      equal(first, fromHex(body.signer)),
      "signer-key",
      "The first signature is by another key than the bid names.",
    );
  }
}
