/**
 * The table of marks: a row for each criterion, a column for each bid. Only rows near the window hold fields, so that
 * 200 criteria of 50 bids stay quick; all others hold the marks as text.
 */
import { markOf } from "./sheet.js";

/** @typedef {{id: string, name: string, max: string, step: string}} Criterion */
/** @typedef {{ev: string, label: string}} Bid */
/** @typedef {Record<string, Record<string, string>>} Cells */
/** @typedef {{bid: Bid, criterion: Criterion}} Place */

const NEAR = "600px";
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Grid {
  /**
   * @param {HTMLTableElement} table
   * @param {{criteria: Criterion[], bids: Bid[], marks: Cells, name: (place: Place) => string,
   *   lacks: (place: Place, mark: string) => boolean, changed: (place: Place, mark: string|null) => void,
   *   entered: (place: Place) => void, noted: () => void}} how
   */
  constructor(table, how) {
    this.how = how;
    this.body = table.tBodies[0];
    /** Text typed that is no mark. @type {Map<string, string>} */
    this.odd = new Map();
    this.rows = how.criteria.map((criterion) => this.#row(criterion));
    this.body.replaceChildren(...this.rows);
    this.body.addEventListener("input", (event) => this.#typed(/** @type {any} */ (event.target)));
    this.body.addEventListener("focusin", (event) => this.#entered(/** @type {any} */ (event.target)));
    this.body.addEventListener("keydown", (event) => this.#key(event));
    const near = new IntersectionObserver(
      (seen) => {
        for (const { target, isIntersecting } of seen)
          if (isIntersecting) this.wake(this.rows.indexOf(/** @type {any} */ (target)));
          else this.#sleep(/** @type {any} */ (target));
      },
      { rootMargin: NEAR },
    );
    for (const row of this.rows) near.observe(row);
  }

  /** @param {Criterion} criterion @returns {HTMLTableRowElement} */
  #row(criterion) {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.append(criterion.name);
    const limit = document.createElement("small");
    limit.textContent = `0 – ${criterion.max} · ${criterion.step}`;
    head.append(limit);
    row.append(head);
    for (const bid of this.how.bids) {
      const cell = row.insertCell();
      cell.className = "num";
      this.#text(cell, { bid, criterion });
    }
    return row;
  }

  /** @param {Place} place @returns {string} */
  #shown({ bid, criterion }) {
    return this.odd.get(`${bid.ev} ${criterion.id}`) ?? this.how.marks[bid.ev]?.[criterion.id] ?? "";
  }

  /** @param {HTMLTableCellElement} cell @param {Place} place */
  #text(cell, place) {
    cell.textContent = this.#shown(place) || "–";
    this.#flag(cell, place);
  }

  /** @param {Element} element @param {Place} place */
  #flag(element, place) {
    const odd = this.odd.has(`${place.bid.ev} ${place.criterion.id}`);
    const mark = this.how.marks[place.bid.ev]?.[place.criterion.id];
    element.classList.toggle("is-odd", odd);
    element.classList.toggle("is-silent", !odd && mark !== undefined && this.how.lacks(place, mark));
    if (element instanceof HTMLInputElement) element.setAttribute("aria-invalid", String(odd));
  }

  /** Fields instead of texts. @param {number} at */
  wake(at) {
    const row = this.rows[at];
    if (!row || row.dataset.awake) return;
    row.dataset.awake = "yes";
    this.how.bids.forEach((bid, column) => {
      const place = { bid, criterion: this.how.criteria[at] };
      const field = document.createElement("input");
      field.className = "form-control";
      field.inputMode = "decimal";
      field.autocomplete = "off";
      field.setAttribute("aria-label", this.how.name(place));
      field.value = this.#shown(place);
      this.#flag(field, place);
      const cell = row.cells[column + 1];
      cell.classList.remove("is-odd", "is-silent");
      cell.replaceChildren(field);
    });
  }

  /** @param {HTMLTableRowElement} row */
  #sleep(row) {
    if (!row.dataset.awake || row.contains(document.activeElement)) return;
    delete row.dataset.awake;
    const criterion = this.how.criteria[this.rows.indexOf(row)];
    this.how.bids.forEach((bid, column) => this.#text(row.cells[column + 1], { bid, criterion }));
  }

  /** @param {Element} field @returns {[number, number]} row and column of a field */
  #at(field) {
    const cell = /** @type {HTMLTableCellElement} */ (field.closest("td"));
    return [this.rows.indexOf(/** @type {any} */ (cell.parentElement)), cell.cellIndex - 1];
  }

  /** @param {number} row @param {number} column @returns {Place} */
  #place(row, column) {
    return { bid: this.how.bids[column], criterion: this.how.criteria[row] };
  }

  /** Put the cursor into a cell. @param {number} row @param {number} column @returns {boolean} whether there is one */
  go(row, column) {
    if (!this.rows[row] || !this.how.bids[column]) return false;
    this.wake(row);
    const field = /** @type {HTMLInputElement} */ (this.rows[row].cells[column + 1].firstElementChild);
    field.focus();
    field.select();
    return true;
  }

  /** Put the cursor into the first cell without a good mark; false where there is none. @returns {boolean} */
  goOpen() {
    for (const [row, criterion] of this.how.criteria.entries())
      for (const [column, bid] of this.how.bids.entries()) {
        const mark = this.how.marks[bid.ev]?.[criterion.id];
        if (mark === undefined || this.how.lacks({ bid, criterion }, mark)) return this.go(row, column);
      }
    return false;
  }

  /** Show again what may have changed. @param {Place} place */
  again(place) {
    const row = this.how.criteria.indexOf(place.criterion);
    const column = this.how.bids.indexOf(place.bid);
    const cell = this.rows[row].cells[column + 1];
    if (cell.firstElementChild) this.#flag(cell.firstElementChild, place);
    else this.#text(cell, place);
  }

  /** @param {HTMLInputElement} field */
  #typed(field) {
    const place = this.#place(...this.#at(field));
    const name = `${place.bid.ev} ${place.criterion.id}`;
    const mark = markOf(field.value, place.criterion);
    if (mark === null && field.value.trim() !== "") this.odd.set(name, field.value);
    else this.odd.delete(name);
    this.how.changed(place, mark);
    this.#flag(field, place);
  }

  /** @param {Element} field */
  #entered(field) {
    if (field instanceof HTMLInputElement) this.how.entered(this.#place(...this.#at(field)));
  }

  /** Enter and arrows go on, Alt+Enter to the reason. @param {KeyboardEvent} event */
  #key(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    if (!(field instanceof HTMLInputElement)) return;
    const [row, column] = this.#at(field);
    if (event.key === "Enter") {
      event.preventDefault();
      if (event.altKey) this.how.noted();
      else if (event.shiftKey) this.go(row - 1, column) || this.go(this.rows.length - 1, column - 1);
      else this.go(row + 1, column) || this.go(0, column + 1);
      return;
    }
    const [down, right] = MOVES[/** @type {keyof typeof MOVES} */ (event.key)] ?? [0, 0];
    const inside = right < 0 ? field.selectionStart !== 0 : field.selectionEnd !== field.value.length;
    const whole = field.selectionStart === 0 && field.selectionEnd === field.value.length;
    if ((down === 0 && right === 0) || (right !== 0 && inside && !whole)) return;
    if (this.go(row + down, column + right)) event.preventDefault();
  }
}
