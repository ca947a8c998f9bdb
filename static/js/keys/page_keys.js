// Keys in this browser: listed, saved again, removed, restored from a file.
import { byId, backupName, problem, save } from "./page_parts.js";
import { readPassphrase } from "./passphrase.js";
import { backupOf, fingerprint, fits, openWithPassphrase, readBackup } from "./ring.js";
import { KeyStore } from "./store.js";

const words = byId("key-words").dataset;
const store = await KeyStore.of(byId("browser-keys").dataset.database);

/** @param {import("./ring.js").Ring} ring @returns {Promise<Element>} */
async function row(ring) {
  const line = byId("browser-row").content.cloneNode(true).firstElementChild;
  const print = await fingerprint(ring.id);
  const part = (/** @type {string} */ name) => line.querySelector(`[data-${name}]`);
  part("label").textContent = ring.label;
  part("fingerprint").textContent = print;
  part("wraps").textContent = ring.locks.map((lock) => words[lock.kind]).join(", ");
  part("download").addEventListener("click", () => save(backupOf(ring), backupName(ring, print)));
  part("remove").addEventListener("click", async () => {
    if (!confirm(words.sure)) return;
    await store.remove(ring.id);
    byId("restore-said").textContent = words.removed;
    await show();
  });
  return line;
}

async function show() {
  const rings = await store.all();
  byId("browser-list").replaceChildren(...await Promise.all(rings.map(row)));
  byId("browser-empty").hidden = rings.length > 0;
  const place = document.getElementById("registrar-spki");
  if (place && rings.length) place.textContent = rings[rings.length - 1].id;
}

byId("restore").addEventListener("submit", async (/** @type {Event} */ event) => {
  event.preventDefault();
  problem(byId("restore-problem"));
  const [file] = byId("restore-file").files;
  try {
    const ring = await readBackup(file ?? new Blob([]));
    const opened = await openWithPassphrase(ring, readPassphrase(byId("restore-passphrase").value));
    if (!await fits(ring, opened)) throw new Error("other key");
    await store.put(ring);
    byId("restore-passphrase").value = "";
    byId("restore-said").textContent = words.restored;
    await show();
  } catch (error) {
    const closed = /** @type {any} */ (error).code === "lock-closed";
    problem(byId("restore-problem"), closed ? words.wrong : words.nofile);
  }
});
await show();
document.documentElement.dataset.ready = "keys";
