/** Two workers that seal parts; where there are no module workers the page does it itself. */
import { ProtocolError } from "../protocol/errors.js";
import { SealedPart, sealPart } from "./part.js";

const WORKERS = 2;
/** Jobs under way: while one part of a worker is encrypted, its next one is read. */
const AHEAD = 2 * WORKERS;

/** @typedef {import("./part.js").PartJob} PartJob */

/** Seals parts, a few at a time. */
export class PartPool {
  constructor() {
    /** @type {Worker[]} */
    this.workers = [];
    /** @type {Map<number, {resolve: (sealed: {bytes: Uint8Array, hash: Uint8Array}) => void, reject: (error: Error) => void}>} */
    this.waiting = new Map();
    /** @type {ArrayBuffer[]} memory of parts that were taken */
    this.spare = [];
    this.count = 0;
    if (typeof Worker !== "function") return;
    for (let index = 0; index < WORKERS; index += 1) this.workers.push(this.start());
  }

  /** @returns {Worker} */
  start() {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data: { id, result, failure } }) => {
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      if (result) resolve(result);
      else reject(new ProtocolError("worker", failure));
    });
    worker.addEventListener("error", () => this.fail("The sealing worker could not be started."));
    return worker;
  }

  /** @param {string} message */
  fail(message) {
    for (const { reject } of this.waiting.values()) reject(new ProtocolError("worker", message));
    this.waiting.clear();
  }

  /** @param {PartJob} job @returns {Promise<SealedPart>} */
  async seal(job) {
    const { bytes, hash } = this.workers.length === 0 ? await sealPart(job) : await this.send(job);
    return new SealedPart(job.part, bytes, hash);
  }

  /** @param {PartJob} job @returns {Promise<{bytes: Uint8Array, hash: Uint8Array}>} */
  send(job) {
    const id = this.count++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      const transfer = job.room ? [job.room] : [];
      this.workers[id % this.workers.length].postMessage({ id, job }, { transfer });
    });
  }

  /**
   * Seal many parts in order, never more than a few ahead of what was taken. Each part is there until the
   * next one is asked for; then its memory is used again.
   * @param {number[]} numbers part numbers @param {(part: number) => PartJob} job
   * @returns {AsyncGenerator<SealedPart>}
   */
  async *run(numbers, job) {
    const ahead = [];
    let next = 0;
    while (next < numbers.length || ahead.length > 0) {
      while (next < numbers.length && ahead.length < AHEAD) {
        ahead.push(this.seal({ ...job(numbers[next++]), room: this.spare.pop() }));
      }
      const sealed = await ahead.shift();
      yield sealed;
      this.spare.push(sealed.release());
    }
  }

  /** End the workers. */
  close() {
    for (const worker of this.workers) worker.terminate();
    this.fail("The sealing was stopped.");
  }
}
