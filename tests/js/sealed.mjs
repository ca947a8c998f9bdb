/** The forty kept bids: what either language sealed, this code makes again from the same randomness. */
import { fromHex, hex } from "../../static/js/protocol/bytes.js";
import { verify } from "../../static/js/protocol/dsse.js";
import * as envelope from "../../static/js/protocol/envelope.js";
import { eventId, signedBytes } from "../../static/js/protocol/events.js";
import { sha256 } from "../../static/js/protocol/hashing.js";
import { PartPool } from "../../static/js/seal/pool.js";
import { EnvelopeSealer } from "../../static/js/seal/seal.js";

/** @param {number} size @param {number} shift @returns {Uint8Array} a file of the kept bids */
function file(size, shift) {
  return Uint8Array.from({ length: size }, (_, i) => (i * i + 3 * i + shift) % 251);
}

/**
 * Seal one envelope again.
 * @param {any} policy @param {Uint8Array} policyId @param {any} input
 * @returns {Promise<{entry: any, seed: string, content: Uint8Array}>}
 */
async function again(policy, policyId, input) {
  const sealer = await new EnvelopeSealer(policy, policyId, input).prepare();
  const [hashes, blobs] = [[], []];
  const pool = new PartPool();
  for await (const { hash, blob } of sealer.parts(pool)) {
    hashes.push(hash);
    blobs.push(blob);
  }
  pool.close();
  const content = new Uint8Array(await new Blob(blobs).arrayBuffer());
  return { entry: await sealer.entry(hashes), seed: hex(sealer.seed), content };
}

/** @param {any} kept @param {any} policy @param {any} tally a bid that Python sealed */
async function pythonBid(kept, policy, tally) {
  const { number, body, signatures, random, sizes, signer } = kept;
  const [signature] = signatures;
  const message = signedBytes("bid", body);
  const signed = await verify(signature.alg, fromHex(signer), message, fromHex(signature.sig));
  tally.add(`python ${number}: signature`, signed);
  const policyId = await eventId("policy", policy);
  const bid = await envelope.bidId(policyId, fromHex(body.signer), fromHex(body.nonce));
  tally.add(`python ${number}: bid id`, hex(bid) === body.bid && hex(policyId) === body.policy);
  const factors = kept.envelopes.map(({ b }) => b).filter((b) => b !== "");
  const fresh = random.slice(1).filter((/** @type {string} */ value) => !factors.includes(value));
  for (const { e, b, s, content, sha256: digest } of kept.envelopes) {
    const secrets = { fresh: fromHex(fresh[e]), factor: b === "" ? null : fromHex(b) };
    const made = await again(policy, policyId, {
      bid,
      e,
      file: new Blob([file(sizes[e], number + e)]),
      secrets,
    });
    const same = JSON.stringify(made.entry) === JSON.stringify(inOrder(body.envelopes[e])) && made.seed === s;
    tally.add(`python ${number}: envelope ${e}`, same);
    const bytes = hex(await sha256(made.content)) === digest && (!content || content === hex(made.content));
    tally.add(`python ${number}: ciphertext ${e}`, bytes);
  }
}

/** @param {any} entry @returns {any} the same members in the order this code writes them */
function inOrder({ e, ct_root, size, seed, factor, shares }) {
  return { e, ct_root, size, seed, factor, shares: shares.map(({ i, c, enc }) => ({ i, c, enc })) };
}

/** @param {any} kept @param {any} policy @param {any} tally a bid that this code sealed before: it still opens */
async function javascriptBid({ number, bid, envelopes, sizes }, policy, tally) {
  const policyId = await eventId("policy", policy);
  const officers = policy.officers.map(({ pk }) => fromHex(pk));
  for (const { e, manifest, s } of envelopes) {
    const id = envelope.envelopeId(policyId, fromHex(bid), e);
    const dealt = await envelope.deal(id, fromHex(s), policy.t, officers);
    const stated = manifest.shares.map(({ i, c, enc }) => ({ i, c: fromHex(c), enc: fromHex(enc) }));
    const honest =
      envelope.sameDealing(dealt, stated) &&
      hex(await envelope.seedCommitment(id, fromHex(s))) === manifest.seed;
    const length = envelope.layout(envelope.paddedLength(sizes[e], policy.pad_floor)).size;
    tally.add(`javascript ${number}: envelope ${e}`, honest && length === manifest.size);
  }
}

/** @param {(path: string) => Promise<any>} load @param {any} tally */
export async function keptBids(load, tally) {
  const policies = await load("sealed/policies.json");
  for (const kept of await load("sealed/python.json")) await pythonBid(kept, policies[kept.policy], tally);
  for (const kept of await load("sealed/javascript.json"))
    await javascriptBid(kept, policies[kept.policy], tally);
}
