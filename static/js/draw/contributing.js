/**
 * Contributing to a draw (section 15.2): a secret seed for each round, dealt to the officers the header names.
 * The same bytes as protocol/draw/contributing.py makes. Randomness is an argument; the seeds are let go of here:
 * a contributor may never publish S, and has no reason to keep it (A21).
 */
import { fromHex, hex } from "../protocol/bytes.js";
import { deal, envelopeId, seedCommitment, seedOf } from "../protocol/envelope.js";
import { checkBody, eventId, newBody, signBody } from "../protocol/events.js";
import { sha256, tagged } from "../protocol/hashing.js";

/** @typedef {import("../officer/keys.js").SigningKey} SigningKey */
/** @typedef {(length: number) => Uint8Array} Random */

/** @type {Random} */
const fresh = (length) => crypto.getRandomValues(new Uint8Array(length));

/** @param {any} header body of the draw-header @returns {Promise<Uint8Array>} T_d */
export function drawId(header) {
  return eventId("draw-header", header);
}

/**
 * Id of a contribution, bound to draw and signer.
 * @param {Uint8Array} draw T_d @param {Uint8Array} spki @param {Uint8Array} nonce 16 bytes
 * @returns {Promise<Uint8Array>} 16 bytes
 */
export async function contributionId(draw, spki, nonce) {
  return (await tagged("contribution", draw, await sha256(spki), nonce)).slice(0, 16);
}

/**
 * One round's seed, dealt.
 * @param {any} header @param {Uint8Array} draw T_d @param {Uint8Array} own id of the contribution
 * @param {number} j @param {Random} random
 * @returns {Promise<{j: number, seed: string, shares: {i: number, c: string, enc: string}[]}>}
 */
async function sealedRound(header, draw, own, j, random) {
  const context = envelopeId(draw, own, j);
  const seed = await seedOf(context, random(32));
  const officers = header.officers.map((/** @type {any} */ { pk }) => fromHex(pk, 32));
  const dealt = await deal(context, seed, header.t, officers);
  const commitment = hex(await seedCommitment(context, seed));
  seed.fill(0);
  return { j, seed: commitment, shares: dealt.map(({ i, c, enc }) => ({ i, c: hex(c), enc: hex(enc) })) };
}

/**
 * A signed contribution to the draw of this header.
 * @param {{header: any, org: string, signer: SigningKey, client: string, random?: Random}} input
 * @returns {Promise<{body: any, signatures: object[]}>}
 */
export async function contribute({ header, org, signer, client, random = fresh }) {
  checkBody("draw-header", header);
  const [draw, nonce] = [await drawId(header), random(16)];
  const own = await contributionId(draw, signer.spki, nonce);
  const rounds = [];
  for (let j = 0; j <= header.max_rounds; j += 1)
    rounds.push(await sealedRound(header, draw, own, j, random));
  const body = newBody({
    header: hex(draw),
    id: hex(own),
    nonce: hex(nonce),
    org,
    signer: hex(await sha256(signer.spki)),
    rounds,
    client,
  });
  checkBody("contribution", body);
  return { body, signatures: [await signBody("contribution", body, signer)] };
}

/**
 * Why a contribution signed by this key does not conform to its header, "" if it does.
 * @param {any} header @param {any} body @param {Uint8Array} spki
 * @returns {Promise<string>}
 */
export async function contributionFault(header, body, spki) {
  const draw = await drawId(header);
  if (body.header !== hex(draw)) return "It is for another draw.";
  const own = hex(await contributionId(draw, spki, fromHex(body.nonce)));
  if (body.id !== own || body.signer !== hex(await sha256(spki)))
    return "Its id is not made from draw, signer and nonce.";
  if (body.rounds.length !== header.max_rounds + 1) return "It has not one seed for every round.";
  const seats = header.officers.map((/** @type {any} */ { i }) => i).join();
  const whole = body.rounds.every(
    (/** @type {any} */ { shares }) => shares.map((/** @type {any} */ { i }) => i).join() === seats,
  );
  return whole ? "" : "A round has not one share for each officer.";
}

/**
 * Context of one round of a contribution, E = T_d || id || j.
 * @param {any} body of the contribution @param {number} j
 * @returns {Uint8Array}
 */
export function contextOf(body, j) {
  return envelopeId(fromHex(body.header, 32), fromHex(body.id, 16), j);
}
