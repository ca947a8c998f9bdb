/**
 * The browser's contribution, commit and release from given randomness, under Node: `node draw_client.mjs VECTORS.json`
 * prints, for each case, what the page would send, so that both languages can be compared byte for byte.
 */
import { readFileSync } from "node:fs";
import { contribute, contributionFault } from "../../static/js/draw/contributing.js";
import { releasePair } from "../../static/js/draw/releasing.js";
import { concat, fromHex } from "../../static/js/protocol/bytes.js";
import { importKeyPair } from "../../static/js/protocol/hpke.js";

const PKCS8 = fromHex("302e020100300506032b657004220420");

/** @param {{seed: string, spki: string}} key @returns {Promise<any>} */
async function signerOf({ seed, spki }) {
  const der = concat(PKCS8, fromHex(seed, 32));
  const privateKey = await crypto.subtle.importKey("pkcs8", der, { name: "Ed25519" }, false, ["sign"]);
  return { algorithm: "ed25519", privateKey, spki: fromHex(spki) };
}

/** @param {string[]} given @returns {(length: number) => Uint8Array} the given bytes, one after the other */
function pouring(given) {
  const rest = [...given];
  return (length) => fromHex(rest.shift() ?? "", length);
}

const answers = [];
for (const { header, contributors, officers, j, round, leaf } of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const contributions = [];
  const faults = [];
  for (const { org, signer, random, client, ev, bent } of contributors) {
    const made = await contribute({ header, org, client, signer: await signerOf(signer), random: pouring(random) });
    faults.push(await contributionFault(header, made.body, fromHex(signer.spki)));
    contributions.push({ made, named: [ev, bent ?? made.body] });
  }
  const releases = [];
  for (const { i, sk, signer, random } of officers) {
    const officer = { i, pair: await importKeyPair(fromHex(sk, 32)), signer: await signerOf(signer) };
    const asked = { header, j, round, leaf, contributions: contributions.map(({ named }) => named) };
    releases.push(await releasePair(asked, officer, fromHex(random, 32)));
  }
  answers.push({ contributions: contributions.map(({ made }) => made), faults, releases });
}
process.stdout.write(JSON.stringify(answers));
