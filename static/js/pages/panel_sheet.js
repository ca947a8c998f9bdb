// One member's score sheet: marks and reasons saved as they are typed, own totals at once, locked with the seat's key.
import { Autosave } from "../evaluation/autosave.js";
import { Grid } from "../evaluation/grid.js";
import { isExtreme, lockedSheet, total } from "../evaluation/sheet.js";
import { byId, problem } from "../keys/page_parts.js";
import { readPassphrase } from "../keys/passphrase.js";
import { lockOf, openWithPasskey, openWithPassphrase, signerOf } from "../keys/ring.js";
import { KeyStore } from "../keys/store.js";

/** @typedef {import("../evaluation/grid.js").Place} Place */

const data = JSON.parse(byId("sheet-data").textContent);
const words = byId("sheet-words").dataset;
const token = /** @type {any} */ (document.querySelector("#sheet-lock [name=csrfmiddlewaretoken]")).value;
const table = /** @type {HTMLTableElement} */ (byId("sheet-table"));
const note = /** @type {HTMLTextAreaElement} */ (byId("sheet-note"));
const totals = /** @type {HTMLTableRowElement} */ (byId("sheet-totals"));
const passphrase = byId("sheet-passphrase-field");
/** @type {Place|null} */
let at = null;

/** @returns {string} why there is a second look; empty for the first */
const reason = () => (/** @type {any} */ (document.getElementById("sheet-reason"))?.value.trim() ?? "");
const said = (/** @type {string} */ text, /** @type {Record<string, any>} */ values) =>
  text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
const post = (/** @type {string} */ url, /** @type {any} */ body) =>
  fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
    body: JSON.stringify(body),
  });
/** @param {Place} place @returns {string} */
const noteOf = ({ bid, criterion }) => data.notes[bid.ev]?.[criterion.id] ?? "";
/** @param {Place} place @param {string} mark @returns {boolean} whether a reason is asked for and missing */
const lacks = (place, mark) => data.reasons && isExtreme(mark, place.criterion) && noteOf(place) === "";

/** @param {Record<string, Record<string, string>>} cells @param {Place} place @param {string} text "" empties it */
function put(cells, { bid, criterion }, text) {
  cells[bid.ev] ??= {};
  if (text) cells[bid.ev][criterion.id] = text;
  else delete cells[bid.ev][criterion.id];
  if (Object.keys(cells[bid.ev]).length === 0) delete cells[bid.ev];
}

const autosave = new Autosave({
  place: `sunlit-sheet ${data.save} ${data.facts} ${data.round}`,
  send: (cells) => post(data.save, { changes: cells, reason: reason() }),
  told: (state, saved) => {
    const place = byId("sheet-saved");
    place.dataset.state = state;
    place.textContent = state === "saved" ? said(words.saved ?? "", { time: saved.saved_at }) : words[state];
    problem(byId("sheet-refused"), state === "refused" ? (saved?.detail ?? words.refused) : "");
  },
});
for (const { bid, criterion, mark, note: text } of autosave.unsaved) {
  const place = { bid: { ev: bid, label: "" }, criterion: { id: criterion, name: "", max: "0", step: "1" } };
  put(data.marks, place, mark ?? "");
  put(data.notes, place, text);
}

/** @param {Place} place */
function keep(place) {
  const mark = data.marks[place.bid.ev]?.[place.criterion.id] ?? null;
  autosave.put({ bid: place.bid.ev, criterion: place.criterion.id, mark, note: noteOf(place) });
  showTotals();
}

function showTotals() {
  let given = 0;
  let silent = 0;
  for (const [column, bid] of data.bids.entries()) {
    const marks = data.marks[bid.ev] ?? {};
    totals.cells[column + 1].textContent = total(marks);
    given += Object.keys(marks).length;
    for (const criterion of data.criteria)
      if (marks[criterion.id] !== undefined && lacks({ bid, criterion }, marks[criterion.id])) silent += 1;
  }
  const all = data.bids.length * data.criteria.length;
  byId("sheet-progress").textContent = said(words.progress ?? "", { given, all });
  byId("sheet-silent").textContent = silent > 0 ? said(words.silent ?? "", { silent }) : "";
  byId("sheet-lock").dataset.whole = String(given === all && silent === 0);
}

const grid = new Grid(table, {
  criteria: data.criteria,
  bids: data.bids,
  marks: data.marks,
  lacks,
  name: ({ bid, criterion }) => said(words.cell ?? "", { bid: bid.label, name: criterion.name, max: criterion.max }),
  changed: (place, mark) => {
    put(data.marks, place, mark ?? "");
    keep(place);
  },
  entered: (place) => {
    at = place;
    note.disabled = false;
    note.value = noteOf(place);
    byId("sheet-note-of").textContent = said(words.note ?? "", { bid: place.bid.label, name: place.criterion.name });
  },
  noted: () => note.focus(),
});

note.addEventListener("input", () => {
  if (!at) return;
  put(data.notes, at, note.value.trim());
  keep(at);
  grid.again(at);
});
note.addEventListener("keydown", (event) => {
  const back = event.key === "Escape" || (event.key === "Enter" && (event.altKey || event.ctrlKey));
  if (!back || !at) return;
  event.preventDefault();
  grid.go(data.criteria.indexOf(at.criterion), data.bids.indexOf(at.bid));
});
byId("sheet-open").addEventListener("click", () => grid.goOpen());

// Locking ---------------------------------------------------------------------------------------------------

const store = await KeyStore.of(data.database);
const ring = (await store.all()).find(({ id }) => id === data.key);
byId("sheet-here").hidden = !ring;
byId("sheet-none").hidden = Boolean(ring);
passphrase.hidden = Boolean(ring && lockOf(ring, "passkey"));

/** @param {import("../keys/ring.js").Ring} mine @returns {Promise<Record<string, CryptoKey>|null>} null: said why */
async function open(mine) {
  try {
    if (passphrase.hidden) return await openWithPasskey(mine);
    return await openWithPassphrase(mine, readPassphrase(byId("sheet-passphrase").value));
  } catch {
    problem(byId("sheet-problem"), passphrase.hidden ? words.passkey : words.wrong);
    passphrase.hidden = false;
    byId("sheet-passphrase").focus();
    return null;
  }
}

/** @returns {string} what stands in the way of locking */
function obstacle() {
  if (byId("sheet-lock").dataset.whole !== "true") return words.open ?? "";
  return data.round > 1 && reason() === "" ? (words.why ?? "") : "";
}

async function lock() {
  problem(byId("sheet-problem"), obstacle());
  if (!ring || obstacle()) return;
  if (!(await autosave.flush())) {
    problem(byId("sheet-problem"), words.offline);
    return;
  }
  const opened = await open(ring);
  if (!opened) return;
  byId("sheet-passphrase").value = "";
  const { policy, facts, seat, round, marks, notes } = data;
  const head = { policy, facts, seat, round, marks, notes, reason: reason() };
  const signed = await lockedSheet(head, signerOf(ring, opened));
  const answer = await post(data.lock, signed).catch(() => null);
  if (answer?.ok) location.assign((await answer.json()).next);
  else problem(byId("sheet-problem"), (await answer?.json().catch(() => null))?.detail ?? words.offline);
}

byId("sheet-lock-button").addEventListener("click", lock);
byId("sheet-passphrase").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  lock();
});
showTotals();
document.documentElement.dataset.ready = "sheet";
