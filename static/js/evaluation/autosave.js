/**
 * Cells on their way to the server: kept on this device until the server has them, sent a moment after the last change,
 * sent again while there is no connection. A later change of a cell takes the place of the one before.
 */

/** @typedef {{bid: string, criterion: string, mark: string|null, note: string}} Cell */
/** @typedef {{saved_at: string, totals: Record<string, string>}} Saved */
/** @typedef {"waiting"|"saving"|"saved"|"offline"|"refused"} State */

const AFTER = 600;
const AGAIN = 3000;
const MOST = 500;

export class Autosave {
  /**
   * @param {{place: string, send: (cells: Cell[]) => Promise<Response>, storage?: Storage,
   *   told: (state: State, saved: any) => void}} how `place` names the sheet in the storage of this device
   */
  constructor({ place, send, told, storage = localStorage }) {
    this.place = place;
    this.send = send;
    this.told = told;
    this.storage = storage;
    this.busy = false;
    this.timer = 0;
    /** @type {Map<string, Cell>} */
    this.queue = new Map(Object.entries(this.#kept()));
    if (this.queue.size > 0) this.#later(0);
  }

  /** @returns {Cell[]} what the server does not have yet */
  get unsaved() {
    return [...this.queue.values()];
  }

  /** @param {Cell} cell */
  put(cell) {
    this.queue.set(`${cell.bid} ${cell.criterion}`, cell);
    this.#keep();
    this.told("waiting", null);
    this.#later(AFTER);
  }

  /** Send now what waits. @returns {Promise<boolean>} whether the server has everything */
  async flush() {
    clearTimeout(this.timer);
    while (this.queue.size > 0) if (!(await this.#once())) return false;
    return true;
  }

  /** @returns {Promise<boolean>} */
  async #once() {
    if (this.busy) {
      await new Promise((done) => setTimeout(done, 50));
      return true;
    }
    this.busy = true;
    this.told("saving", null);
    const sent = [...this.queue.entries()].slice(0, MOST);
    try {
      const answer = await this.send(sent.map(([, cell]) => cell));
      if (!answer.ok) return this.#refused(answer);
      for (const [name, cell] of sent) if (this.queue.get(name) === cell) this.queue.delete(name);
      this.#keep();
      this.told(this.queue.size > 0 ? "waiting" : "saved", await answer.json());
      return true;
    } catch {
      this.told("offline", null);
      this.#later(AGAIN);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** @param {Response} answer @returns {Promise<boolean>} a fault of the server passes, a refusal does not */
  async #refused(answer) {
    if (answer.status >= 500) {
      this.told("offline", null);
      this.#later(AGAIN);
      return false;
    }
    this.told("refused", await answer.json().catch(() => null));
    return false;
  }

  /** @param {number} after */
  #later(after) {
    clearTimeout(this.timer);
    this.timer = Number(setTimeout(() => this.flush(), after));
  }

  #keep() {
    if (this.queue.size > 0) this.storage.setItem(this.place, JSON.stringify(Object.fromEntries(this.queue)));
    else this.storage.removeItem(this.place);
  }

  /** @returns {Record<string, Cell>} */
  #kept() {
    try {
      return JSON.parse(this.storage.getItem(this.place) ?? "{}");
    } catch {
      return {};
    }
  }
}
