// Files a reader hands to a page: told apart by what is in them, never by their names alone.

/** @typedef {{kind: "bundle"|"anchors"|"receipt"|"unknown", name: string, size: number, blob: Blob, bytes: Uint8Array|null}} Given */

const JSON_LIMIT = 4 << 20;

/** @param {Blob} blob @param {string} name @returns {Promise<Given>} */
export async function tell(blob, name) {
  const start = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (start[0] === 0x50 && start[1] === 0x4b) return { kind: "bundle", name, size: blob.size, blob, bytes: null };
  if (blob.size > JSON_LIMIT) return { kind: "unknown", name, size: blob.size, blob, bytes: null };
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return { kind: kindOf(bytes), name, size: blob.size, blob, bytes };
}

/** @param {Uint8Array} bytes @returns {Given["kind"]} */
function kindOf(bytes) {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (String(value?.v ?? "").startsWith("sealedbid-anchors")) return "anchors";
    if (value?.body?.note && value?.signatures) return "receipt";
  } catch {
    return "unknown";
  }
  return "unknown";
}

/** @param {number} size @returns {string} */
export function sizeWords(size) {
  if (size < 1000) return `${size} B`;
  if (size < 1e6) return `${(size / 1e3).toFixed(1)} KB`;
  return size < 1e9 ? `${(size / 1e6).toFixed(1)} MB` : `${(size / 1e9).toFixed(2)} GB`;
}

/**
 * Let a box take files by dropping as well as by its input.
 * @param {HTMLElement} box @param {HTMLInputElement} input @param {(files: File[]) => void} take
 */
export function takeFiles(box, input, take) {
  input.addEventListener("change", () => take([...(input.files ?? [])]));
  if (input.files?.length) take([...input.files]); // chosen before the script was there
  for (const kind of ["dragenter", "dragover"]) {
    box.addEventListener(kind, (event) => {
      event.preventDefault();
      box.classList.add("is-over");
    });
  }
  for (const kind of ["dragleave", "drop"]) box.addEventListener(kind, () => box.classList.remove("is-over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    take([...(/** @type {DragEvent} */ (event).dataTransfer?.files ?? [])]);
  });
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}

/**
 * Write one check's state and evidence into its line.
 * @param {Element} line @param {"holds"|"failed"|"notrun"|"notused"} state @param {string} evidence @param {DOMStringMap} words
 */
export function showCheck(line, state, evidence, words) {
  const mark = /** @type {HTMLElement} */ (line.querySelector("[data-state]"));
  mark.className = { holds: "sl-st is-done", failed: "sl-st is-fail", notrun: "sl-st is-wait", notused: "sl-st is-wait" }[state];
  mark.textContent = words[state] ?? "";
  line.classList.toggle("is-bad", state === "failed");
  const small = /** @type {HTMLElement} */ (line.querySelector("[data-evidence]"));
  small.textContent = evidence || small.dataset.detail || "";
}
