// The request for a panel as it is typed: rows that are needed, size and shares of the panel, the words an expert hears.
// What counts is asked again by the server; its numbers stand in the form's data attributes.

const form = /** @type {HTMLFormElement} */ (document.getElementById("panel-form"));
const sum = /** @type {HTMLElement} */ (document.getElementById("panel-sum"));

/** @param {string} name @returns {HTMLInputElement} */
const field = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

/** @param {HTMLInputElement} input */
const numberOf = (input) => Number.parseInt(input.value, 10) || 0;

function showSum() {
  const seats = [...form.querySelectorAll("[data-row=seat]")].map((row) => ({
    code: /** @type {HTMLSelectElement} */ (row.querySelector("select")).value,
    n: numberOf(/** @type {HTMLInputElement} */ (row.querySelector("input"))),
  }));
  const drawn = seats.reduce((all, one) => all + (one.code ? one.n : 0), 0);
  const own = numberOf(field("own_members")), total = drawn + own;
  const least = Number(form.dataset.least), of = Number(form.dataset.of);
  const kind = total < least || total % 2 === 0 ? "size" : drawn * 3 < total * of ? "share" : "odd";
  /** @type {Record<string, number>} */
  const values = { total, drawn, own, least };
  const words = (sum.dataset[kind] ?? "").replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  sum.hidden = drawn === 0;
  if (sum.textContent !== words) sum.textContent = words;
  sum.classList.toggle("is-stop", kind !== "odd");
}

function showWords() {
  for (const place of document.querySelectorAll("#words [data-of]")) {
    const name = /** @type {HTMLElement} */ (place).dataset.of ?? "";
    place.textContent = field(name).value.trim().replace("T", " ") || "…";
  }
}

/** Rows beyond what is filled in wait behind a button. @param {string} row @param {string} button @param {number} shown */
function rows(row, button, shown) {
  const all = [.../** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll(`[data-row=${row}]`))];
  const more = /** @type {HTMLButtonElement} */ (document.getElementById(button));
  const filled = (/** @type {HTMLElement} */ one) =>
    one.querySelector(".sl-bad") !== null ||
    [...one.querySelectorAll("input, select")].some((input) => /** @type {HTMLInputElement} */ (input).value);
  const last = all.reduce((found, one, place) => (filled(one) ? place + 1 : found), 0);
  all.forEach((one, place) => { one.hidden = place >= Math.max(last, shown); });
  const next = () => all.find((one) => one.hidden);
  more.hidden = !next();
  more.addEventListener("click", () => {
    const one = next();
    if (one) {
      one.hidden = false;
      /** @type {HTMLElement} */ (one.querySelector("input, select")).focus();
    }
    more.hidden = !next();
  });
}

rows("seat", "more-seats", 2);
rows("region", "more-regions", 0);
form.addEventListener("input", () => {
  showSum();
  showWords();
});
showSum();
showWords();
document.documentElement.dataset.ready = "panel";
