// The form of the sealing page: the opening line as it will be read out, the files, and what is wrong with them.
import { amountInWords, grouped, hundredths, readFigures, readWords } from "../seal/amounts.js";
import { lineOf } from "../seal/line.js";
import { byId, facts, filled } from "./bidding_parts.js";
import { sizeWords, takeFiles } from "./files.js";

const FIELDS = ["price", "price_words", "duration_days", "quality", "manager", "validity_days", "notes"];
const words = byId("words").dataset;

/** The opening line's fields and the files of each further envelope. */
export class BidForm {
  /** @param {any} data @param {() => void} changed called when anything was changed by hand */
  constructor(data, changed) {
    this.data = data;
    this.changed = changed;
    this.ownWords = false;
    /** @type {Map<number, File[]>} */
    this.files = new Map();
    byId("tenderer").value = data.tenderer;
    for (const name of FIELDS) byId(name).addEventListener("input", () => this.typed(name));
    for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-envelope]"))) {
      const e = Number(box.dataset.envelope);
      takeFiles(box, byId(`file-${e}`), (files) => this.choose(e, files));
    }
    this.show();
  }

  /** @param {string} name */
  typed(name) {
    if (name === "price_words") this.ownWords = byId(name).value !== "";
    this.show();
    this.changed();
  }

  /** @returns {string|null} */
  get figures() {
    return readFigures(byId("price").value);
  }

  /** @param {string} figures @param {string} currency @returns {string} a sum as the pages of this language write it */
  money(figures, currency) {
    const unit = words.unit ?? currency;
    return document.documentElement.lang.startsWith("zh") ? `${grouped(figures)} ${unit}` : `${unit} ${grouped(figures)}`;
  }

  /** Everything that follows from what is typed: capitals, warnings, preview. */
  show() {
    const { figures } = this;
    if (!this.ownWords) byId("price_words").value = figures ? amountInWords(figures) : "";
    say("price-note", this.overCeiling(figures));
    say("price_words-note", this.difference(figures));
    const line = this.line();
    facts(byId("preview"), [
      [words.tenderer ?? "", line.tenderer], [words.price ?? "", figures ? this.money(figures, line.currency) : "", true],
      [words.capitals ?? "", line.price_words], [words.duration ?? "", days(line.duration_days)],
      [words.quality ?? "", line.quality], [words.manager ?? "", line.manager],
      [words.validity ?? "", days(line.validity_days)], [words.notes ?? "", line.notes],
    ]);
  }

  /** @param {string|null} figures @returns {string} shown here only, never sent */
  overCeiling(figures) {
    const { ceiling } = this.data;
    if (!figures || !ceiling || hundredths(figures) <= hundredths(ceiling)) return "";
    const over = String(hundredths(figures) - hundredths(ceiling)).padStart(3, "0");
    return filled(words.over ?? "", { over: grouped(`${over.slice(0, -2)}.${over.slice(-2)}`) });
  }

  /** @param {string|null} figures @returns {string} */
  difference(figures) {
    const typed = byId("price_words").value;
    if (!figures || !typed) return "";
    const read = readWords(typed);
    if (read === null) return words.unreadable ?? "";
    return hundredths(read) === hundredths(figures) ? "" : filled(words.differs ?? "", { words: grouped(read) });
  }

  /** @returns {import("../seal/line.js").Line} as it will be read out */
  line() {
    return lineOf(this.data, Object.fromEntries(FIELDS.map((name) => [name, byId(name).value])));
  }

  /** @param {number} e @param {File[]} chosen */
  choose(e, chosen) {
    this.files.set(e, chosen);
    byId(`file-${e}-list`).replaceChildren(...chosen.map((file, index) => this.fileRow(e, file, index)));
    this.changed();
  }

  /** @param {number} e @param {File} file @param {number} index @returns {Element} */
  fileRow(e, file, index) {
    const row = document.createElement("li");
    const [name, small, button] = ["span", "small", "button"].map((tag) => document.createElement(tag));
    name.textContent = file.name;
    small.textContent = sizeWords(file.size);
    button.className = "btn btn-sm btn-outline-primary ms-2";
    button.setAttribute("type", "button");
    button.textContent = `${words.remove} ${file.name}`;
    button.addEventListener("click", () => {
      this.choose(e, (this.files.get(e) ?? []).filter((_, at) => at !== index));
      (byId(`file-${e}-list`).querySelectorAll("button")[index] ?? byId(`file-${e}`)).focus();
    });
    small.append(button);
    row.append(name, small);
    return row;
  }

  /** @returns {number} bytes chosen */
  get size() {
    return [...this.files.values()].flat().reduce((sum, { size }) => sum + size, 0);
  }

  /** @returns {[string, string][]} field and sentence of everything that stops sealing */
  problems() {
    const line = this.line();
    /** @type {[string, string][]} */
    const found = [];
    if (!line.price) found.push(["price", words.noprice ?? ""]);
    if (line.price && !line.price_words) found.push(["price_words", words.unreadable ?? ""]);
    if (byId("duration_days").value.trim() && line.duration_days === null) found.push(["duration_days", words.nodays ?? ""]);
    if (!line.validity_days) found.push(["validity_days", words.nodays ?? ""]);
    for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-envelope]"))) {
      const e = Number(box.dataset.envelope);
      if (!this.files.get(e)?.length) found.push([`file-${e}`, words.nofile ?? ""]);
    }
    if (!byId("sure").checked) found.push(["sure", words.unsure ?? ""]);
    return found;
  }

  /** The fields as a draft keeps them. */
  draft() {
    return { ...Object.fromEntries(FIELDS.map((name) => [name, byId(name).value])), ownWords: this.ownWords };
  }

  /** @param {any} draft @param {boolean} fixed whether they may no longer be changed */
  fill(draft, fixed) {
    for (const name of FIELDS) if (name in draft) byId(name).value = draft[name];
    this.ownWords = Boolean(draft.ownWords);
    for (const name of FIELDS) byId(name).readOnly = fixed;
    this.show();
  }
}

