/**
 * The outside vectors, run the same way under Node and inside a browser. `load(path)` gives a file of
 * tests/vectors; `list(folder)` gives the paths below one. Every suite returns how many cases ran and
 * the failures by name.
 */
import { base64, equal, fromBase64, fromHex, hex } from "../../static/js/protocol/bytes.js";
import * as cobblestone from "../../static/js/protocol/cobblestone.js";
import { rawEcdsaSignature } from "../../static/js/protocol/der.js";
import { verify, verifyEd25519 } from "../../static/js/protocol/dsse.js";
import { hkdfExpand, mac, sha512 } from "../../static/js/protocol/hashing.js";
import * as hpke from "../../static/js/protocol/hpke.js";
import * as merkle from "../../static/js/protocol/merkle.js";
import { canonicalJson, envelopesDsse, sharing, signedNotes } from "./formats.mjs";
import { keptBids } from "./sealed.mjs";

/** The one case where this code is stricter than the reference: a root that is not a hash at all. */
const STRICTER = "a dummy root that is not 32 bytes long";

/** Counts cases and keeps the names of those that went wrong. */
class Tally {
  constructor() {
    this.cases = 0;
    this.failures = [];
    this.known = [];
  }

  /** @param {string} name @param {boolean} good */
  add(name, good) {
    this.cases += 1;
    if (!good) this.failures.push(name);
  }
}

const succeeds = (action) =>
  Promise.resolve()
    .then(action)
    .then(
      () => true,
      () => false,
    );

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function chunkedEncryption(load, tally) {
  const file = await load("wycheproof/c2sp_chunked_encryption_aes_256_gcm_test.json");
  for (const test of file.testGroups.flatMap((group) => group.tests)) {
    const sealed = await inflate(fromHex(test.ct));
    const [key, context] = [fromHex(test.key), fromHex(test.ctx)];
    let good = test.result === "invalid";
    try {
      const plain = await cobblestone.decrypt(key, context, sealed);
      const again = await cobblestone.encrypt(key, sealed.slice(0, 24), context, plain);
      good =
        test.result === "valid" &&
        plain.length === test.msgLength &&
        hex(await sha512(plain)) === test.msgSha512 &&
        equal(again, sealed);
    } catch (error) {
      if (error.code === undefined) throw error;
    }
    tally.add(`case ${test.tcId}: ${test.comment}`, good);
  }
}

async function ed25519(load, tally) {
  const file = await load("wycheproof/ed25519_test.json");
  for (const group of file.testGroups) {
    for (const test of group.tests) {
      const raw = fromHex(group.publicKey.pk);
      const one = await verifyEd25519(raw, fromHex(test.msg), fromHex(test.sig));
      const two = await verify("ed25519", fromHex(group.publicKeyDer), fromHex(test.msg), fromHex(test.sig));
      tally.add(`case ${test.tcId}`, one === (test.result === "valid") && two === one);
    }
  }
}

async function ecdsa(load, tally) {
  const file = await load("wycheproof/ecdsa_secp256r1_sha256_test.json");
  for (const group of file.testGroups) {
    for (const test of group.tests) {
      const good = await Promise.resolve()
        .then(() =>
          verify(
            "ecdsa-p256-sha256",
            fromHex(group.publicKeyDer),
            fromHex(test.msg),
            rawEcdsaSignature(fromHex(test.sig), 32),
          ),
        )
        .catch(() => false);
      tally.add(`case ${test.tcId}: ${test.comment}`, good === (test.result === "valid"));
    }
  }
}

async function x25519(load, tally) {
  const file = await load("wycheproof/x25519_test.json");
  for (const test of file.testGroups.flatMap((group) => group.tests)) {
    let shared = null;
    try {
      const pair = await hpke.importKeyPair(fromHex(test.private));
      shared = hex(await hpke.diffieHellman(pair.privateKey, fromHex(test.public)));
    } catch (error) {
      if (error.code === undefined) throw error;
    }
    const zero = /^0+$/.test(test.shared);
    tally.add(`case ${test.tcId}: ${test.comment}`, zero ? shared === null : shared === test.shared);
  }
}

async function hmac(load, tally) {
  const file = await load("wycheproof/hmac_sha512_test.json");
  for (const group of file.testGroups) {
    for (const test of group.tests) {
      const tag = hex((await mac(fromHex(test.key), fromHex(test.msg))).slice(0, group.tagSize / 8));
      tally.add(`case ${test.tcId}`, (tag === test.tag) === (test.result === "valid"));
    }
  }
}

