/**
 * The way of a sealed bid to the platform: parts as Blobs, three at a time, sent again when the line drops;
 * then the manifest, then the receipt. Knows nothing of keys or contents.
 */
import { base64 } from "../protocol/bytes.js";
import { ProtocolError } from "../protocol/errors.js";

const AT_ONCE = 3;
const TRIES_PAUSE = [500, 1000, 2000, 4000, 8000, 15_000];
const FINAL = 500;
const RATE_WINDOW = 20_000;
const WHO = new Set(["not_proven", "signed_out"]);

/** A refusal by the platform, with its sentence and findings. */
export class Refused extends Error {
  /** @param {number} status @param {any} problem */
  constructor(status, problem) {
    const findings = (problem.findings ?? []).map((/** @type {any} */ row) => row.source ? `${row.message} (${row.source})` : row.message);
    super(findings.length ? findings.join(" ") : problem.detail ?? String(status));
    this.status = status;
    this.code = problem.code ?? "";
    this.remedy = problem.remedy ?? "";
  }
}

/** @param {number} ms @param {AbortSignal} [signal] @returns {Promise<void>} */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new ProtocolError("stopped", "Stopped."));
    }, { once: true });
  });
}

/** The upload protocol (bidding/api.py), one call a method. */
export class Platform {
  /** @param {string} base @param {string} token CSRF token of the page */
  constructor(base, token) {
    this.base = base;
    this.written = token;
    /** @type {((refusal: Refused) => Promise<void>)|null} resolves when the reader has proved who it is */
    this.prove = null;
    /** @type {Promise<void>|null} */
    this.proving = null;
  }

  /** The token of the cookie, which changes when somebody signs in anew; else the page's own. */
  get token() {
    return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? this.written;
  }

  /**
   * @param {string} method @param {string} path
   * @param {{body?: BodyInit, headers?: Record<string, string>, signal?: AbortSignal}} [given]
   * @returns {Promise<Response>} any answer that is no refusal
   */
  async call(method, path, { body, headers, signal } = {}) {
    const asked = { "Accept": "application/json", "Accept-Language": document.documentElement.lang };
    const all = { ...asked, "X-CSRFToken": this.token, ...headers };
    const answer = await fetch(this.base + path, { method, body, headers: all, signal, cache: "no-store" });
    if (answer.ok) return answer;
    const refused = new Refused(answer.status, await answer.json().catch(() => ({})));
    if (!this.prove || !WHO.has(refused.code)) throw refused;
    this.proving ??= this.prove(refused).finally(() => { this.proving = null; });
    await this.proving;
    return this.call(method, path, { body, headers, signal });
  }

  /** @param {string} method @param {string} path @param {object} value @returns {Promise<any>} */
  async send(method, path, value) {
    const headers = { "Content-Type": "application/json" };
    const answer = await this.patiently(() => this.call(method, path, { body: JSON.stringify(value), headers }));
    return answer.status === 204 ? null : answer.json();
  }

  /** @param {string} path @returns {Promise<any>} */
  async get(path) {
    return (await this.patiently(() => this.call("GET", path))).json();
  }

  /**
   * Again and again while the line or the server fails; a refusal is final.
   * @template T @param {() => Promise<T>} act @param {AbortSignal} [signal] @param {(tries: number) => void} [waiting]
   * @returns {Promise<T>}
   */
  async patiently(act, signal, waiting) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await act();
      } catch (error) {
        const damaged = error instanceof Refused && error.code === "part_damaged" && tries < 3;
        const refused = error instanceof Refused && error.status < FINAL && error.status !== 429 && !damaged;
        if (refused || signal?.aborted || error instanceof ProtocolError) throw error;
        waiting?.(tries + 1);
        await pause(TRIES_PAUSE[Math.min(tries, TRIES_PAUSE.length - 1)], signal);
      }
    }
  }
}

/** Parts on their way, three at a time; `put` waits while three are under way. */
export class Uploader {
  /**
   * @param {Platform} platform @param {string} id of the upload
   * @param {{held: Record<string, number[]>, signal: AbortSignal, moved: (bytes: number) => void, waiting: (tries: number) => void}} how
   */
  constructor(platform, id, { held, signal, moved, waiting }) {
    this.platform = platform;
    this.id = id;
    this.held = Object.fromEntries(Object.entries(held).map(([e, numbers]) => [e, new Set(numbers)]));
    this.signal = signal;
    this.moved = moved;
    this.waiting = waiting;
    /** @type {Set<Promise<void>>} */
    this.underway = new Set();
    /** @type {unknown} */
    this.failure = null;
  }

  /** @param {number} e @param {number} number @returns {boolean} */
  has(e, number) {
    return this.held[e]?.has(number) ?? false;
  }

  /** @param {number} e @param {{part: number, hash: Uint8Array, blob: Blob}} part @returns {Promise<void>} */
  async put(e, { part, hash, blob }) {
    while (this.underway.size >= AT_ONCE) await Promise.race(this.underway);
    if (this.failure) throw this.failure;
    const path = `uploads/${this.id}/${e}/${part}`;
    const headers = { "Content-Digest": `sha-256=:${base64(hash)}:`, "Content-Type": "application/octet-stream" };
    const act = () => this.platform.call("PUT", path, { body: blob, headers, signal: this.signal });
    const sending = this.platform.patiently(act, this.signal, this.waiting)
      .then((answer) => answer.text()).then(() => this.moved(blob.size))
      .catch((error) => { this.failure ??= error; })
      .finally(() => this.underway.delete(sending));
    this.underway.add(sending);
  }

  /** Everything given has arrived. */
  async finish() {
    await Promise.all(this.underway);
    if (this.failure) throw this.failure;
  }
}

/** How fast it goes, over the last seconds. */
export class Rate {
  constructor() {
    /** @type {{at: number, bytes: number}[]} */
    this.points = [];
    this.total = 0;
  }

  /** @param {number} bytes @param {number} [at] milliseconds of a monotonous clock */
  add(bytes, at = performance.now()) {
    this.total += bytes;
    this.points.push({ at, bytes: this.total });
    while (this.points.length > 2 && this.points[0].at < at - RATE_WINDOW) this.points.shift();
  }

  /** @returns {number} bytes a second; 0 while nothing is known */
  get perSecond() {
    const [first, last] = [this.points[0], this.points[this.points.length - 1]];
    return this.points.length > 1 && last.at > first.at ? ((last.bytes - first.bytes) * 1000) / (last.at - first.at) : 0;
  }
}
