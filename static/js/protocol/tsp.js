/**
 * RFC 3161 time-stamp responses, checked by section 9 of the specification: one strict shape, so that no
 * byte of a token can change unnoticed.
 */
import { concat, equal, fromUtf8 } from "./bytes.js";
import { parse, smallNumber, TAG } from "./der.js";
import { demand } from "./errors.js";
import { sha256 } from "./hashing.js";
import { calendarTime, checkPath, OID, parseCertificate, verifyWith } from "./x509.js";

/** @typedef {import("./der.js").Element} Element */
/** @typedef {import("./x509.js").Certificate} Certificate */

const SIGNED_DATA = "1.2.840.113549.1.7.2";
const TST_INFO = "1.2.840.113549.1.9.16.1.4";
const SHA256 = "2.16.840.1.101.3.4.2.1";
const DIGESTS = {
  [SHA256]: "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
};
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
const ECDSA = {
  "1.2.840.10045.4.3.2": "SHA-256",
  "1.2.840.10045.4.3.3": "SHA-384",
  "1.2.840.10045.4.3.4": "SHA-512",
};

/** @param {boolean} condition @param {string} message @returns {asserts condition} */
function shape(condition, message) {
  demand(condition, "token-shape", message);
}

/** @param {Element} element @param {number} tag @returns {Element} the one element inside an explicit tag */
function inside(element, tag) {
  const children = element.as(tag).children();
  shape(children.length === 1, "An explicit tag holds more than one element.");
  return children[0];
}

/**
 * @param {Element} element AlgorithmIdentifier
 * @returns {string} object identifier; parameters absent or NULL
 */
function algorithm(element) {
  const cursor = element.sequence();
  const oid = cursor.next().oid();
  cursor.optional(TAG.NULL)?.null();
  cursor.end();
  return oid;
}

/** @param {Element} element AlgorithmIdentifier of a digest @returns {string} WebCrypto name */
function digestName(element) {
  const oid = algorithm(element);
  demand(Object.hasOwn(DIGESTS, oid), "token-digest", `The token's digest ${oid} is not accepted.`);
  return DIGESTS[oid];
}

/** @param {string} name @param {Uint8Array} bytes @returns {Promise<Uint8Array>} */
async function digest(name, bytes) {
  return new Uint8Array(await crypto.subtle.digest(name, bytes));
}

/** @param {Uint8Array} response TimeStampResp @returns {Element} SignedData */
function signedData(response) {
  const outer = parse(response).sequence();
  const status = outer.next().sequence();
  demand(status.next().number() === 0, "token-status", "The time stamp was not granted.");
  status.end();
  const info = outer.next().sequence();
  outer.end();
  shape(info.next().oid() === SIGNED_DATA, "The token is not CMS SignedData.");
  const data = inside(info.next(), 0xa0);
  info.end();
  return data;
}

/**
 * @param {Element} data SignedData
 * @returns {{content: Uint8Array, certificate: Certificate, signer: Element, digest: string}}
 */
function readSignedData(data) {
  const cursor = data.sequence();
  shape(cursor.next().number() === 3, "The SignedData is not of version 3.");
  const digests = cursor.next().setOf();
  shape(digests.length === 1, "The token lists more than one digest.");
  const encapsulated = cursor.next().sequence();
  shape(encapsulated.next().oid() === TST_INFO, "The token does not hold a TSTInfo.");
  const content = inside(encapsulated.next(), 0xa0).octets();
  encapsulated.end();
  const certificates = cursor.next().as(0xa0).children();
  shape(certificates.length === 1, "The token does not hold exactly one certificate.");
  const signers = cursor.next().setOf();
  shape(signers.length === 1, "The token does not have exactly one signer.");
  cursor.end();
  return {
    content,
    certificate: parseCertificate(certificates[0].raw),
    signer: signers[0],
    digest: digestName(digests[0]),
  };
}

/**
 * @param {Element} set signed attributes, implicitly tagged
 * @returns {Map<string, Element>} the one value of each
 */
function readAttributes(set) {
  const found = new Map();
  const universal = parse(concat(Uint8Array.of(TAG.SET), set.as(0xa0).raw.subarray(1)));
  for (const element of universal.setOf()) {
    const cursor = element.sequence();
    const oid = cursor.next().oid();
    const values = cursor.next().setOf();
    cursor.end();
    shape(values.length === 1 && !found.has(oid), "A signed attribute appears twice or has several values.");
    found.set(oid, values[0]);
  }
  return found;
}

/**
 * The first hash of signingCertificateV2 must be that of the certificate.
 * @param {Map<string, Element>} attributes @param {Certificate} certificate
 */
async function checkSigningCertificate(attributes, certificate) {
  const attribute = attributes.get(SIGNING_CERTIFICATE_V2);
  demand(attribute, "token-certificate", "The token does not name its signing certificate.");
  const id = attribute.sequence().next().sequence().next().sequence();
  const explicit = id.optional(TAG.SEQUENCE);
  const named = id.next().octets();
  const computed = await digest(explicit ? digestName(explicit) : "SHA-256", certificate.raw);
  demand(equal(named, computed), "token-certificate", "The token names another signing certificate.");
}

