/** Anchors: what the reader knows from elsewhere (section 8). Nothing in a bundle may add to them. */
import { decodeLoose } from "../protocol/canonical.js";
import { demand } from "../protocol/errors.js";
import * as form from "../protocol/forms.js";
import { COSIGNATURE, ED25519 } from "../protocol/notes.js";
import { verifierKey } from "../protocol/policy.js";
import { parseCertificate } from "../protocol/x509.js";
import { fromHex } from "../protocol/bytes.js";

const party = { org: form.id, role: form.oneOf("owner", "supervisor", "platform", "officer-org") };
const source = { kind: form.string, name: form.id, org: form.id, accuracy_ms: form.integer() };
const oid = /^[0-2](?:\.(?:0|[1-9][0-9]*))+$/;

/** @type {form.Form} */
const oidForm = (value, where) => {
  demand(typeof value === "string" && oid.test(value), "form", `${where} is not a dotted object identifier.`);
};

/** @type {form.Form} one of two shapes, told by a member */
const partyForm = (value, where) => {
  const certified = value !== null && typeof value === "object" && Object.hasOwn(value, "ca_root");
  form.record({ ...party, [certified ? "ca_root" : "spki"]: form.der })(value, where);
};

/** @type {form.Form} */
const sourceForm = (value, where) => {
  const tsa = value !== null && typeof value === "object" && value.kind === "tsa";
  const members = tsa
    ? { ...source, kind: form.oneOf("tsa"), root: form.der, policy_oids: form.list(oidForm, { least: 1 }) }
    : { ...source, kind: form.oneOf("witness"), vkey: form.string };
  form.record(members)(value, where);
};

const anchorsForm = form.record({
  v: form.oneOf("sealedbid-anchors/v1"),
  origin: form.oneOf("published", "same-run"),
  T: form.dictionary(form.string, form.hash),
  draws: form.dictionary(form.string, form.hash),
  log: form.record({ origin: form.id, vkeys: form.list(form.string), org: form.id }),
  witnesses: form.list(form.record({ vkey: form.string, org: form.id })),
  witness_quorum: form.integer(),
  time: form.record({ sources: form.list(sourceForm), k: form.integer(1) }),
  parties: form.list(partyForm),
  registrar: form.der,
  ca_roots: form.list(form.der),
  min_t: form.integer(1),
  min_bids: form.integer(1),
  known: form.list(form.record({ size: form.integer(), root: form.hash })),
});

/**
 * Read an anchors file.
 * @param {Uint8Array} bytes
 * @returns {Promise<any>} the anchors, held to their form
 */
export async function readAnchors(bytes) {
  const anchors = /** @type {any} */ (decodeLoose(bytes));
  anchorsForm(anchors, "anchors");
  await Promise.all(anchors.log.vkeys.map((vkey) => verifierKey(vkey, ED25519)));
  await Promise.all(anchors.witnesses.map(({ vkey }) => verifierKey(vkey, COSIGNATURE)));
  for (const item of anchors.time.sources) {
    if (item.kind === "tsa") parseCertificate(fromHex(item.root));
    else await verifierKey(item.vkey, COSIGNATURE);
  }
  return anchors;
}
