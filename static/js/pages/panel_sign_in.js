// A member signs in: this device makes a key for one panel, keeps it under a passphrase, and signs for it.
import { byId, problem } from "../keys/page_parts.js";
import { makePassphrase } from "../keys/passphrase.js";
import { lockRing, makeSigningRing, openWithPassphrase, signerOf } from "../keys/ring.js";
import { KeyStore } from "../keys/store.js";
import { signBody } from "../protocol/events.js";

const form = byId("sign-in-form");
const words = byId("sign-words").dataset;
const passphrase = makePassphrase();

async function signIn() {
  problem(byId("sign-problem"));
  if (!byId("written").checked) {
    problem(byId("sign-problem"), words.tick);
    byId("written").focus();
    return;
  }
  byId("sign-progress").textContent = words.making;
  try {
    const fresh = await makeSigningRing({ org: "panel", label: form.dataset.label });
    const ring = await lockRing(fresh, passphrase);
    await (await KeyStore.of(form.dataset.database)).put(ring);
    const signer = signerOf(ring, await openWithPassphrase(ring, passphrase));
    const body = { ...JSON.parse(byId("sign-body").textContent), spki: ring.id };
    byId("id_spki").value = ring.id;
    byId("id_signatures").value = JSON.stringify([await signBody(form.dataset.kind, body, signer)]);
    form.submit();
  } catch {
    problem(byId("sign-problem"), words.failed);
  }
  byId("sign-progress").textContent = "";
}

byId("passphrase").textContent = passphrase;
byId("sign-in-button").addEventListener("click", signIn);
document.documentElement.dataset.ready = "sign-in";
