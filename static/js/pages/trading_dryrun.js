// Answering a dry run with the seat's key of this browser.
import { byId, problem } from "../keys/page_parts.js";
import { answerSeat } from "../keys/officer_key.js";
import { readPassphrase } from "../keys/passphrase.js";
import { lockOf, openWithPasskey, openWithPassphrase } from "../keys/ring.js";
import { KeyStore } from "../keys/store.js";

const form = byId("dryrun-form");
const words = byId("dryrun-words").dataset;
const { tender, lot, stage, challenge, key } = form.dataset;
const field = byId("dryrun-passphrase-field");
const store = await KeyStore.of(form.dataset.database ?? "");
const ring = (await store.all()).find(({ id }) => id === key);

/** @returns {Promise<Record<string, CryptoKey>|null>} null: said why */
async function open() {
  if (!ring) return null;
  try {
    if (field.hidden) return await openWithPasskey(ring);
    return await openWithPassphrase(ring, readPassphrase(byId("dryrun-passphrase").value));
  } catch {
    problem(byId("dryrun-problem"), field.hidden ? words.passkey : words.wrong);
    field.hidden = false;
    byId("dryrun-passphrase").focus();
    return null;
  }
}

async function answer() {
  problem(byId("dryrun-problem"));
  byId("dryrun-progress").textContent = words.signing;
  const opened = await open();
  byId("dryrun-progress").textContent = "";
  if (!opened || !ring) return;
  const asked = { tender, lot, i: Number(form.dataset.i), stage, challenge };
  const answered = await answerSeat(ring, opened, /** @type {any} */ (asked));
  byId("dryrun-passphrase").value = "";
  byId("id_signed").value = JSON.stringify(answered);
  form.submit();
}

byId("dryrun-here").hidden = !ring;
byId("dryrun-none").hidden = Boolean(ring);
field.hidden = Boolean(ring && lockOf(ring, "passkey"));
byId("dryrun-button").addEventListener("click", answer);
document.documentElement.dataset.ready = "dryrun";
