/**
 * An officer's commit and release of one round of a draw (section 15.4). The same bytes as
 * protocol/draw/releasing.py makes. Shares are opened only to be sealed to the gateway at once; what a device has
 * promised for a round it keeps before anything leaves it, and for no second header of that round (A22).
 */
import { byte, concat, equal, fromHex, hex, utf8 } from "../protocol/bytes.js";
import { encode } from "../protocol/canonical.js";
import { shareCommitment, shareInfo } from "../protocol/envelope.js";
import { ProtocolError, demand } from "../protocol/errors.js";
import { checkBody, newBody, signBody } from "../protocol/events.js";
import { sha256 } from "../protocol/hashing.js";
import * as hpke from "../protocol/hpke.js";
import { contextOf, drawId } from "./contributing.js";

/** @typedef {import("../officer/memory.js").Memory} Memory */
/** @typedef {import("../officer/release.js").Officer} Officer */
/** @typedef {{body: any, signatures: object[]}} Signed */
/**
 * @typedef {object} Round what is asked of the officers
 * @property {any} header body of the draw-header
 * @property {number} j @property {string} round ev of what heads the round @property {number} leaf its place
 * @property {[string, any][]} contributions ev and body of all that count
 */
/** @typedef {{round: string, leaf: number, commit: Signed, release: Signed}} Promised */

/** @param {Uint8Array} draw T_d @param {number} j @param {number} i @returns {Uint8Array} HPKE info of a release */
export function releaseInfo(draw, j, i) {
  return concat(utf8("sealedbid/v1 drawrelease"), draw, byte(j), byte(i));
}

/**
 * This officer's share of one contribution.
 * @param {any} body of the contribution @param {number} j @param {Officer} officer
 * @returns {Promise<string>} hex, or FAIL if it does not open or misses its commitment
 */
async function ownShare(body, j, { i, pair }) {
  const context = contextOf(body, j);
  const { c, enc } = body.rounds[j].shares[i - 1];
  try {
    const share = await hpke.open(pair, shareInfo(context, i), fromHex(enc));
    const good = share.length === 32 && equal(await shareCommitment(context, i, share), fromHex(c));
    return good ? hex(share) : "FAIL";
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return "FAIL";
  }
}

/** @param {any} header @param {Officer} officer refuse keys which the header does not name for this seat */
export function checkSeat({ officers }, { i, pair, signer }) {
  const seat = officers.find((/** @type {any} */ row) => row.i === i);
  const own = seat && seat.pk === hex(pair.publicKey) && seat.sig_key === hex(signer.spki);
  demand(own, "officer-seat", "The header names other keys for this seat.");
}

/**
 * Signed commit and release for a round; the release is kept back until enough commits are in the log.
 * @param {Round} asked @param {Officer} officer
 * @param {Uint8Array} [fresh] 32 random bytes for the seal, for tests
 * @returns {Promise<{commit: Signed, release: Signed}>}
 */
export async function releasePair(asked, officer, fresh = crypto.getRandomValues(new Uint8Array(32))) {
  const { header, j, round, leaf } = asked;
  checkSeat(header, officer);
  const draw = await drawId(header);
  const shares = [];
  for (const [ev, body] of [...asked.contributions].sort(([a], [b]) => (a < b ? -1 : 1)))
    shares.push([ev, await ownShare(body, j, officer)]);
  const within = encode({ header: hex(draw), j, shares });
  const info = releaseInfo(draw, j, officer.i);
  const ephemeral = await hpke.deriveKeyPair(fresh);
  const sealed = hex(await hpke.seal(fromHex(header.gateway, 32), info, within, { ephemeral }));
  const named = { header: hex(draw), j, round, leaf, officer: officer.i };
  const fails = shares.filter(([, share]) => share === "FAIL").map(([ev]) => ev);
  const commit = newBody({ ...named, hash: hex(await sha256(within)), fails });
  const release = newBody({ ...named, sealed });
  checkBody("draw-commit", commit);
  checkBody("draw-release", release);
  return {
    commit: { body: commit, signatures: [await signBody("draw-commit", commit, officer.signer)] },
    release: { body: release, signatures: [await signBody("draw-release", release, officer.signer)] },
  };
}

/** @param {string} draw T_d in hex @param {number} j @returns {string} key under which a promise is remembered */
const slot = (draw, j) => `draw-release/${draw}/${j}`;

/**
 * Keep the one header of a tender's lot and serial, and the one head of a round: whoever shows another is refused.
 * @param {Memory} memory
 * @param {{header: any, draw: string, j?: number, round?: string}} seen j and round, once one is asked
 */
export async function keepFirst(memory, { header, draw, j, round }) {
  const name = `draw-header/${header.tender}/${header.lot}/${header.serial}`;
  if (!(await memory.add(name, draw)))
    demand((await memory.get(name)) === draw, "draw-second-header", "This device has seen another header of this draw.");
  if (j === undefined || round === undefined) return;
  const head = `draw-head/${draw}/${j}`;
  if (!(await memory.add(head, round)))
    demand((await memory.get(head)) === round, "draw-second-round", "This device has seen another header of this round.");
}

/**
 * What this device has promised for a round, if anything.
 * @param {Memory} memory @param {string} draw T_d in hex @param {number} j
 * @returns {Promise<Promised|null>}
 */
export async function promised(memory, draw, j) {
  return (await memory.get(slot(draw, j))) ?? null;
}

/**
 * Promise a round: once for each, kept before it is given back; asked again for the same head, the same promise.
 * @param {Round} asked @param {Officer} officer @param {Memory} memory
 * @returns {Promise<Promised>}
 */
export async function promise(asked, officer, memory) {
  const draw = hex(await drawId(asked.header));
  await keepFirst(memory, { ...asked, draw });
  if (!(await promised(memory, draw, asked.j))) {
    const pair = await releasePair(asked, officer);
    await memory.add(slot(draw, asked.j), { round: asked.round, leaf: asked.leaf, ...pair });
  }
  const kept = /** @type {Promised} */ (await promised(memory, draw, asked.j));
  const same = kept.round === asked.round && kept.leaf === asked.leaf;
  demand(same, "draw-second-round", "This device has promised a release for another header of this round.");
  return kept;
}
