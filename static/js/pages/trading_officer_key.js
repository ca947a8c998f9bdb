// Making the keys of one officer's seat: made, locked, saved, read back, and only then handed in.
import { byId, backupName, problem, save } from "../keys/page_parts.js";
import { declareSeat, makeOfficerRing } from "../keys/officer_key.js";
import { makePasskey, passkeyName, passkeysPossible } from "../keys/passkey.js";
import { makePassphrase, readPassphrase } from "../keys/passphrase.js";
import { backupOf, fingerprint, lockRing, openWithPassphrase, proveBackup } from "../keys/ring.js";
import { KeyStore } from "../keys/store.js";

const form = byId("key-form");
const words = byId("key-words").dataset;
const { tender, lot, label, org } = form.dataset;
const seat = { tender, lot, i: Number(form.dataset.i) };
const STEPS = ["make", "save", "prove", "ask"];
/** @type {import("../keys/ring.js").Ring|null} */
let ring = null;

/** @param {string} [sentence] */
const refuse = (sentence = "") => problem(byId("problem"), sentence);

/** Show a step as the one to do now; the ones before are done. @param {string} step */
function goTo(step) {
  const at = STEPS.indexOf(step);
  STEPS.forEach((name, index) => {
    byId(`step-${name}`).className = index < at ? "is-done" : index === at ? "is-now" : "is-next";
  });
  byId(`${step}-body`).hidden = false;
  byId(`step-${step}`).querySelector("input:not([type=hidden]), button").focus();
  refuse();
}

/** @returns {Promise<import("../keys/passkey.js").Passkey|null>} */
async function wantedPasskey() {
  if (!passkeysPossible() || !byId("use-passkey").checked) return null;
  const passkey = await makePasskey(passkeyName(`${form.dataset.account} · ${label}`)).catch(() => null);
  if (!passkey) byId("make-said").textContent = words.passkeyfailed;
  return passkey;
}

async function make() {
  byId("make").disabled = true;
  byId("make-said").textContent = words.made;
  const passkey = await wantedPasskey();
  const passphrase = makePassphrase();
  ring = await lockRing(await makeOfficerRing({ org, label, seat }), passphrase, passkey);
  byId("passphrase").textContent = passphrase;
  byId("fingerprint").textContent = await fingerprint(ring.id);
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
    refuse(words.nofile);
    return;
  }
  const passphrase = readPassphrase(byId("prove-passphrase").value);
  try {
    await proveBackup(ring, file, passphrase);
  } catch (error) {
    refuse(/** @type {any} */ (error).code === "lock-closed" ? words.wrong : words.nofile);
    return;
  }
  await (await KeyStore.of(form.dataset.database)).put(ring);
  const declared = await declareSeat(ring, await openWithPassphrase(ring, passphrase), seat);
  byId("id_signed").value = JSON.stringify(declared);
  byId("id_tool").value = "browser";
  byId("passphrase").textContent = "····-····-····-····";
  byId("prove-passphrase").value = "";
  goTo("ask");
}

byId("passkey-field").hidden = !passkeysPossible();
byId("no-passkey").hidden = passkeysPossible();
byId("make").addEventListener("click", () => make().catch(() => refuse(words.unsupported)));
byId("download").addEventListener("click", download);
byId("prove").addEventListener("click", prove);
document.documentElement.dataset.ready = "key";
