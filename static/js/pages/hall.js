// The hall while it runs: told by the live stream when something happens, asked every three seconds where there is none.

const main = /** @type {HTMLElement} */ (document.querySelector("[data-hall]"));
const place = /** @type {HTMLElement} */ (document.getElementById("hall"));
const said = /** @type {HTMLElement} */ (document.getElementById("hall-said"));
const line = /** @type {HTMLElement} */ (document.getElementById("hall-line"));
const POLL = 3000;
let tag = `"${place.dataset.version}"`;
let polling = 0;
let running = Promise.resolve();

/** @param {"live"|"poll"|"lost"} state how fresh the page is */
function show(state) {
  line.hidden = false;
  line.textContent = line.dataset[`${state}Word`] ?? "";
  line.classList.toggle("sl-bad", state === "lost");
}

/** Replace the changing part; new rows and lines dawn. @param {string} html */
function put(html) {
  const known = new Set([...place.querySelectorAll(".sl-live tbody tr, .sl-log li")].map((row) => row.textContent));
  const first = place.querySelector(".sl-live") === null;
  place.innerHTML = html;
  for (const row of place.querySelectorAll(".sl-live tbody tr"))
    row.classList.toggle("is-new", first || !known.has(row.textContent));
  const title = place.querySelector("h1")?.textContent ?? "";
  document.title = document.title.replace(/^.*? - /, () => `${title} - `);
  said.textContent = place.querySelector(".sl-log li span")?.textContent ?? title;
}

async function fetchPart() {
  const answer = await fetch(main.dataset.hall ?? "", { headers: { "If-None-Match": tag }, cache: "no-store" });
  if (answer.status === 304) return;
  if (!answer.ok) throw new Error(String(answer.status));
  const html = await answer.text();
  tag = answer.headers.get("ETag") ?? tag;
  put(html);
}

/** One look at a time. @param {"live"|"poll"} state */
function look(state) {
  running = running.then(fetchPart).then(() => show(state), () => show("lost"));
  return running;
}

function poll() {
  if (polling) return;
  show("poll");
  polling = window.setInterval(() => look("poll"), POLL);
}

function listen() {
  const stream = new EventSource(main.dataset.live ?? "");
  stream.addEventListener("open", () => {
    clearInterval(polling);
    polling = 0;
    show("live");
  });
  stream.addEventListener("line", (event) => {
    said.textContent = event.data;
  });
  stream.addEventListener("version", (event) => {
    if (`"${event.data}"` !== tag) look("live");
  });
  stream.addEventListener("over", () => {
    stream.close();
    clearInterval(polling);
    look("live").then(() => { line.hidden = true; });
  });
  stream.addEventListener("error", poll);
}

if (main.dataset.over === undefined) listen();
document.documentElement.dataset.ready = "hall";
