// The verify page: takes bundle, anchors and receipts, runs the verifier, and writes its report into the page.
import { verify } from "../verify/verify.js";
import { byId, showCheck, sizeWords, takeFiles, tell } from "./files.js";

/** @typedef {import("./files.js").Given} Given */
/** @typedef {import("../verify/verify.js").Report} Report */

const words = byId("words").dataset;
/** @type {{bundle: Given|null, anchors: Given|null, receipts: Given[]}} */
const given = { bundle: null, anchors: null, receipts: [] };
let running = false;

/** @param {string} text */
const say = (text) => { byId("progress").textContent = text; };

/** @param {Given} file */
function keep(file) {
  if (file.kind === "bundle") given.bundle = file;
  if (file.kind === "anchors") given.anchors = file;
  if (file.kind === "receipt") given.receipts = [...given.receipts.filter(({ name }) => name !== file.name), file];
}

/** @param {Given[]} files */
function list(files) {
  const known = [given.bundle, given.anchors, ...given.receipts].filter((file) => file !== null);
  const shown = [...known, ...files.filter(({ kind }) => kind === "unknown")];
  byId("chosen").replaceChildren(...shown.map((file) => {
    const line = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    const kind = document.createElement("small");
    kind.textContent = `${words[file.kind]} · ${sizeWords(file.size)}`;
    line.append(name, kind);
    return line;
  }));
}

/** @param {Given[]} files */
async function take(files) {
  files.forEach(keep);
  list(files);
  if (!given.bundle) say(words.needbundle ?? "");
  else if (!given.anchors) say(words.needanchors ?? "");
  else await run();
}

async function run() {
  const { bundle, anchors, receipts } = given;
  if (running || !bundle || !anchors?.bytes) return;
  running = true;
  const began = performance.now();
  try {
    say(words.running ?? "");
    const report = await verify({
      bundle: bundle.blob,
      anchors: anchors.bytes,
      receipts: receipts.map(({ name, bytes }) => ({ name, bytes: bytes ?? new Uint8Array() })),
      progress: (done) => say(`${words.running} ${done}`),
    });
    show(report, (performance.now() - began) / 1000);
    say("");
  } catch (error) {
    say(`${words.broken} (${error instanceof Error ? error.message : String(error)})`);
  } finally {
    running = false;
  }
}

/**
 * The verifier's label in the page's language; a part that is not known stays as the verifier wrote it.
 * @param {string} label "time …, witnesses …, officers …; remarks"
 * @returns {string}
 */
function labelWords(label) {
  const [main, ...remarks] = label.split("; ");
  const parts = main.split(", ").map((part) => {
    const [who, how] = part.split(" ").map((word) => words[word.replace("-", "")]);
    return who && how ? (words.pair ?? "").replace("{who}", who).replace("{how}", how) : part;
  });
  const rest = remarks.map((remark) => (
    remark.startsWith("trial") ? words.trial : remark.startsWith("anchors of the same run") ? words.samerun : remark));
  return [parts.join(words.between), ...rest].join("\n");
}

/**
 * A remark of the verifier in the page's language; one that the page does not know stays as it was written.
 * @param {string} note
 * @returns {string}
 */
function noteWords(note) {
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#remarks [data-pattern]"))) {
    const found = new RegExp(`^${line.dataset.pattern}$`, "s").exec(note);
    if (found) return (line.textContent ?? "").replace(/\{(\w+)\}/g, (_all, name) => found.groups?.[name] ?? "");
  }
  return note;
}

/** @param {Report} report @param {number} seconds */
function show(report, seconds) {
  const failed = report.checks.filter(({ ok }) => !ok).length;
  const title = (report.ok ? words.allhold : words.somefail) ?? "";
  byId("label").textContent = labelWords(report.label);
  byId("verdict-box").classList.toggle("is-bad", !report.ok);
  byId("verdict").textContent = title.replace("{n}", String(report.checks.length)).replace("{k}", String(failed));
  const good = (words.okpublished ?? "").replace("{t}", seconds.toFixed(1));
  byId("verdict-text").textContent = report.ok ? good : words.badadvice ?? "";
  for (const line of document.querySelectorAll("[data-check]")) showCheck(line, "notused", "", words);
  for (const check of report.checks) {
    const line = document.querySelector(`[data-check="${check.id}"]`);
    const state = check.ok ? "holds" : check.run ? "failed" : "notrun";
    if (line) showCheck(line, state, check.run ? [check.object, check.evidence].filter(Boolean).join(": ") : "", words);
  }
  byId("notes").replaceChildren(...report.notes.map((note) => {
    const line = document.createElement("li");
    line.textContent = noteWords(note);
    return line;
  }));
  byId("notes-box").hidden = report.notes.length === 0;
  const file = new Blob([JSON.stringify(report, null, 1)], { type: "application/json" });
  /** @type {HTMLAnchorElement} */ (byId("report")).href = URL.createObjectURL(file);
  document.title = `${byId("verdict").textContent} - ${document.title.split(" - ").slice(-1)[0]}`;
  byId("result").hidden = false;
  document.getElementById("fetch")?.classList.replace("btn-primary", "btn-outline-primary");
}

/** @param {string} url @param {string} name @returns {Promise<Given>} */
async function get(url, name) {
  const answer = await fetch(url, { credentials: "omit" });
  if (!answer.ok) throw new Error(`${url} (${answer.status})`);
  return tell(await answer.blob(), name);
}

async function fetchBoth() {
  const { bundle, anchors } = byId("here").dataset;
  say(words.fetching ?? "");
  try {
    const files = [await get(bundle ?? "", "bundle.zip")];
    if (given.anchors === null) files.push(await get(anchors ?? "", "anchors.json"));
    await take(files);
  } catch (error) {
    say(`${words.nofetch} ${error instanceof Error ? error.message : String(error)}`);
  }
}

takeFiles(byId("drop"), /** @type {HTMLInputElement} */ (byId("files")), async (files) => {
  byId("result").hidden = true; // no verdict of earlier files stands beside later ones
  const told = await Promise.all(files.map((file) => tell(file, file.name)));
  await take(told);
});
const fetchButton = document.getElementById("fetch");
if (fetchButton) {
  fetchButton.addEventListener("click", fetchBoth);
  fetchButton.hidden = false;
}
document.documentElement.dataset.ready = "verify";
