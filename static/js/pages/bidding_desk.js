// What only this device knows about a tender: whether it was rehearsed here, whether a draft lies here.
import { rehearsed, unfinished } from "./bidding_memory.js";

for (const line of document.querySelectorAll("[data-rehearsal]")) {
  const { rehearsal, done } = /** @type {HTMLElement} */ (line).dataset;
  const mark = line.querySelector(".sl-st");
  if (mark && (await rehearsed(rehearsal ?? ""))) {
    mark.className = "sl-st is-done";
    mark.textContent = done ?? "";
  }
}
for (const note of document.querySelectorAll("[data-uploads]")) {
  if (await unfinished(/** @type {HTMLElement} */ (note).dataset.uploads ?? "")) note.setAttribute("data-here", "");
}
document.documentElement.dataset.ready = "desk";
