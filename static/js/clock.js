// The server's clock on the page, and every countdown that runs on it. The device's own clock is only a stopwatch:
// five probes of /api/time give the offset (median), which is shown. Words come from data attributes of the page.

const PROBES = 5;
const ANNOUNCE_MINUTES = [60, 10, 1];

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/** Milliseconds since 1970 as a date whose getUTC* read Beijing time. @param {number} ms */
const beijing = (ms) => new Date(ms + 8 * 3600e3);

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * How far this device's stopwatch is from the server: server time minus performance.now().
 * @param {string} url
 * @returns {Promise<number>}
 */
async function measure(url) {
  const offsets = [];
  for (let i = 0; i < PROBES; i += 1) {
    const sent = performance.now();
    const answer = await fetch(url, { cache: "no-store", credentials: "omit" });
    if (!answer.ok) throw new Error(String(answer.status));
    const { ms } = await answer.json();
    offsets.push(ms - (sent + performance.now()) / 2);
  }
  return median(offsets);
}

/**
 * The two largest units of a duration; seconds only in the last hour.
 * @param {number} ms
 * @param {string[]} units  day, hour, minute, second in the page's language
 * @returns {[string, string][]}
 */
export function left(ms, units) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
  if (d) return [[String(d), units[0]], [String(h), units[1]]];
  if (h) return [[String(h), units[1]], [String(m), units[2]]];
  return [[String(m), units[2]], [two(s % 60), units[3]]];
}

/** @param {HTMLElement} el @param {number} now */
function countDown(el, now) {
  const ms = Date.parse(el.dataset.until ?? "") - now;
  const parts = left(ms, (el.dataset.units ?? "|||").split("|"));
  el.replaceChildren(...parts.flatMap(([n, u]) => {
    const unit = document.createElement("small");
    unit.textContent = u;
    return [n, unit];
  }));
  const box = el.closest(".sl-count");
  box?.classList.toggle("is-near", ms < 3600e3);
  const voice = box?.querySelector("[role=status]");
  const minute = Math.ceil(ms / 60e3);
  if (voice && ms > 0 && ANNOUNCE_MINUTES.includes(minute) && voice.getAttribute("data-said") !== String(minute)) {
    voice.setAttribute("data-said", String(minute));
    voice.textContent = (el.dataset.say ?? "").replace("{n}", String(minute));
  }
}

/** @param {HTMLElement} clock @param {number} now */
function showTime(clock, now) {
  const d = beijing(now);
  const time = clock.querySelector("[data-clock-time]");
  if (time) time.textContent = [d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds()].map(two).join(":");
}

/**
 * A difference in the largest unit it holds twice; seconds with a tenth.
 * @param {number} size  seconds
 * @param {string[]} units  words for day, hour, minute, second
 */
function span(size, units) {
  const place = [86400, 3600, 60].findIndex((unit) => size >= 2 * unit);
  return place < 0 ? `${size.toFixed(1)} ${units[3]}` : `${Math.round(size / [86400, 3600, 60][place])} ${units[place]}`;
}

/** @param {HTMLElement} clock @param {number} start  server minus performance.now() */
function showOffset(clock, start) {
  const small = /** @type {HTMLElement | null} */ (clock.querySelector("[data-offset]"));
  if (!small) return;
  const device = (Date.now() - performance.now() - start) / 1000;
  const size = Math.abs(device);
  const words = size < 0.05 ? small.dataset.same : device < 0 ? small.dataset.behind : small.dataset.ahead;
  small.textContent = (words ?? "").replace("{t}", span(size, (small.dataset.units ?? "").split("|")));
  small.classList.toggle("sl-note", size > 1);
}

function run() {
  const clock = /** @type {HTMLElement | null} */ (document.querySelector("[data-clock]"));
  if (!clock) return;
  let start = Number(clock.dataset.clock) - performance.now();
  const tick = () => {
    const now = start + performance.now();
    showTime(clock, now);
    for (const el of document.querySelectorAll("[data-until]")) countDown(/** @type {HTMLElement} */ (el), now);
  };
  const look = () => measure(clock.dataset.url ?? "").then((offset) => {
    start = offset;
    showOffset(clock, start);
  }).catch(() => {
    const small = /** @type {HTMLElement | null} */ (clock.querySelector("[data-offset]"));
    if (small) small.textContent = small.dataset.lost ?? "";
  });
  tick();
  setInterval(tick, 1000);
  look();
  setInterval(look, 300e3);
}

run();
