/**
 * The bundle's container: a zip file of stored members in one strict shape (section 7.1), read by slices so
 * that a large bundle never sits in memory. Another reader must see the same members and the same bytes.
 */
import { fromUtf8 } from "../protocol/bytes.js";
import { ProtocolError, demand } from "../protocol/errors.js";

/** @typedef {{name: string, size: number, crc: number, start: number, blob: Blob}} Member */

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const SATURATED = 0xffffffff;
const MAX_MEMBERS = 200000;
const MAX_DIRECTORY = 1 << 27;
const UTF8_FLAG = 0x0800;
/** Writers go over to 64-bit sizes at 2 or at 4 GiB; below that there is no need. */
const NEEDS_64 = 0x7fffffff;
const NAME = /^[a-z0-9._/-]+$/;
const CRC_TABLES = crcTables();

/** @returns {Int32Array[]} four tables, so that four bytes are taken at a time */
function crcTables() {
  const tables = Array.from({ length: 4 }, () => new Int32Array(256));
  for (let index = 0; index < 256; index += 1) {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (0xedb88320 & -(value & 1));
    tables[0][index] = value;
  }
  for (let index = 0; index < 256; index += 1) {
    for (let level = 1; level < 4; level += 1) {
      const before = tables[level - 1][index];
      tables[level][index] = (before >>> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

/**
 * CRC-32, continued.
 * @param {Uint8Array} bytes @param {number} [before] CRC of what came before
 * @returns {number}
 */
export function crc32(bytes, before = 0) {
  const [t0, t1, t2, t3] = CRC_TABLES;
  let crc = ~before;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    crc = t3[crc & 0xff] ^ t2[(crc >>> 8) & 0xff] ^ t1[(crc >>> 16) & 0xff] ^ t0[crc >>> 24];
  }
  for (; at < bytes.length; at += 1) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]) & 0xff];
  return ~crc >>> 0;
}

/** @param {boolean} condition @param {string} message @returns {asserts condition} */
function must(condition, message) {
  demand(condition, "container", message);
}

/** Little-endian fields read one after another. */
class Fields {
  /** @param {Uint8Array} bytes @param {number} [at] */
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  /** @param {number} size 2, 4 or 8 @returns {number} */
  take(size) {
    must(this.at + size <= this.bytes.length, "A structure of the zip file is cut off.");
    const at = this.at;
    this.at += size;
    if (size === 2) return this.view.getUint16(at, true);
    if (size === 4) return this.view.getUint32(at, true);
    const value = this.view.getBigUint64(at, true);
    must(value <= BigInt(Number.MAX_SAFE_INTEGER), "A number of the zip file is too large.");
    return Number(value);
  }

