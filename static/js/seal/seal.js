/**
 * Sealing a bid: envelopes, parts and manifest. Randomness is an argument everywhere but in
 * `freshSecrets`; nothing here talks to a server.
 */
import { equal, fromHex, hex } from "../protocol/bytes.js";
import { derive } from "../protocol/cobblestone.js";
import * as envelope from "../protocol/envelope.js";
import { demand } from "../protocol/errors.js";
import { eventId, newBody, signBody } from "../protocol/events.js";
import { sha256 } from "../protocol/hashing.js";
import { SealedPart } from "./part.js";
import { PartPool } from "./pool.js";

/** @typedef {{fresh: Uint8Array, factor: Uint8Array|null}} EnvelopeSecrets */
/** @typedef {{nonce: Uint8Array, envelopes: EnvelopeSecrets[]}} BidSecrets */

/**
 * New randomness for one bid: every envelope has its own.
 * @param {{envelopes: {e: number}[], factor: string}} policy body of the policy event
 * @returns {BidSecrets}
 */
export function freshSecrets(policy) {
  const random = (/** @type {number} */ length) => crypto.getRandomValues(new Uint8Array(length));
  return {
    nonce: random(16),
    envelopes: policy.envelopes.map(() => ({
      fresh: random(32),
      factor: policy.factor === "required" ? random(32) : null,
    })),
  };
}

/** One envelope being sealed: its keys are derived, its parts are made on demand. */
export class EnvelopeSealer {
  /**
   * @param {object} policy body of the policy event
   * @param {Uint8Array} policyId T
   * @param {{bid: Uint8Array, e: number, file: Blob, secrets: EnvelopeSecrets}} input
   */
  constructor(policy, policyId, { bid, e, file, secrets }) {
    this.policy = policy;
    this.e = e;
    this.file = file;
    this.secrets = secrets;
    this.id = envelope.envelopeId(policyId, bid, e);
    this.padded = envelope.paddedLength(file.size, policy.pad_floor);
    const { size, parts } = envelope.layout(this.padded);
    this.size = size;
    this.partCount = parts;
    demand(size <= policy.max_size, "too-large", "The file is larger than the tender allows.");
  }

  /** Derive seed and keys; deal the shares and check the dealing as an opener would. */
  async prepare() {
    this.seed = await envelope.seedOf(this.id, this.secrets.fresh);
    const officers = this.policy.officers.map((officer) => fromHex(officer.pk, 32));
    this.shares = await envelope.deal(this.id, this.seed, this.policy.t, officers);
    const { key, salt } = await envelope.contentKeys(this.id, this.seed, this.secrets.factor ?? undefined);
    this.keys = await derive(key, salt, this.id);
    return this;
  }

  /**
   * Seal parts in order; earlier ones may be left out when an upload is resumed.
   * @param {PartPool} pool @param {number} [from] first part wanted
   * @returns {AsyncGenerator<SealedPart>}
   */
  async *parts(pool, from = 0) {
    const { aead, nonce, header } = this.keys;
    if (from === 0) yield new SealedPart(0, header, await sha256(header));
    const numbers = Array.from({ length: this.partCount }, (_, part) => part).slice(Math.max(1, from));
    yield* pool.run(numbers, (part) => ({
      aead,
      nonce,
      part,
      last: part === this.partCount - 1,
      plain: envelope.plainPart(this.file, this.padded, part),
    }));
  }

  /**
   * Entry of the manifest.
   * @param {Uint8Array[]} hashes H of every part
   * @returns {Promise<object>}
   */
  async entry(hashes) {
    demand(hashes.length === this.partCount, "parts-missing", "Not every part was sealed.");
    const { factor } = this.secrets;
    return {
      e: this.e,
      ct_root: hex(await envelope.contentRoot(hashes)),
      size: this.size,
      seed: hex(await envelope.seedCommitment(this.id, this.seed)),
      factor: factor ? hex(await envelope.factorCommitment(this.id, factor)) : null,
      shares: this.shares.map(({ i, c, enc }) => ({ i, c: hex(c), enc: hex(enc) })),
    };
  }
}

/**
 * Seal a whole bid.
 * @param {object} input
 * @param {object} input.policy body of the policy event
 * @param {{algorithm: import("../protocol/dsse.js").Algorithm, privateKey: CryptoKey, spki: Uint8Array,
 *   certs?: Uint8Array[]}} input.signer
 * @param {string} input.org the bidder's organisation
 * @param {Blob[]} input.files one per envelope, in order
 * @param {string|null} input.replaces ev of the live bid this one replaces
 * @param {string} input.client name of this program
 * @param {BidSecrets} [input.secrets] to resume or repeat; fresh by default
 * @param {(e: number, part: SealedPart) => Promise<void>} input.store called with each sealed part, in order
 * @returns {Promise<{manifest: {body: object, signatures: object[]}, ev: string, secrets: BidSecrets,
 *   seeds: Uint8Array[]}>}
 */
export async function sealBid({ policy, signer, org, files, replaces, client, store, ...rest }) {
  demand(files.length === policy.envelopes.length, "envelopes", "Every envelope needs exactly one file.");
  const secrets = rest.secrets ?? freshSecrets(policy);
  const policyId = await eventId("policy", policy);
  const signerHash = await sha256(signer.spki);
  const bid = await envelope.bidId(policyId, signerHash, secrets.nonce);
  const pool = new PartPool();
  const entries = [];
  const seeds = [];
  try {
    for (const [e, file] of files.entries()) {
      const input = { bid, e, file, secrets: secrets.envelopes[e] };
      const sealer = await new EnvelopeSealer(policy, policyId, input).prepare();
      const hashes = [];
      for await (const part of sealer.parts(pool)) {
        hashes.push(part.hash);
        await store(e, part);
      }
      entries.push(await sealer.entry(hashes));
      seeds.push(sealer.seed);
    }
  } finally {
    pool.close();
  }
  checkDistinct(seeds);
  const body = newBody({
    policy: hex(policyId),
    bid: hex(bid),
    nonce: hex(secrets.nonce),
    org,
    signer: hex(signerHash),
    replaces,
    envelopes: entries,
    client,
  });
  const manifest = { body, signatures: [await signBody("bid", body, signer)] };
  return { manifest, ev: hex(await eventId("bid", body)), secrets, seeds };
}

/** @param {Uint8Array[]} seeds refuse equal ones: the random generator would be broken */
function checkDistinct(seeds) {
  const repeated = seeds.some((seed, index) => seeds.slice(index + 1).some((other) => equal(seed, other)));
  demand(!repeated, "seed-repeated", "Two envelopes have one seed: the random generator is broken.");
}
