/**
 * An officer's keys for one seat: an X25519 key that opens shares and an Ed25519 key that signs for the seat,
 * made, locked, backed up and proved like every other key here. A key serves one lot and no other.
 */
import { fromHex, hex } from "../protocol/bytes.js";
import { demand } from "../protocol/errors.js";
import * as hpke from "../protocol/hpke.js";
import { answerDryRun, declareKey } from "../officer/keys.js";
import { makeSigningRing, signerOf } from "./ring.js";

/** @typedef {import("./ring.js").Ring} Ring */
/** @typedef {import("./ring.js").Fresh} Fresh */
/** @typedef {{tender: string, lot: string, i: number}} Seat i counts from 1 */

/**
 * Make both keys of a seat; lock them with `lockRing` and prove the backup with `proveBackup` before declaring.
 * @param {{org: string, label: string, seat: Seat}} input
 * @returns {Promise<Fresh>}
 */
export async function makeOfficerRing({ org, label, seat }) {
  const { ring, privateKeys } = await makeSigningRing({ org, label });
  const { privateKey, publicKey } = await hpke.generateKeyPair(true);
  const halves = { ...ring.halves, kem: { algorithm: /** @type {const} */ ("x25519"), public: hex(publicKey) } };
  return { ring: { ...ring, purpose: "officer", halves, seat }, privateKeys: { ...privateKeys, kem: privateKey } };
}

/** @param {Ring} ring @param {Seat} seat refuse a key made for another seat */
function checkSeat(ring, { tender, lot, i }) {
  const { seat } = ring;
  const same = ring.purpose === "officer" && seat?.tender === tender && seat?.lot === lot && seat?.i === i;
  demand(same, "officer-seat", "This key was made for another seat.");
}

/**
 * What release and dry run need of an opened ring.
 * @param {Ring} ring @param {Record<string, CryptoKey>} opened
 * @returns {{i: number, pair: hpke.KeyPair, signer: import("../officer/keys.js").SigningKey}}
 */
export function officerOf(ring, opened) {
  const pair = { privateKey: opened.kem, publicKey: fromHex(ring.halves.kem.public) };
  return { i: ring.seat?.i ?? 0, pair, signer: signerOf(ring, opened) };
}

/**
 * The officer-key event of a seat.
 * @param {Ring} ring @param {Record<string, CryptoKey>} opened @param {Seat} seat
 * @returns {Promise<{body: any, signatures: object[]}>}
 */
export function declareSeat(ring, opened, seat) {
  checkSeat(ring, seat);
  const { pair, signer } = officerOf(ring, opened);
  return declareKey({ ...seat, publicKey: pair.publicKey, signer });
}

/**
 * Answer a dry run of one's own seat. The info under which the challenge opens follows from the seat the key was
 * made for, so that a sealed share sent as a challenge does not open.
 * @param {Ring} ring @param {Record<string, CryptoKey>} opened
 * @param {Seat & {stage: "publish"|"eve", challenge: string}} asked challenge as hex
 * @returns {Promise<{body: any, signatures: object[]}>}
 */
export function answerSeat(ring, opened, { tender, lot, i, stage, challenge }) {
  checkSeat(ring, { tender, lot, i });
  const { pair, signer } = officerOf(ring, opened);
  return answerDryRun({ tender, lot, i, stage, challenge: fromHex(challenge), pair, signer });
}