  /** @param {number} length @returns {Uint8Array} */
  raw(length) {
    must(this.at + length <= this.bytes.length, "A structure of the zip file is cut off.");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** @param {Blob} blob @param {number} start @param {number} end @returns {Promise<Uint8Array>} */
export async function readSlice(blob, start, end) {
  try {
    return new Uint8Array(await blob.slice(start, end).arrayBuffer());
  } catch {
    throw new ProtocolError("container", "The file could not be read.");
  }
}

/**
 * The end records: where the central directory lies.
 * @param {Blob} blob
 * @returns {Promise<{count: number, size: number, offset: number}>}
 */
async function readEnd(blob) {
  must(blob.size >= 22, "The file is too short for a zip file.");
  const tailStart = Math.max(0, blob.size - 98);
  const tail = await readSlice(blob, tailStart, blob.size);
  const end = new Fields(tail, tail.length - 22);
  must(end.take(4) === END, "The file does not end with a zip end record.");
  must(end.take(2) === 0 && end.take(2) === 0, "The zip file has several disks.");
  const [onDisk, count, size, offset] = [end.take(2), end.take(2), end.take(4), end.take(4)];
  must(onDisk === count && end.take(2) === 0, "The zip file has several disks or a comment.");
  const wide = tail.length === 98 ? readWide(new Fields(tail, 56), tail, tailStart) : null;
  if (wide === null) {
    must(offset + size + 22 === blob.size, "The zip file holds bytes outside its members.");
    return { count, size, offset };
  }
  const agrees = (/** @type {number} */ small, /** @type {number} */ full, /** @type {number} */ top) =>
    small === full || small === top;
  must(
    agrees(count, wide.count, 0xffff) &&
      agrees(size, wide.size, SATURATED) &&
      agrees(offset, wide.offset, SATURATED),
    "The two end records of the zip file differ.",
  );
  must(
    wide.count > 0xfffe || wide.size > NEEDS_64 || wide.offset > NEEDS_64,
    "The zip file has 64-bit records without need.",
  );
  must(wide.offset + wide.size + 98 === blob.size, "The zip file holds bytes outside its members.");
  return wide;
}

/**
 * @param {Fields} locator @param {Uint8Array} tail last 98 bytes @param {number} tailStart
 * @returns {{count: number, size: number, offset: number}|null} null without 64-bit records
 */
function readWide(locator, tail, tailStart) {
  if (locator.take(4) !== LOCATOR64) return null;
  must(
    locator.take(4) === 0 && locator.take(8) === tailStart && locator.take(4) === 1,
    "The 64-bit locator of the zip file is wrong.",
  );
  const record = new Fields(tail, 0);
  must(record.take(4) === END64 && record.take(8) === 44, "The 64-bit end record of the zip file is wrong.");
  record.raw(4);
  must(record.take(4) === 0 && record.take(4) === 0, "The zip file has several disks.");
  const [onDisk, count, size, offset] = [record.take(8), record.take(8), record.take(8), record.take(8)];
  must(onDisk === count, "The zip file has several disks.");
  return { count, size, offset };
}

/**
 * Sizes and offset behind saturated fields.
 * @param {Uint8Array} extra @param {number[]} values fields in the order of the extra field
 * @returns {number[]}
 */
function widen(extra, values) {
  const wanted = values.filter((value) => value === SATURATED).length;
  if (wanted === 0) {
    must(extra.length === 0, "A member has an extra field.");
    return values;
  }
  const fields = new Fields(extra);
  must(
    fields.take(2) === 1 && fields.take(2) === 8 * wanted && extra.length === 4 + 8 * wanted,
    "A member has an extra field other than its 64-bit sizes.",
  );
  return values.map((value) => {
    if (value !== SATURATED) return value;
    const full = fields.take(8);
    must(full > NEEDS_64, "A member has 64-bit sizes without need.");
    return full;
  });
}

/** @param {Uint8Array} bytes @returns {string} */
function readName(bytes) {
  const name = fromUtf8(bytes);
  const parts = name.split("/");
  must(
    NAME.test(name) && parts.every((part) => part !== "" && !part.startsWith(".")),
    "A member's name is not allowed.",
  );
  return name;
}

/**
 * One central header.
 * @param {Fields} fields
 * @returns {{name: string, flags: number, crc: number, size: number, offset: number}}
 */
function readCentral(fields) {
  must(fields.take(4) === CENTRAL, "A central header of the zip file is wrong.");
  fields.raw(4);
  const [flags, method] = [fields.take(2), fields.take(2)];
  fields.raw(4);
  const [crc, packed, size] = [fields.take(4), fields.take(4), fields.take(4)];
  const [nameLength, extraLength, commentLength, disk] = [
    fields.take(2),
    fields.take(2),
    fields.take(2),
    fields.take(2),
  ];
  fields.raw(6);
  const offset = fields.take(4);
  const name = readName(fields.raw(nameLength));
  must(commentLength === 0 && disk === 0, "A member has a comment or lies on another disk.");
  must(method === 0 && packed === size, "A member is compressed.");
  must(flags === 0 || flags === UTF8_FLAG, "A member is encrypted or has unknown flags.");
  const [fullSize, fullPacked, fullOffset] = widen(fields.raw(extraLength), [size, packed, offset]);
  must(fullSize === fullPacked, "A member is compressed.");
  return { name, flags, crc, size: fullSize, offset: fullOffset };
}

/**
 * Check a member's local header against its central one.
 * @param {Blob} blob @param {ReturnType<typeof readCentral>} central
 * @returns {Promise<{start: number, end: number}>} of the member's bytes
 */
async function readLocal(blob, central) {
  const window = await readSlice(blob, central.offset, central.offset + 30 + central.name.length + 20);
  const fields = new Fields(window);
  must(fields.take(4) === LOCAL, "A local header of the zip file is wrong.");
  fields.raw(2);
  const [flags, method] = [fields.take(2), fields.take(2)];
  fields.raw(4);
  const [crc, packed, size, nameLength, extraLength] = [4, 4, 4, 2, 2].map((width) => fields.take(width));
  const name = readName(fields.raw(nameLength));
  const [fullSize, fullPacked] = widen(fields.raw(extraLength), [size, packed]);
  must(
    name === central.name &&
      flags === central.flags &&
      method === 0 &&
      crc === central.crc &&
      fullSize === central.size &&
      fullPacked === central.size,
    "A local header differs from its central one.",
  );
  const start = central.offset + 30 + nameLength + extraLength;
  return { start, end: start + central.size };
}

/**
 * Read the container.
 * @param {Blob} blob
 * @returns {Promise<Map<string, Member>>} by name; CRCs are checked when a member is read
 */
export async function openContainer(blob) {
  const { count, size, offset } = await readEnd(blob);
  must(count <= MAX_MEMBERS && size <= MAX_DIRECTORY, "The zip file has too many members.");
  const fields = new Fields(await readSlice(blob, offset, offset + size));
  const members = new Map();
  const spans = [];
  for (let index = 0; index < count; index += 1) {
    const central = readCentral(fields);
    must(!members.has(central.name), `The member ${central.name} appears twice.`);
    const { start, end } = await readLocal(blob, central);
    spans.push({ from: central.offset, to: end });
    members.set(central.name, { ...central, start, blob: blob.slice(start, end) });
  }
  must(fields.at === size, "The central directory holds more than its headers.");
  spans.sort((left, right) => left.from - right.from);
  let covered = 0;
  for (const { from, to } of spans) {
    must(from === covered, "The zip file holds bytes outside its members.");
    covered = to;
  }
  must(covered === offset, "The zip file holds bytes outside its members.");
  return members;
}
