/** X.509 certificates: reading them strictly and checking chains by section 9 of the specification. */
import { equal, fromUtf8 } from "./bytes.js";
import { parse, rawEcdsaSignature, TAG } from "./der.js";
import { ProtocolError, demand } from "./errors.js";
import { checkKey, checkRsa, curveOf } from "./keys.js";

/**
 * @typedef {object} Certificate
 * @property {Uint8Array} raw @property {Uint8Array} tbs @property {Uint8Array} serial
 * @property {Uint8Array} issuer @property {Uint8Array} subject @property {Uint8Array} spki
 * @property {number} notBefore POSIX seconds @property {number} notAfter POSIX seconds
 * @property {import("./der.js").Element} algorithm @property {Uint8Array} signature
 * @property {Map<string, {critical: boolean, value: Uint8Array}>} extensions
 */

export const OID = Object.freeze({
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  organizationIdentifier: "2.5.4.97",
  timeStamping: "1.3.6.1.5.5.7.3.8",
});
const KNOWN_CRITICAL = [OID.basicConstraints, OID.keyUsage];
const DIGITAL_SIGNATURE = 0;
const KEY_CERT_SIGN = 5;
const MAX_CHAIN = 4;
const SIGNATURES = {
  "1.3.101.112": { name: "Ed25519" },
  "1.2.840.10045.4.3.2": { name: "ECDSA", hash: "SHA-256" },
  "1.2.840.10045.4.3.3": { name: "ECDSA", hash: "SHA-384" },
  "1.2.840.113549.1.1.11": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  "1.2.840.113549.1.1.12": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-384" },
  "1.2.840.113549.1.1.13": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" },
};

/**
 * POSIX milliseconds of the digits of a UTC calendar time.
 * @param {string} digits YYYYMMDDhhmmss
 * @returns {number}
 */
export function calendarTime(digits) {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits) ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const moment = Date.parse(iso);
  const real = Number.isFinite(moment) && new Date(moment).toISOString() === iso;
  demand(real, "der-time", "A time is not a calendar time.");
  return moment;
}

/** @param {import("./der.js").Element} element UTCTime or GeneralizedTime @returns {number} POSIX seconds */
function certificateTime(element) {
  const text = fromUtf8(element.content);
  const utc = element.tag === TAG.UTC_TIME;
  demand(
    utc ? /^\d{12}Z$/.test(text) : element.tag === TAG.GENERALIZED_TIME && /^\d{14}Z$/.test(text),
    "der-time",
    "A time of a certificate is malformed.",
  );
  const century = Number(text.slice(0, 2)) >= 50 ? "19" : "20";
  return calendarTime((utc ? century : "") + text.slice(0, -1)) / 1000;
}

/** @param {import("./der.js").Element} list @returns {Certificate["extensions"]} */
function readExtensions(list) {
  const found = new Map();
  for (const element of list.as(TAG.SEQUENCE).children()) {
    const cursor = element.sequence();
    const oid = cursor.next().oid();
    const flag = cursor.optional(TAG.BOOLEAN);
    demand(!flag || flag.boolean(), "der-default", "A default value is written out.");
    demand(!found.has(oid), "certificate-extension", "An extension appears twice.");
    found.set(oid, { critical: flag !== null, value: cursor.next().octets() });
    cursor.end();
  }
  return found;
}

/**
 * Read a certificate (X.509 v3).
 * @param {Uint8Array} der
 * @returns {Certificate}
 */
