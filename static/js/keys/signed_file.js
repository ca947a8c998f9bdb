// A file the offline tool wrote, chosen instead of pasted: its text goes into the field it stands above.
const LIMIT = 1 << 20;

/** @param {string} text @returns {"read"|"asked"|"other"} whether it can be what the tool gives back */
function told(text) {
  try {
    const value = JSON.parse(text);
    if (String(value.v ?? "") === "sunlit-sign/v1") return "asked";
    return Array.isArray(value.parts ?? value.signatures) ? "read" : "other";
  } catch {
    return "other";
  }
}

/** @param {File} file @returns {Promise<[string, string]>} which sentence, and the text if it is one */
async function read(file) {
  if (file.size > LIMIT) return ["large", ""];
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return [told(text), text];
  } catch {
    return ["other", ""];
  }
}

for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-signed-file]"))) {
  const field = /** @type {HTMLTextAreaElement} */ (document.getElementById(box.dataset.signedFile ?? ""));
  const input = /** @type {HTMLInputElement} */ (box.querySelector("input"));
  const said = /** @type {HTMLElement} */ (box.querySelector("[role=status]"));
  const take = async () => {
    const [file] = input.files ?? [];
    if (!file) return;
    const [found, text] = await read(file);
    field.value = found === "read" ? text : "";
    said.textContent = (box.dataset[found] ?? "").replace("{name}", file.name);
    said.className = found === "read" ? "sl-meta" : "sl-bad";
    box.dataset.taken = found;
  };
  box.hidden = false;
  input.addEventListener("change", take);
  take();
}
