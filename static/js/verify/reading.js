/** Reading members of a container: bytes, CRC-32 and SHA-256, in slices where a member is large. */
import { hex } from "../protocol/bytes.js";
import { demand } from "../protocol/errors.js";
import { sha256 } from "../protocol/hashing.js";
import { Sha256 } from "../protocol/sha256_stream.js";
import { crc32, readSlice } from "./zip.js";

/** @typedef {import("./zip.js").Member} Member */

const SLICE = 1 << 22;
const WHOLE = 1 << 28;

/**
 * Read a whole member of limited size.
 * @param {Member} member @param {number} limit bytes
 * @returns {Promise<Uint8Array>}
 */
export async function readMember(member, limit) {
  demand(member.size <= limit, "member-size", `${member.name} is larger than ${limit} bytes.`);
  return readSlice(member.blob, 0, member.size);
}

/**
 * SHA-256 of a member, its CRC-32 checked on the way.
 * @param {Member} member
 * @returns {Promise<string>} hex
 */
export async function hashMember(member) {
  let crc = 0;
  let digest;
  if (member.size <= WHOLE) {
    const bytes = await readSlice(member.blob, 0, member.size);
    crc = crc32(bytes);
    digest = await sha256(bytes);
  } else {
    const running = new Sha256();
    for (let at = 0; at < member.size; at += SLICE) {
      const bytes = await readSlice(member.blob, at, Math.min(at + SLICE, member.size));
      crc = crc32(bytes, crc);
      running.update(bytes);
    }
    digest = running.digest();
  }
  demand(crc === member.crc, "container", `The CRC-32 of ${member.name} is wrong.`);
  return hex(digest);
}
