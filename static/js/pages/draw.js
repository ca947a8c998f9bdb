// The page of a draw while it runs: asked for every five seconds, replaced when something has changed.

const place = /** @type {HTMLElement} */ (document.getElementById("draw-part"));
const line = /** @type {HTMLElement} */ (document.getElementById("draw-line"));
const POLL = 5000;
let tag = `"${place.dataset.version}"`;

/** @param {"poll"|"lost"} state how fresh the page is */
function show(state) {
  line.hidden = false;
  const word = line.dataset[`${state}Word`] ?? "";
  if (line.textContent !== word) line.textContent = word;
  line.classList.toggle("sl-bad", state === "lost");
}

async function look() {
  const answer = await fetch(place.dataset.part ?? "", { headers: { "If-None-Match": tag }, cache: "no-store" });
  if (answer.status === 304) return;
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  tag = answer.headers.get("ETag") ?? tag;
  place.innerHTML = await answer.text();
}

function poll() {
  look().then(() => show("poll"), () => show("lost")).finally(() => setTimeout(poll, POLL));
}

if (place.dataset.over === undefined) setTimeout(poll, POLL);
document.documentElement.dataset.ready = "draw";
