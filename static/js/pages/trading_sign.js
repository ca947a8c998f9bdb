// Signing every part of one act with a key of this browser, then posting the signatures with the form.
import { fromUtf8 } from "../protocol/bytes.js";
import { encode } from "../protocol/canonical.js";
import { signBody } from "../protocol/events.js";
import { byId, problem } from "../keys/page_parts.js";
import { readPassphrase } from "../keys/passphrase.js";
import { fingerprint, lockOf, openWithPasskey, openWithPassphrase, signerOf } from "../keys/ring.js";
import { KeyStore } from "../keys/store.js";

/** @typedef {{id: string, title: string, kind: string, body: any}} Part */

const form = byId("sign-form");
const words = byId("sign-words").dataset;
/** @type {Part[]} */
const parts = JSON.parse(byId("sign-parts").textContent);
const allowed = new Set(JSON.parse(byId("sign-keys").textContent));
const store = await KeyStore.of(form.dataset.database ?? "");
const rings = (await store.all()).filter((ring) => allowed.has(ring.id));
const choice = byId("sign-key");
const field = byId("sign-passphrase-field");

/** @returns {import("../keys/ring.js").Ring|undefined} */
const chosen = () => rings.find((ring) => ring.id === choice.value);

/** The passphrase is asked for only where no passkey locks the key, or where it did not answer. */
function showLock(withPassphrase = false) {
  const ring = chosen();
  field.hidden = !withPassphrase && Boolean(ring && lockOf(ring, "passkey"));
}

/** @param {import("../keys/ring.js").Ring} ring @returns {Promise<Record<string, CryptoKey>|null>} null: said why */
async function open(ring) {
  try {
    if (field.hidden) return await openWithPasskey(ring);
    return await openWithPassphrase(ring, readPassphrase(byId("sign-passphrase").value));
  } catch {
    problem(byId("sign-problem"), field.hidden ? words.passkey : words.wrong);
    showLock(true);
    byId("sign-passphrase").focus();
    return null;
  }
}

async function sign() {
  const ring = chosen();
  problem(byId("sign-problem"));
  if (!ring) return;
  byId("sign-progress").textContent = words.signing;
  const opened = await open(ring);
  byId("sign-progress").textContent = "";
  if (!opened) return;
  const signer = signerOf(ring, opened);
  /** @type {Record<string, object[]>} */
  const signed = {};
  for (const { id, kind, body } of parts) signed[id] = [await signBody(kind, body, signer)];
  byId("sign-passphrase").value = "";
  byId("id_signed").value = JSON.stringify(signed);
  form.submit();
}

for (const { id, body } of parts) {
  const place = document.querySelector(`[data-body="${CSS.escape(id)}"]`);
  if (place) place.textContent = fromUtf8(encode(body));
}
for (const ring of rings) choice.add(new Option(`${ring.label} · ${await fingerprint(ring.id)}`, ring.id));
byId("sign-here").hidden = rings.length === 0;
byId("sign-none").hidden = rings.length > 0;
showLock();
choice.addEventListener("change", () => showLock());
byId("sign-button").addEventListener("click", sign);
byId("sign-passphrase").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  sign();
});
document.documentElement.dataset.ready = "sign";
