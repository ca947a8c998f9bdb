/**
 * The set of bids (sections 6.2 and 6.3): which bid of each organisation is alive, and what became of the
 *   rest.
 */
import { fromHex, hex } from "../protocol/bytes.js";
import { bidId, padme, paddedLengthOf } from "../protocol/envelope.js";
import { sha256 } from "../protocol/hashing.js";
import { root } from "../protocol/merkle.js";

/** @typedef {import("./bundle.js").Event} Event */
/** @typedef {"SET"|"STALE"|"LATE"|"SUPERSEDED"|"WITHDRAWN"|"BROKEN"} Standing */
/** @typedef {{standings: Map<string, Standing>, leaves: Map<string, number>, faults: string[]}} BidSet */

/**
 * Whether a bid has the shape its policy asks for.
 * @param {any} body of the bid @param {any} policy @param {string} policyId T in hex
 * @returns {Promise<boolean>}
 */
export async function conforms(body, policy, policyId) {
  const id = await bidId(fromHex(policyId), fromHex(body.signer), fromHex(body.nonce));
  if (hex(id) !== body.bid || body.envelopes.length !== policy.envelopes.length) return false;
  return body.envelopes.every((envelope, e) => {
    const length = paddedLengthOf(envelope.size);
    return (
      envelope.e === e &&
      envelope.size <= policy.max_size &&
      length !== null &&
      length >= policy.pad_floor &&
      padme(length) === length &&
      (envelope.factor === null) === (policy.factor === "none") &&
      envelope.shares.length === policy.officers.length &&
      envelope.shares.every(({ i }, index) => i === index + 1)
    );
  });
}

/** Goes through bids and withdrawals by leaf. */
class Walk {
  /**
   * @param {{policy: any, policyId: string, nClose: number, keyLosses: Event[],
   *   judge: import("./signers.js").SignatureJudge}} scene
   */
  constructor(scene) {
    this.scene = scene;
    /** @type {Map<string, Event>} live bid of each organisation */
    this.live = new Map();
    /** @type {BidSet} */
    this.result = { standings: new Map(), leaves: new Map(), faults: [] };
    this.bidIds = new Set();
    this.withdrawals = new Set();
  }

  /** @param {Event} event @param {string} why a rule of the set is broken; the event changes nothing */
  fault(event, why) {
    this.result.faults.push(`${event.file}: ${why}`);
    if (event.kind === "bid") this.result.standings.set(event.ev, "BROKEN");
  }

  /** @param {Event} event @returns {string} spki of its first signature, in hex */
  keyOf(event) {
    return this.scene.judge.findings.get(event).signers[0].spki;
  }

  /**
   * @param {Event} bid @param {Event} event
   * @returns {Promise<boolean>} whether the event's key may act for the bid
   */
  async mayAct(bid, event) {
    const [old, now] = [this.keyOf(bid), this.keyOf(event)];
    if (hex(await sha256(fromHex(now))) === bid.body.signer) return true;
    return this.scene.keyLosses.some(
      ({ body, leaf }) =>
        leaf < event.leaf &&
        leaf < this.scene.nClose &&
        body.org === bid.body.org &&
        body.old === old &&
        body.new === now,
    );
  }

  /** @param {Event} event a bid of the policy in force, on time */
  async bid(event) {
    const { body } = event;
    const before = this.live.get(body.org);
    if (!(await conforms(body, this.scene.policy, this.scene.policyId))) {
      this.fault(event, "the bid does not have the shape its policy asks for");
    } else if (body.replaces !== (before?.ev ?? null)) {
      this.fault(event, "the bid does not replace its organisation's live bid");
    } else if (before && !(await this.mayAct(before, event))) {
      this.fault(event, "the bid is signed by another key than the one it replaces, without a key loss");
    } else if (this.bidIds.has(body.bid)) {
      this.fault(event, "the bid id has occurred before");
    } else {
      if (before) this.result.standings.set(before.ev, "SUPERSEDED");
      this.bidIds.add(body.bid);
      this.live.set(body.org, event);
      this.result.standings.set(event.ev, "SET");
    }
  }

  /** @param {Event} event a withdrawal under the policy in force, on time */
  async withdraw(event) {
    if (this.withdrawals.has(event.ev)) return;
    this.withdrawals.add(event.ev);
    const bid = [...this.live.values()].find(({ ev }) => ev === event.body.target);
    if (!bid) {
      this.fault(event, "the bid to withdraw is not alive");
    } else if (!(await this.mayAct(bid, event))) {
      this.fault(event, "the withdrawal is signed by another key than the bid, without a key loss");
    } else {
      this.live.delete(bid.body.org);
      this.result.standings.set(bid.ev, "WITHDRAWN");
    }
  }
}

/**
 * Work the set out.
 * @param {Event[]} chain
 * @param {{policy: any, policyId: string, nClose: number, keyLosses: Event[],
 *   judge: import("./signers.js").SignatureJudge}} scene
 * @returns {Promise<BidSet>}
 */
export async function bidSet(chain, scene) {
  const walk = new Walk(scene);
  const { standings, leaves } = walk.result;
  for (const event of chain) {
    const counts = (event.kind === "bid" || event.kind === "withdraw") && !scene.judge.isVoid(event);
    if (!counts) continue;
    const inForce = event.body.policy === scene.policyId;
    const onTime = event.leaf < scene.nClose;
    if (event.kind === "withdraw") {
      if (inForce && onTime) await walk.withdraw(event);
    } else if (!leaves.has(event.ev)) {
      leaves.set(event.ev, event.leaf);
      if (inForce && onTime) await walk.bid(event);
      else standings.set(event.ev, inForce ? "LATE" : "STALE");
    }
  }
  return walk.result;
}

/** @param {string[]} evs hex, ascending @returns {Promise<string>} set_root in hex */
export async function setRoot(evs) {
  return hex(await root(evs.map((ev) => fromHex(ev))));
}
