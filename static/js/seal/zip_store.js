/**
 * Several files as one envelope: an uncompressed zip put together from the files themselves, which are read once
 * for their checksums and never held in memory. The same files give the same bytes: an upload can go on.
 */
import { utf8 } from "../protocol/bytes.js";
import { demand } from "../protocol/errors.js";

const LIMIT = 0xffffffff;
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** @param {Blob} file @returns {Promise<number>} CRC-32 */
async function checksum(file) {
  let value = 0xffffffff;
  const reader = file.stream().getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    for (const octet of next.value) value = (value >>> 8) ^ TABLE[(value ^ octet) & 255];
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** @param {...[number, number]} fields value and width in bytes, little-endian @returns {Uint8Array} */
function packed(...fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [, width]) => sum + width, 0));
  let at = 0;
  for (const [value, width] of fields) {
    for (let index = 0; index < width; index += 1) bytes[at++] = Math.floor(value / 2 ** (8 * index)) & 255;
  }
  return bytes;
}

/** What both headers of a member say. @param {number} crc @param {number} size @param {number} name bytes */
const shared = (crc, size, name) => /** @type {[number, number][]} */ ([
  [20, 2], [0x800, 2], [0, 2], [0, 2], [0x21, 2], [crc, 4], [size, 4], [size, 4], [name, 2], [0, 2],
]);

/** @param {string[]} names @returns {string[]} safe and distinct, in order */
function distinct(names) {
  const seen = new Set();
  return names.map((given) => {
    const safe = given.normalize("NFC").replace(/[\\/:*?"<>|\u0000-\u001f]/g, "_").slice(-200) || "file";
    let name = safe;
    for (let copy = 2; seen.has(name); copy += 1) name = safe.replace(/(\.[^.]*)?$/, ` (${copy})$1`);
    seen.add(name);
    return name;
  });
}

/**
 * One blob for an envelope: a single file as it is, several as a zip in the order of their names.
 * @param {File[]} files @returns {Promise<Blob>}
 */
export async function oneFile(files) {
  if (files.length === 1) return files[0];
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.size - b.size));
  const names = distinct(sorted.map(({ name }) => name)).map(utf8);
  const [body, central] = [/** @type {BlobPart[]} */ ([]), /** @type {BlobPart[]} */ ([])];
  let offset = 0;
  let directory = 0;
  for (const [index, file] of sorted.entries()) {
    const crc = await checksum(file);
    const name = /** @type {Uint8Array<ArrayBuffer>} */ (names[index]);
    const common = shared(crc, file.size, name.length);
    const local = packed([0x04034b50, 4], ...common);
    const entry = packed([0x02014b50, 4], [20, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
    body.push(/** @type {Uint8Array<ArrayBuffer>} */ (local), name, file);
    central.push(/** @type {Uint8Array<ArrayBuffer>} */ (entry), name);
    offset += local.length + name.length + file.size;
    directory += entry.length + name.length;
    demand(offset + directory < LIMIT, "zip-large", "Several files together are at most 4 GB; use one archive file.");
  }
  const count = sorted.length;
  const end = packed([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [directory, 4], [offset, 4], [0, 2]);
  return new Blob([...body, ...central, /** @type {Uint8Array<ArrayBuffer>} */ (end)]);
}
