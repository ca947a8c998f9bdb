/**
 * Seals envelopes from given randomness, so that both languages can be compared byte for byte:
 * `node seal_vectors.mjs INPUT.json` (or standard input), prints JSON.
 *
 * Input: {"policy": T, "signer": H(SPKI), "nonce", "t", "pad_floor", "officers": [pk …],
 *         "envelopes": [{"e", "fresh", "factor": hex or null, "file"}]}, all bytes in hex.
 * Output: {"bid", "envelopes": [{"manifest": {e, ct_root, size, seed, factor, shares}, "seed", "content"}]},
 *         where manifest is the envelope's entry in the bid's body, seed is S, content is the ciphertext.
 */
import { readFileSync } from "node:fs";
import { fromHex, hex } from "../../static/js/protocol/bytes.js";
import { bidId } from "../../static/js/protocol/envelope.js";
import { PartPool } from "../../static/js/seal/pool.js";
import { EnvelopeSealer } from "../../static/js/seal/seal.js";

/** @param {any} input @returns {Promise<any>} */
export async function sealInput(input) {
  const policyId = fromHex(input.policy, 32);
  const bid = await bidId(policyId, fromHex(input.signer, 32), fromHex(input.nonce, 16));
  const policy = {
    t: input.t,
    pad_floor: input.pad_floor,
    max_size: Number.MAX_SAFE_INTEGER,
    officers: input.officers.map((pk) => ({ pk })),
  };
  const envelopes = [];
  for (const { e, fresh, factor, file } of input.envelopes) {
    const secrets = { fresh: fromHex(fresh, 32), factor: factor === null ? null : fromHex(factor, 32) };
    const sealer = await new EnvelopeSealer(policy, policyId, {
      bid,
      e,
      file: new Blob([fromHex(file)]),
      secrets,
    }).prepare();
    const [hashes, blobs] = [[], []];
    for await (const { hash, blob } of sealer.parts(new PartPool())) {
      hashes.push(hash);
      blobs.push(blob);
    }
    const content = new Uint8Array(await new Blob(blobs).arrayBuffer());
    envelopes.push({ manifest: await sealer.entry(hashes), seed: hex(sealer.seed), content: hex(content) });
  }
  return { bid: hex(bid), envelopes };
}

if (process.argv[1]?.endsWith("seal_vectors.mjs")) {
  const input = JSON.parse(readFileSync(process.argv[2] ?? 0, "utf8"));
  const output = Array.isArray(input) ? await Promise.all(input.map(sealInput)) : await sealInput(input);
  process.stdout.write(`${JSON.stringify(output)}\n`);
}
