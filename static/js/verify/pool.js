// A record of the expert pool, held to the root of its epoch: written from docs/protocol.md, not from the Python.
import { concat, fromHex } from "../protocol/bytes.js";
import { encode } from "../protocol/canonical.js";
import { demand } from "../protocol/errors.js";
import { tagged } from "../protocol/hashing.js";
import { leafHash, verifyInclusion } from "../protocol/merkle.js";

export const VERSION = "sunlit-pool/v1";
const ATTRIBUTES = ["eid", "employer", "group", "identity", "name", "region", "since", "specialties", "until"];

/** @param {string} text @returns {Uint8Array} 32 bytes */
const hash = (text) => fromHex(text, 32);

/**
 * @param {string} name @param {any} part opened ({salt, value}) or hidden ({hash})
 * @returns {Promise<Uint8Array>} the salted hash of one attribute
 */
async function attributeHash(name, part) {
  if ("hash" in part) return hash(part.hash);
  return tagged("expert attribute", hash(part.salt), encode([name, part.value]));
}

/**
 * Finds the record under `root`; root and size come from the ledger and never from the record.
 * @param {any} record @param {string} root @param {number} size
 * @returns {Promise<[string, string][]>} what the record shows
 */
export async function checkRecord(record, root, size) {
  demand(record.v === VERSION && record.kind === "record", "pool-record", "This is no record of an expert pool.");
  const names = Object.keys(record.attributes).sort();
  demand(names.join() === ATTRIBUTES.join(), "pool-attributes", "A record opens or hides each attribute.");
  const hashes = await Promise.all(ATTRIBUTES.map((name) => attributeHash(name, record.attributes[name])));
  const leaf = await leafHash(concat(hash(record.salt), ...hashes));
  demand(record.size === size, "pool-size", "The record speaks of a tree of another size.");
  await verifyInclusion(record.index, size, leaf, record.path.map(hash), hash(root));
  return ATTRIBUTES.filter((name) => "value" in record.attributes[name])
    .map((name) => [name, String(record.attributes[name].value)]);
}
