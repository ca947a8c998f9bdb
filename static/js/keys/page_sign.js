// Signing a body with a key of this browser, then posting the signatures with the form.
import { signBody } from "../protocol/events.js";
import { byId, problem } from "./page_parts.js";
import { readPassphrase } from "./passphrase.js";
import { fingerprint, lockOf, openWithPasskey, openWithPassphrase, signerOf } from "./ring.js";
import { KeyStore } from "./store.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("form[data-sign]"));
const words = byId("sign-words").dataset;
const body = JSON.parse(byId("sign-body").textContent);
const allowed = new Set(JSON.parse(byId("sign-keys").textContent));
const store = await KeyStore.of(form.dataset.database ?? "");
const rings = (await store.all()).filter((ring) => allowed.has(ring.id));
const choice = byId("sign-key");

/** @returns {import("./ring.js").Ring|undefined} */
const chosen = () => rings.find((ring) => ring.id === choice.value);

/** The passphrase is asked for only where no passkey locks the key, or where it did not answer. */
function showLock(withPassphrase = false) {
  const ring = chosen();
  byId("sign-passphrase-field").hidden = !withPassphrase && Boolean(ring && lockOf(ring, "passkey"));
}

/** @param {import("./ring.js").Ring} ring @returns {Promise<Record<string, CryptoKey>|null>} null: said why */
async function open(ring) {
  const typed = byId("sign-passphrase");
  if (byId("sign-passphrase-field").hidden) {
    try {
      return await openWithPasskey(ring);
    } catch {
      showLock(true);
      problem(byId("sign-problem"), words.passkey);
      return null;
    }
  }
  try {
    return await openWithPassphrase(ring, readPassphrase(typed.value));
  } catch {
    problem(byId("sign-problem"), words.wrong);
    typed.focus();
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
  const signature = await signBody(form.dataset.sign ?? "", body, signerOf(ring, opened));
  byId("sign-passphrase").value = "";
  byId("id_signatures").value = JSON.stringify([signature]);
  form.submit();
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