export function parseCertificate(der) {
  const outer = parse(der).sequence();
  const tbs = outer.next();
  const algorithm = outer.next();
  const signature = outer.next().bits();
  outer.end();
  const cursor = tbs.sequence();
  const version = cursor.next().as(0xa0).children();
  demand(
    version.length === 1 && version[0].number() === 2,
    "certificate-version",
    "The certificate is not X.509 v3.",
  );
  const serial = cursor.next().integer();
  demand(
    equal(cursor.next().raw, algorithm.raw),
    "certificate-algorithm",
    "The certificate names two algorithms.",
  );
  const issuer = cursor.next().as(TAG.SEQUENCE).raw;
  const validity = cursor.next().sequence();
  const [notBefore, notAfter] = [certificateTime(validity.next()), certificateTime(validity.next())];
  validity.end();
  const subject = cursor.next().as(TAG.SEQUENCE).raw;
  const spki = cursor.next().as(TAG.SEQUENCE).raw;
  cursor.optional(0x81);
  cursor.optional(0x82);
  const wrapped = cursor.optional(0xa3)?.children() ?? [];
  cursor.end();
  demand(wrapped.length <= 1, "certificate-extension", "The certificate has two lists of extensions.");
  const extensions = wrapped.length === 1 ? readExtensions(wrapped[0]) : new Map();
  return {
    raw: der,
    tbs: tbs.raw,
    serial,
    issuer,
    subject,
    spki,
    notBefore,
    notAfter,
    algorithm,
    signature,
    extensions,
  };
}

/** @param {import("./der.js").Element} algorithm @returns {{name: string, hash?: string}} */
function signatureParameters(algorithm) {
  const cursor = algorithm.sequence();
  const oid = cursor.next().oid();
  demand(
    Object.hasOwn(SIGNATURES, oid),
    "certificate-algorithm",
    `The certificate's algorithm ${oid} is not accepted.`,
  );
  if (SIGNATURES[oid].name.startsWith("RSA")) cursor.next().null();
  cursor.end();
  return SIGNATURES[oid];
}

/**
 * Verify a signature by a key given as SubjectPublicKeyInfo; ECDSA signatures as DER.
 * @param {{name: string, hash?: string}} parameters
 * @param {Uint8Array} spki @param {Uint8Array} message @param {Uint8Array} signature
 * @param {string[]} [curves] accepted for ECDSA
 * @returns {Promise<boolean>}
 */
export async function verifyWith(parameters, spki, message, signature, curves = ["P-256", "P-384"]) {
  try {
    /** @type {any} WebCrypto's parameters */
    let how = parameters;
    let raw = signature;
    if (parameters.name === "ECDSA") {
      const { curve, size } = curveOf(spki);
      if (!curves.includes(curve)) return false;
      how = { ...parameters, namedCurve: curve };
      raw = rawEcdsaSignature(signature, size);
    } else if (parameters.name === "Ed25519") {
      checkKey("ed25519", spki);
    } else {
      checkRsa(spki);
    }
    const key = await crypto.subtle.importKey("spki", spki, how, false, ["verify"]);
    return await crypto.subtle.verify(how, key, raw, message);
  } catch {
    return false;
  }
}

/**
 * Refuse unless one certificate was issued by another.
 * @param {Certificate} certificate @param {Certificate} issuer
 */
export async function checkIssued(certificate, issuer) {
  demand(equal(certificate.issuer, issuer.subject), "chain-name", "A certificate names another issuer.");
  const parameters = signatureParameters(certificate.algorithm);
  if (!(await verifyWith(parameters, issuer.spki, certificate.tbs, certificate.signature))) {
    throw new ProtocolError("chain-signature", "A certificate's signature does not verify.");
  }
}

/**
 * Whether there is a keyUsage extension that allows a use.
 * @param {Certificate} certificate @param {number} bit
 * @returns {boolean}
 */
