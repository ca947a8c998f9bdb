// The expert's page: a record of the pool, or a chance in a draw, kept as a file and checked on this device.
import { decodeLoose } from "../protocol/canonical.js";
import { checkChance, VERSION as CHANCE } from "../verify/chance.js";
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

/** @param {File} file @returns {Promise<any>} the record or chance, or null for another file */
async function fileOf(file) {
  try {
    const found = decodeLoose(new Uint8Array(await file.arrayBuffer()));
    const record = found.v === CHANCE ? found.record : found;
    const known = record.v === VERSION && record.kind === "record" && Number.isInteger(record.epoch);
    return known ? found : null;
  } catch {
    return null;
  }
}

/** @param {number} number @returns {Promise<{root: string, size: number}>} of an epoch, as the ledger holds it */
async function epochOf(number) {
  const answer = await fetch(`/pool/epochs/${number}.json`);
  return decodeLoose(new Uint8Array(await answer.arrayBuffer()), LIMIT).body;
}

/** @param {string} draw @param {string} digest @returns {Promise<Uint8Array>} a paper of a revealed draw */
async function paperOf(draw, digest) {
  const answer = await fetch(`/pool/draws/${draw}/${digest}.json`);
  if (!answer.ok) throw new Error(String(answer.status));
  return new Uint8Array(await answer.arrayBuffer());
}

/** @param {HTMLElement} told @param {DOMStringMap} words @param {any} file a chance in a draw */
async function tellChance(told, words, file) {
  try {
    const { rounds } = await checkChance(file, await epochOf(file.record.epoch), paperOf);
    const [{ chance, reason }] = rounds;
    /** @type {[string, string][]} */
    const each = rounds.map((row, j) => [`${words.round ?? ""} ${j}`, row.chance ?? row.reason]);
    tell(told, "good", `${chance === null ? words.out : words.chance} ${chance ?? reason}`, each.length > 1 ? each : []);
  } catch {
    tell(told, "stop", words.odd ?? "", []);
  }
}

const form = document.getElementById("pool-check");
const told = document.getElementById("pool-told");
const input = document.getElementById("pool-file");
if (form && told && input instanceof HTMLInputElement) {
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("change", async () => {
    const file = input.files?.[0] ? await fileOf(input.files[0]) : null;
    if (!file) return tell(told, "stop", form.dataset.none ?? "", []);
    if (file.v === CHANCE) return tellChance(told, form.dataset, file);
    try {
      const { root, size } = await epochOf(file.epoch);
      tell(told, "good", form.dataset.ok ?? "", await checkRecord(file, root, size));
    } catch {
      tell(told, "stop", form.dataset.bad ?? "", []);
    }
  });
  document.documentElement.dataset.ready = "pool";
}