/** @param {number|null} number @returns {string} */
const days = (number) => (number ? filled(words.days ?? "", { n: number }) : "");

/** @param {string} id @param {string} sentence */
function say(id, sentence) {
  const line = document.createElement("p");
  line.className = "sl-note mt-2";
  line.textContent = sentence;
  byId(id).replaceChildren(...(sentence ? [line] : []));
}

/** Let a field be described by this sentence, or no longer. @param {Element} field @param {string} id @param {boolean} bad */
function describe(field, id, bad) {
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  const all = bad ? [...others, id] : others;
  if (all.length) field.setAttribute("aria-describedby", all.join(" "));
  else field.removeAttribute("aria-describedby");
}

/** Show what is wrong: a summary with links, a sentence at each field. @param {[string, string][]} found */
export function showProblems(found) {
  for (const old of document.querySelectorAll("[data-bad]")) old.remove();
  for (const bad of document.querySelectorAll(".sl-field.is-bad")) bad.classList.remove("is-bad");
  for (const field of document.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    describe(field, `${field.id}-bad`, false);
  }
  byId("errors").hidden = found.length === 0;
  if (!found.length) return;
  byId("errors-title").textContent = found.length === 1 ? words.problem : filled(words.problems ?? "", { n: found.length });
  byId("errors-list").replaceChildren(...found.map(([field, sentence]) => {
    const [row, link] = [document.createElement("li"), document.createElement("a")];
    link.href = `#${field}`;
    link.textContent = sentence;
    row.append(link);
    const bad = document.createElement("p");
    bad.className = "sl-bad";
    bad.dataset.bad = "";
    bad.id = `${field}-bad`;
    bad.textContent = sentence;
    byId(field).setAttribute("aria-invalid", "true");
    describe(byId(field), bad.id, true);
    byId(`${field}-box`).classList.add("is-bad");
    byId(`${field}-box`).append(bad);
    return row;
  }));
  byId("errors").focus();
  byId("errors").scrollIntoView({ block: "center" });
}