async function hkdf(load, tally) {
  const file = await load("wycheproof/hkdf_sha512_test.json");
  for (const test of file.testGroups.flatMap((group) => group.tests)) {
    const prk = await mac(fromHex(test.salt), fromHex(test.ikm));
    const okm = await hkdfExpand(prk, fromHex(test.info), test.size).then(hex, () => null);
    tally.add(`case ${test.tcId}`, (okm === test.okm) === (test.result === "valid"));
  }
}

/** HPKE base mode of both AES-GCM lengths; other modes and ciphers are not part of the suite. */
async function rfc9180(load, tally) {
  for (const [index, test] of (await load("hpke/rfc9180-x25519.json")).entries()) {
    if (test.mode !== 0 || test.kdf_id !== 1 || ![1, 2].includes(test.aead_id)) continue;
    const [ephemeral, pair] = [
      await hpke.deriveKeyPair(fromHex(test.ikmE)),
      await hpke.deriveKeyPair(fromHex(test.ikmR)),
    ];
    const { aad, ct, pt } = test.encryptions[0];
    const options = { ephemeral, aad: fromHex(aad), aead: test.aead_id };
    const sealed = await hpke.seal(pair.publicKey, fromHex(test.info), fromHex(pt), options);
    const plain = await hpke.open(pair, fromHex(test.info), sealed, options);
    tally.add(
      `entry ${index}`,
      hex(sealed) === test.enc + ct &&
        hex(plain) === pt &&
        hex(pair.publicKey) === test.pkRm &&
        hex(ephemeral.publicKey) === test.pkEm,
    );
  }
}

async function merkleProofs(load, list, tally) {
  for (const path of await list("merkle/testdata/inclusion")) {
    const test = await load(path);
    const good = await succeeds(() =>
      merkle.verifyInclusion(
        test.leafIdx,
        test.treeSize,
        fromBase64(test.leafHash ?? ""),
        (test.proof ?? []).map(fromBase64),
        fromBase64(test.root ?? ""),
      ),
    );
    tally.add(path, good === !test.wantErr);
  }
  for (const path of await list("merkle/testdata/consistency")) {
    const test = await load(path);
    const roots = [fromBase64(test.root1 ?? ""), fromBase64(test.root2 ?? "")];
    const good = await succeeds(() =>
      merkle.verifyConsistency(test.size1, test.size2, ...roots, (test.proof ?? []).map(fromBase64)),
    );
    if (good !== !test.wantErr && !good && roots.some((root) => root.length !== 32)) {
      tally.known.push(`${path}: ${STRICTER}`);
      tally.cases += 1;
    } else {
      tally.add(path, good === !test.wantErr);
    }
  }
}

/** The tree hash of leaves 0..n-1 agrees with the roots that the proofs of the outside set speak of. */
async function merkleRoots(tally) {
  const leaves = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
  ].map((text) => fromHex(text));
  const expected = {
    1: "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=",
    8: "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
  };
  for (const [size, value] of Object.entries(expected)) {
    tally.add(`size ${size}`, base64(await merkle.root(leaves.slice(0, Number(size)))) === value);
  }
}

/**
 * Run every suite.
 * @param {(path: string) => Promise<any>} load
 * @param {(folder: string) => Promise<string[]>} list
 * @returns {Promise<Record<string, Tally>>}
 */
export async function runPrimitives(load, list) {
  const suites = {
    "cobblestone-256": (tally) => chunkedEncryption(load, tally),
    ed25519: (tally) => ed25519(load, tally),
    "ecdsa-p256": (tally) => ecdsa(load, tally),
    x25519: (tally) => x25519(load, tally),
    "hmac-sha512": (tally) => hmac(load, tally),
    "hkdf-sha512": (tally) => hkdf(load, tally),
    rfc9180: (tally) => rfc9180(load, tally),
    merkle: (tally) => merkleProofs(load, list, tally),
    "merkle-roots": merkleRoots,
    notes: (tally) => signedNotes(load, tally),
    canonical: canonicalJson,
    dsse: envelopesDsse,
    gf256: (tally) => sharing(load, tally),
    sealed: (tally) => keptBids(load, tally),
  };
  const report = {};
  for (const [name, run] of Object.entries(suites)) {
    report[name] = new Tally();
    await run(report[name]);
  }
  return report;
}
