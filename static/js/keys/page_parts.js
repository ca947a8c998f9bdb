/** Small parts the key pages share. */

/** @param {string} id @returns {any} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}

/** Say what is wrong at a place, or take it back. @param {Element} place @param {string} [sentence] */
export function problem(place, sentence = "") {
  const line = document.createElement("p");
  line.className = "sl-bad";
  line.textContent = sentence;
  place.replaceChildren(...(sentence ? [line] : []));
}

/** @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** @param {import("./ring.js").Ring} ring @param {string} print fingerprint @returns {string} name of its backup file */
export function backupName(ring, print) {
  return `sunlit-key-${ring.org}-${print.replaceAll(" ", "").slice(0, 8)}.json`;
}
