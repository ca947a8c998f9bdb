// The expert's page: a record of the pool, kept as a file, held on this device to the root of its epoch.
import { decodeLoose } from "../protocol/canonical.js";
import { checkRecord, VERSION } from "../verify/pool.js";

const LIMIT = 1 << 26;

/** @param {HTMLElement} told @param {string} kind @param {string} text @param {[string, string][]} shown */
function tell(told, kind, text, shown) {
  const note = document.createElement("div");
  note.className = `sl-note is-${kind} mt-3`;
  const line = document.createElement("p");
  line.textContent = text;
  note.append(line);
  const facts = document.createElement("dl");
  facts.className = "sl-facts";
  for (const [name, value] of shown) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const what = document.createElement("dd");
    term.textContent = name;
    what.textContent = value;
    what.className = "text-break";
    row.append(term, what);
    facts.append(row);
  }
  told.replaceChildren(note, ...(shown.length ? [facts] : []));
}

/** @param {File} file @returns {Promise<any>} the record, or null for another file */
async function recordOf(file) {
  try {
    const found = decodeLoose(new Uint8Array(await file.arrayBuffer()));
    return found.v === VERSION && found.kind === "record" && Number.isInteger(found.epoch) ? found : null;
  } catch {
    return null;
  }
}

const form = document.getElementById("pool-check");
const told = document.getElementById("pool-told");
const input = document.getElementById("pool-file");
if (form && told && input instanceof HTMLInputElement) {
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("change", async () => {
    const record = input.files?.[0] ? await recordOf(input.files[0]) : null;
    if (!record) return tell(told, "stop", form.dataset.none ?? "", []);
    try {
      const answer = await fetch(`/pool/epochs/${record.epoch}.json`);
      const epoch = decodeLoose(new Uint8Array(await answer.arrayBuffer()), LIMIT);
      tell(told, "good", form.dataset.ok ?? "", await checkRecord(record, epoch.body.root, epoch.body.size));
    } catch {
      tell(told, "stop", form.dataset.bad ?? "", []);
    }
  });
  document.documentElement.dataset.ready = "pool";
}
