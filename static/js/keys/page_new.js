// Making a key: made, locked, saved, read back, and only then asked for.
import { signBody } from "../protocol/events.js";
import { byId, backupName, problem, save } from "./page_parts.js";
import { makePasskey, passkeyName, passkeysPossible } from "./passkey.js";
import { makePassphrase, readPassphrase } from "./passphrase.js";
import { backupOf, fingerprint, lockRing, makeSigningRing, openWithPassphrase, proveBackup, signerOf } from "./ring.js";
import { KeyStore } from "./store.js";

const form = byId("key-form");
const words = byId("key-words").dataset;
const STEPS = ["make", "save", "prove", "ask"];
/** @type {import("./ring.js").Ring|null} */
let ring = null;
let proved = false;

/** @param {string} sentence */
const refuse = (sentence) => problem(byId("problem"), sentence);

/** Show a step as the one to do now; the ones before are done. @param {string} step */
function goTo(step) {
  const at = STEPS.indexOf(step);
  STEPS.forEach((name, index) => {
    byId(`step-${name}`).className = index < at ? "is-done" : index === at ? "is-now" : "is-next";
    if (index < at) byId({ make: "make", save: "download", prove: "prove" }[name] ?? "").hidden = true;
  });
  byId(`${step}-body`).hidden = false;
  byId(`step-${step}`).querySelector("input:not([type=hidden]), button").focus();
  refuse("");
}

/** @param {string} label @returns {Promise<import("./passkey.js").Passkey|null>} */
async function wantedPasskey(label) {
  if (!passkeysPossible() || !byId("use-passkey").checked) return null;
  try {
    const passkey = await makePasskey(passkeyName(`${form.dataset.account} · ${label}`));
    if (!passkey) byId("make-said").textContent = words.passkeyfailed;
    return passkey;
  } catch {
    byId("make-said").textContent = words.passkeyfailed;
    return null;
  }
}

async function make() {
  const label = byId("id_label").value.trim();
  if (!label) {
    refuse(words.nolabel ?? "");
    byId("id_label").focus();
    return;
  }
  byId("make-said").textContent = words.made;
  const passkey = await wantedPasskey(label);
  const passphrase = makePassphrase();
  ring = await lockRing(await makeSigningRing({ org: form.dataset.org, label }), passphrase, passkey);
  byId("passphrase").textContent = passphrase;
  byId("fingerprint").textContent = await fingerprint(ring.id);
  byId("id_label").readOnly = true;
  goTo("save");
}

async function download() {
  if (!ring) return;
  save(backupOf(ring), backupName(ring, await fingerprint(ring.id)));
  byId("save-said").textContent = words.saved;
  goTo("prove");
}

/** Read back what was saved; the passphrase disappears from the page, the ring goes into the store. */
async function prove() {
  const [file] = byId("prove-file").files;
  if (!ring || !file) {
    refuse(words.nofile ?? "");
    return;
  }
  const passphrase = readPassphrase(byId("prove-passphrase").value);
  try {
    await proveBackup(ring, file, passphrase);
  } catch (error) {
    refuse((/** @type {any} */ (error).code === "lock-closed" ? words.wrong : words.nofile) ?? "");
    return;
  }
  await (await KeyStore.of(form.dataset.database)).put(ring);
  await sign(await openWithPassphrase(ring, passphrase));
  byId("passphrase").textContent = "····-····-····-····";
  byId("prove-passphrase").value = "";
  proved = true;
  goTo("ask");
}

/** The proof that whoever asks holds the key. @param {Record<string, CryptoKey>} opened */
async function sign(opened) {
  if (!ring) return;
  const body = { v: "sunlit-key-request/v1", org: form.dataset.org, spki: ring.id };
  byId("id_spki").value = ring.id;
  byId("id_signatures").value = JSON.stringify([await signBody("key-request", body, signerOf(ring, opened))]);
}

/** After a refusal by the server the key is still there: go on where it was asked for. */
async function goOn() {
  const store = await KeyStore.of(form.dataset.database);
  ring = (await store.all()).find(({ id }) => id === byId("id_spki").value) ?? null;
  if (!ring) return;
  proved = true;
  byId("fingerprint").textContent = await fingerprint(ring.id);
  goTo("ask");
}

byId("passkey-field").hidden = !passkeysPossible();
byId("no-passkey").hidden = passkeysPossible();
byId("make").addEventListener("click", () => make().catch(() => refuse(words.unsupported ?? "")));
byId("download").addEventListener("click", download);
byId("prove").addEventListener("click", prove);
form.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  if (proved || event.submitter?.id === "offline") return;
  event.preventDefault();
});
if (byId("id_spki").value) await goOn();
document.documentElement.dataset.ready = "key";