/** @param {Element} signer SignerInfo @param {ReturnType<typeof readSignedData>} data */
async function checkSigner(signer, data) {
  const cursor = signer.sequence();
  shape(cursor.next().number() === 1, "The SignerInfo is not of version 1.");
  const sid = cursor.next().sequence();
  const { certificate } = data;
  const named =
    equal(sid.next().as(TAG.SEQUENCE).raw, certificate.issuer) &&
    equal(sid.next().integer(), certificate.serial);
  sid.end();
  demand(named, "token-signer", "The signer is not the certificate of the token.");
  const hash = digestName(cursor.next());
  shape(hash === data.digest, "The token names two digests.");
  const set = cursor.next();
  const attributes = readAttributes(set);
  const method = signatureMethod(cursor.next(), hash);
  const signature = cursor.next().octets();
  cursor.end();
  demand(
    attributes.get(CONTENT_TYPE)?.oid() === TST_INFO,
    "token-attributes",
    "The signed content type is wrong.",
  );
  const stated = attributes.get(MESSAGE_DIGEST)?.octets() ?? new Uint8Array(0);
  demand(equal(stated, await digest(hash, data.content)), "token-attributes", "The signed digest is wrong.");
  await checkSigningCertificate(attributes, certificate);
  const message = concat(Uint8Array.of(TAG.SET), set.raw.subarray(1));
  demand(
    await verifyWith(method, certificate.spki, message, signature, ["P-256"]),
    "token-signature",
    "The token's signature does not verify.",
  );
}

/**
 * @param {Element} element AlgorithmIdentifier @param {string} hash of the signer
 * @returns {{name: string, hash: string}}
 */
function signatureMethod(element, hash) {
  const oid = algorithm(element);
  if (oid === RSA_ENCRYPTION) return { name: "RSASSA-PKCS1-v1_5", hash };
  demand(ECDSA[oid] === hash, "token-algorithm", `The token's signature algorithm ${oid} is not accepted.`);
  return { name: "ECDSA", hash };
}

/** @param {Certificate} certificate @param {Certificate} root @param {number} moment POSIX milliseconds */
async function checkAuthority(certificate, root, moment) {
  const extension = certificate.extensions.get(OID.extendedKeyUsage);
  const uses = extension?.critical
    ? parse(extension.value)
        .as(TAG.SEQUENCE)
        .children()
        .map((use) => use.oid())
    : [];
  demand(
    uses.length === 1 && uses[0] === OID.timeStamping,
    "token-usage",
    "The signer's certificate is not for time stamps only.",
  );
  await checkPath([certificate, root], moment, [OID.extendedKeyUsage]);
}

/** @param {Element} element GeneralizedTime @returns {{time: number, resolution: number}} milliseconds */
function generalizedTime(element) {
  const match = /^(\d{14})(?:\.(\d*[1-9]))?Z$/.exec(fromUtf8(element.as(TAG.GENERALIZED_TIME).content));
  shape(match !== null, "The token's time is malformed.");
  const fraction = match[2] ?? "";
  return {
    time: calendarTime(match[1]) + Number(`${fraction}000`.slice(0, 3)),
    resolution: Math.max(1, 1000 / 10 ** Math.min(fraction.length, 3)),
  };
}

/** @param {Element|null} element Accuracy @returns {number|null} milliseconds, rounded up */
function accuracy(element) {
  if (!element) return null;
  const cursor = element.sequence();
  const seconds = cursor.optional(TAG.INTEGER)?.number() ?? 0;
  const [millis, micros] = [0x80, 0x81].map((tag) => {
    const part = cursor.optional(tag);
    if (!part) return 0;
    const value = smallNumber(parse(concat(Uint8Array.of(TAG.INTEGER), part.raw.subarray(1))).integer());
    shape(value >= 1 && value <= 999, "The token's accuracy is malformed.");
    return value;
  });
  cursor.end();
  return seconds * 1000 + millis + Math.ceil(micros / 1000);
}

/** @param {Element|null} list extensions of a TSTInfo; refuse critical ones */
function checkExtensions(list) {
  for (const element of list?.children() ?? []) {
    const cursor = element.sequence();
    cursor.next().oid();
    demand(cursor.optional(TAG.BOOLEAN) === null, "token-extension", "The token has a critical extension.");
    cursor.next().octets();
    cursor.end();
  }
}

/**
 * @param {Uint8Array} content TSTInfo
 * @returns {{policy: string, imprint: Uint8Array, time: number, resolution: number, accuracy: number|null}}
 */
function readInfo(content) {
  const cursor = parse(content).sequence();
  shape(cursor.next().number() === 1, "The TSTInfo is not of version 1.");
  const policy = cursor.next().oid();
  const imprint = cursor.next().sequence();
  demand(algorithm(imprint.next()) === SHA256, "token-imprint", "The token is not over a SHA-256 digest.");
  const hashed = imprint.next().octets();
  imprint.end();
  cursor.next().integer();
  const when = generalizedTime(cursor.next());
  const stated = accuracy(cursor.optional(TAG.SEQUENCE));
  const ordering = cursor.optional(TAG.BOOLEAN);
  shape(!ordering || ordering.boolean(), "A default value is written out.");
  cursor.optional(TAG.INTEGER)?.integer();
  cursor.optional(0xa0);
  checkExtensions(cursor.optional(0xa1));
  cursor.end();
  return { policy, imprint: hashed, ...when, accuracy: stated };
}

/**
 * Refuse a token unless it holds for these bytes.
 * @param {Uint8Array} response TimeStampResp, DER
 * @param {Uint8Array} text the bytes that were stamped
 * @param {{root: Uint8Array, policyOids: string[]}} source root certificate (DER) and accepted policies
 * @returns {Promise<{time: number, resolution: number, accuracy: number|null}>} all in milliseconds
 */
export async function verifyToken(response, text, source) {
  const data = readSignedData(signedData(response));
  const info = readInfo(data.content);
  demand(equal(info.imprint, await sha256(text)), "token-imprint", "The token is over other bytes.");
  demand(
    source.policyOids.includes(info.policy),
    "token-policy",
    `The token's policy ${info.policy} is not accepted.`,
  );
  await checkSigner(data.signer, data);
  await checkAuthority(data.certificate, parseCertificate(source.root), info.time);
  return { time: info.time, resolution: info.resolution, accuracy: info.accuracy };
}