function allowsUse(certificate, bit) {
  const extension = certificate.extensions.get(OID.keyUsage);
  if (!extension) return false;
  const bytes = parse(extension.value).as(TAG.BIT_STRING).content;
  demand(bytes.length >= 2 && bytes[0] < 8, "certificate-usage", "The keyUsage extension is malformed.");
  return ((bytes[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}

/** @param {Certificate} certificate @returns {{authority: boolean, pathLength: number}} */
function basicConstraints(certificate) {
  const extension = certificate.extensions.get(OID.basicConstraints);
  if (!extension) return { authority: false, pathLength: 0 };
  const cursor = parse(extension.value).sequence();
  const flag = cursor.optional(TAG.BOOLEAN);
  demand(!flag || flag.boolean(), "der-default", "A default value is written out.");
  const limit = cursor.optional(TAG.INTEGER);
  cursor.end();
  return { authority: flag !== null, pathLength: limit ? limit.number() : Infinity };
}

/**
 * @param {Certificate} certificate @param {number} position 0 for the leaf
 * @param {string[]} critical known ones
 */
function checkPlace(certificate, position, critical) {
  for (const [oid, extension] of certificate.extensions) {
    demand(
      !extension.critical || critical.includes(oid),
      "chain-critical",
      `The critical extension ${oid} is not known.`,
    );
  }
  const { authority, pathLength } = basicConstraints(certificate);
  if (position === 0) {
    demand(!authority, "chain-leaf", "The signer's certificate is one of an authority.");
    demand(allowsUse(certificate, DIGITAL_SIGNATURE), "chain-usage", "The certificate is not for signing.");
  } else {
    demand(authority && pathLength >= position - 1, "chain-authority", "A certificate may not issue here.");
    demand(allowsUse(certificate, KEY_CERT_SIGN), "chain-usage", "A certificate is not for issuing.");
  }
}

/**
 * Refuse unless a chain holds at a moment under one of the roots.
 * @param {Uint8Array[]} chain DER, leaf first
 * @param {Uint8Array[]} roots DER
 * @param {number} moment POSIX milliseconds
 * @returns {Promise<{leaf: Certificate, root: Certificate}>}
 */
export async function verifyChain(chain, roots, moment) {
  demand(chain.length >= 1 && chain.length <= MAX_CHAIN, "chain-length", "A chain has 1 to 4 certificates.");
  const certificates = chain.map(parseCertificate);
  const last = certificates[certificates.length - 1];
  const ends = roots.some((root) => equal(root, last.raw))
    ? [[]]
    : roots
        .map(parseCertificate)
        .filter((root) => equal(root.subject, last.issuer))
        .map((root) => [root]);
  let failure = new ProtocolError("chain-root", "The chain ends at no root of the anchors.");
  for (const end of ends) {
    const path = [...certificates, ...end];
    try {
      demand(path.length >= 2, "chain-length", "A root does not sign by itself.");
      await checkPath(path, moment);
      demand(organisation(path[0]), "chain-organisation", "The certificate names no one organisation.");
      return { leaf: path[0], root: path[path.length - 1] };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/**
 * Refuse unless a path holds (rules 1 to 6 of section 9).
 * @param {Certificate[]} path leaf first, root last @param {number} moment POSIX milliseconds
 * @param {string[]} [forLeaf] further critical extensions that the leaf may have
 */
export async function checkPath(path, moment, forLeaf = []) {
  for (const [position, certificate] of path.entries()) {
    const inTime = certificate.notBefore * 1000 <= moment && moment <= certificate.notAfter * 1000;
    demand(inTime, "chain-time", "A certificate was not valid at that moment.");
    checkPlace(certificate, position, position === 0 ? [...KNOWN_CRITICAL, ...forLeaf] : KNOWN_CRITICAL);
    if (position + 1 < path.length) await checkIssued(certificate, path[position + 1]);
  }
}

/**
 * The organisation a certificate was issued to (subject organizationIdentifier, 2.5.4.97).
 * @param {Certificate} certificate
 * @returns {string|null} null unless there is exactly one, not empty
 */
export function organisation(certificate) {
  const found = [];
  for (const set of parse(certificate.subject).children()) {
    for (const pair of set.as(TAG.SET).children()) {
      const cursor = pair.sequence();
      if (cursor.next().oid() === OID.organizationIdentifier) found.push(fromUtf8(cursor.next().content));
    }
  }
  return found.length === 1 && found[0] !== "" ? found[0] : null;
}
