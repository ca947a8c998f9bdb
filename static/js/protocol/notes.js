/** C2SP signed notes, checkpoints (without extension lines) and Ed25519 cosignatures of witnesses. */
import { base64, byte, concat, equal, fromBase64, fromU64be, fromUtf8, hex, u64be, utf8 } from "./bytes.js";
import { verifyEd25519 } from "./dsse.js";
import { ProtocolError, demand } from "./errors.js";
import { sha256 } from "./hashing.js";

export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;
const MAX_NOTE = 1 << 16;
const KEY_NAME = /^[^\s+\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/u;

/** @typedef {{name: string, id: Uint8Array, type: number, key: Uint8Array}} VerifierKey */
/** @typedef {{name: string, id: Uint8Array, signature: Uint8Array}} SignatureLine */
/** @typedef {{text: string, signatures: SignatureLine[]}} Note */
/**
 * @typedef {{origin: string, size: number, root: Uint8Array, text: string, signatures: SignatureLine[]}}
 *   Checkpoint
 */

/**
 * Key id: first four bytes of SHA-256(name || newline || type || key).
 * @param {string} name @param {number} type @param {Uint8Array} key
 * @returns {Promise<Uint8Array>}
 */
export async function keyId(name, type, key) {
  return (await sha256(concat(utf8(`${name}\n`), byte(type), key))).slice(0, 4);
}

/** @param {string} name */
function checkKeyName(name) {
  demand(KEY_NAME.test(name), "note-name", "A key name is empty or holds a space or a plus sign.");
}

/**
 * Read a verifier key `name+id+base64(type || key)`; only Ed25519 (0x01) and cosignature (0x04) keys.
 * @param {string} text
 * @returns {Promise<VerifierKey>}
 */
export async function parseVerifierKey(text) {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/su.exec(text);
  demand(match, "note-vkey", "The verifier key does not have the form name+id+key.");
  checkKeyName(match[1]);
  const material = fromBase64(match[3]);
  const type = material[0];
  demand(
    (type === ED25519 || type === COSIGNATURE) && material.length === 33,
    "note-vkey",
    "The verifier key is not an Ed25519 key.",
  );
  const id = await keyId(match[1], type, material.slice(1));
  demand(hex(id) === match[2], "note-vkey", "The verifier key's id does not belong to it.");
  return { name: match[1], id, type, key: material.slice(1) };
}

/**
 * Write a verifier key.
 * @param {string} name @param {number} type @param {Uint8Array} key
 * @returns {Promise<string>}
 */
export async function formatVerifierKey(name, type, key) {
  checkKeyName(name);
  return `${name}+${hex(await keyId(name, type, key))}+${base64(concat(byte(type), key))}`;
}

/** @param {string} line @returns {SignatureLine} */
function parseSignatureLine(line) {
  const parts = line.split(" ");
  demand(parts.length === 3 && parts[0] === "\u2014", "note-signature", "A signature line is malformed.");
  checkKeyName(parts[1]);
  const bytes = fromBase64(parts[2]);
  demand(bytes.length > 4, "note-signature", "A signature line is too short.");
  return { name: parts[1], id: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/**
 * Take a signed note apart. Signatures are not verified here.
 * @param {Uint8Array} bytes
 * @returns {Note} text includes its last newline
 */
export function parseNote(bytes) {
  demand(bytes.length <= MAX_NOTE, "note-size", "The note is too large.");
  const whole = fromUtf8(bytes);
  demand(!/[\x00-\x09\x0b-\x1f]/.test(whole), "note-control", "The note holds a control character.");
  const split = whole.lastIndexOf("\n\n");
  demand(split > 0 && whole.endsWith("\n"), "note-form", "The note has no signature block.");
  const lines = whole.slice(split + 2, -1).split("\n");
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * Whether a signature line was made by a key (same name and id).
 * @param {SignatureLine} line @param {VerifierKey} key @returns {boolean}
 */
export function isBy(line, key) {
  return line.name === key.name && equal(line.id, key.id);
}

/**
 * Verify one line against the key that its name and id point to.
 * @param {string} text of the note @param {SignatureLine} line @param {VerifierKey} key
 * @returns {Promise<{time: number|null}>} POSIX seconds of a cosignature, null for a plain signature
 */
export async function verifyLine(text, line, key) {
  let message = utf8(text);
  let signature = line.signature;
  let time = null;
  if (key.type === COSIGNATURE) {
    demand(signature.length === 72, "note-cosignature", "A cosignature has 72 bytes.");
    time = fromU64be(signature.slice(0, 8));
    message = cosignedMessage(text, time);
    signature = signature.slice(8);
  }
  if (!(await verifyEd25519(key.key, message, signature))) {
    throw new ProtocolError("note-signature", `The signature of ${key.name} on the note is wrong.`);
  }
  return { time };
}

/** @param {string} text @param {number} time POSIX seconds @returns {Uint8Array} what a witness signs */
export function cosignedMessage(text, time) {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`);
}

/**
 * Verify every line made by one of the given keys; lines by others are ignored.
 * @param {Note} note @param {VerifierKey[]} keys
 * @returns {Promise<{key: VerifierKey, time: number|null}[]>}
 */
export async function verifyNote(note, keys) {
  const found = [];
  for (const line of note.signatures) {
    const key = keys.find((candidate) => isBy(line, candidate));
    if (key) found.push({ key, ...(await verifyLine(note.text, line, key)) });
  }
  return found;
}

/**
 * Write a signature line.
 * @param {VerifierKey} key @param {Uint8Array} signature Ed25519, 64 bytes
 * @param {number} [time] POSIX seconds, for cosignatures
 * @returns {string} with its newline
 */
export function formatSignatureLine(key, signature, time) {
  const body = key.type === COSIGNATURE ? concat(u64be(time), signature) : signature;
  return `\u2014 ${key.name} ${base64(concat(key.id, body))}\n`;
}

/**
 * Read a checkpoint: exactly origin, size and root.
 * @param {Uint8Array} bytes
 * @returns {Checkpoint}
 */
export function parseCheckpoint(bytes) {
  const note = parseNote(bytes);
  return { ...parseCheckpointText(note.text), ...note };
}

/**
 * Read a checkpoint's signed text.
 * @param {string} text
 * @returns {{origin: string, size: number, root: Uint8Array, text: string}}
 */
export function parseCheckpointText(text) {
  const lines = text.split("\n");
  demand(lines.length === 4 && lines[3] === "", "checkpoint-lines", "A checkpoint has exactly three lines.");
  const [origin, size, root] = lines;
  demand(origin !== "", "checkpoint-origin", "The checkpoint has no origin.");
  demand(
    /^(?:0|[1-9][0-9]*)$/.test(size) && Number.isSafeInteger(Number(size)),
    "checkpoint-size",
    "The checkpoint's size is malformed.",
  );
  const hash = fromBase64(root);
  demand(hash.length === 32, "checkpoint-root", "The checkpoint's root is not 32 bytes long.");
  return { origin, size: Number(size), root: hash, text };
}
