// The officer's seat: this device checks the log, opens the key, promises, and hands the release over by itself.
import { readPassphrase } from "../keys/passphrase.js";
import { officerOf } from "../keys/officer_key.js";
import { lockOf, openWithPasskey, openWithPassphrase, readBackup } from "../keys/ring.js";
import { KeyStore } from "../keys/store.js";
import { byId, problem } from "../keys/page_parts.js";
import { lastingMemory } from "../officer/memory.js";
import { commitAgain, commitRelease, releaseChecks, revealRelease } from "../officer/release.js";
import { checkContinues, readView } from "../officer/view.js";
import { fromHex, utf8 } from "../protocol/bytes.js";
import { acceptedFactors } from "../verify/verdicts.js";

/** @typedef {import("../keys/ring.js").Ring} Ring */
/** @typedef {import("../officer/release.js").Officer} Officer */

const PAUSE = 3000;
const found = document.getElementById("seat-data");
const data = found ? JSON.parse(found.textContent ?? "") : null;

const pause = () => new Promise((resolve) => { setTimeout(resolve, PAUSE); });

class Seat {
  /** @param {any} given data of the page */
  constructor(given) {
    this.data = given;
    this.words = byId("seat-words").dataset;
    /** @type {Ring|null} */
    this.ring = null;
    /** @type {any} */
    this.memory = null;
    this.next = this.data.steps.find((/** @type {any} */ step) => !step.released && !step.opened)?.e ?? 0;
  }

  async begin() {
    this.memory = await lastingMemory();
    this.store = await KeyStore.of(this.data.database);
    await this.findKey();
    byId("seat-file").addEventListener("change", () => this.takeFile());
    byId("seat-anchors").addEventListener("change", () => this.check());
    byId("seat-release").addEventListener("click", () => this.act());
    byId("seat-passphrase").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter") this.act();
    });
    await this.check();
    document.documentElement.dataset.ready = "seat";
  }

  /** The key of this very seat, if the browser keeps it. */
  async findKey() {
    const rings = await /** @type {KeyStore} */ (this.store).all();
    this.ring = rings.find(({ id, purpose }) => purpose === "officer" && id === this.data.key) ?? null;
    byId("seat-here").hidden = !this.ring;
    byId("seat-none").hidden = Boolean(this.ring);
    byId("seat-passphrase-field").hidden = Boolean(this.ring && lockOf(this.ring, "passkey"));
  }

  async takeFile() {
    const place = byId("seat-none");
    try {
      const ring = await readBackup(byId("seat-file").files[0]);
      if (ring.id !== this.data.key || ring.purpose !== "officer") throw new Error("other seat");
      await /** @type {KeyStore} */ (this.store).put(ring);
      await this.findKey();
      await this.check();
      byId("seat-passphrase").focus();
    } catch {
      const line = place.querySelector(".sl-bad") ?? place.appendChild(document.createElement("p"));
      line.className = "sl-bad";
      line.setAttribute("role", "alert");
      line.textContent = this.words.otherkey ?? "";
    }
  }

  /** @returns {Promise<Uint8Array>} the officer's own anchors, or those the platform publishes */
  async anchors() {
    const [own] = byId("seat-anchors").files;
    if (own) return new Uint8Array(await own.arrayBuffer());
    return new Uint8Array(await (await this.ask(this.data.anchors)).arrayBuffer());
  }

  /** @param {string} url @returns {Promise<Response>} */
  async ask(url) {
    const answer = await fetch(url, { cache: "no-store", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? String(answer.status));
    return answer;
  }

  /** The log as it is now, held to the anchors. */
  async look() {
    const anchors = await this.anchors();
    const { log } = JSON.parse(new TextDecoder().decode(anchors));
    const seen = (await this.memory.get(`log/${log?.origin}`)) ?? null;
    const given = await (await this.ask(`${this.data.view}?seen=${seen?.size ?? 0}`)).json();
    const files = (/** @type {[string, string][]} */ rows) =>
      rows.map(([name, text]) => ({ name, bytes: utf8(text) }));
    const view = { chain: files(given.chain), keys: files(given.keys), checkpoints: files(given.checkpoints) };
    return { world: await readView(view, anchors), bridge: given.bridge, seen };
  }

  /** @param {string} name @param {string[]} faults evidence */
  tick(name, faults) {
    const row = document.querySelector(`[data-check="${name}"]`);
    if (!row) return;
    const bad = faults.length > 0;
    row.classList.toggle("is-bad", bad);
    const fault = /** @type {HTMLElement} */ (row.querySelector("small[data-fault]"));
    fault.textContent = faults.join(" ");
    fault.hidden = faults.length === 0;
    const mark = /** @type {Element} */ (row.querySelector(".sl-st"));
    mark.className = `sl-st is-${bad ? "fail" : "done"}`;
    mark.textContent = (bad ? this.words.bad : this.words.ok) ?? "";
  }

  /** Check everything before the key is touched, tick by tick. */
  async check() {
    const verdict = byId("seat-verdict");
    verdict.textContent = this.words.loading ?? "";
    try {
      const { world, bridge, seen } = await this.look();
      const continues = await checkContinues(world, seen, bridge).then(() => [], (error) => [error.message]);
      this.tick("continues", continues);
      world.factors = await acceptedFactors(world);
      const checks = await releaseChecks(world, this.shown(world), this.next);
      for (const { name, faults } of checks) this.tick(name, faults.map(({ evidence }) => evidence));
      const good = continues.length === 0 && checks.every(({ faults }) => faults.length === 0);
      verdict.textContent = (good ? this.words.passed : this.words.refused) ?? "";
    } catch (error) {
      verdict.textContent = `${this.words.noview} ${/** @type {Error} */ (error).message}`;
    }
  }

  /** The public halves of this officer: enough to check with. @param {any} world @returns {any} */
  shown(world) {
    const i = this.data.i;
    const pk = this.ring?.halves.kem?.public ?? world.policy.officers[i - 1]?.pk ?? "";
    return { i, pair: { publicKey: fromHex(pk) }, signer: { spki: fromHex(this.data.key) } };
  }

  /** @returns {Promise<Officer|null>} null: said why beside the field */
  async open() {
    const ring = /** @type {Ring} */ (this.ring);
    const typed = byId("seat-passphrase");
    const passkey = byId("seat-passphrase-field").hidden;
    problem(byId("seat-problem"));
    try {
      const opened = passkey
        ? await openWithPasskey(ring) : await openWithPassphrase(ring, readPassphrase(typed.value));
      typed.value = "";
      return officerOf(ring, opened);
    } catch {
      byId("seat-passphrase-field").hidden = false;
      problem(byId("seat-problem"), passkey ? this.words.passkey : this.words.wrong);
      typed.focus();
      return null;
    }
  }

  /** @param {string} sentence @param {number} [e] */
  say(sentence, e) {
    const line = document.createElement("li");
    const [time, text] = [document.createElement("time"), document.createElement("span")];
    time.textContent = new Date(Date.now() + 8 * 3600e3).toISOString().slice(11, 19);
    const head = e === undefined ? "" : `${(this.words.envelope ?? "").replace("{n}", String(e + 1))}: `;
    text.textContent = head + sentence;
    line.append(time, text);
    byId("seat-log").prepend(line);
  }

  /** @param {string} url @param {object} signed */
  async post(url, signed) {
    const token = /** @type {HTMLInputElement} */ (document.querySelector("#seat-token input")).value;
    const body = new FormData();
    body.set("signed", JSON.stringify(signed));
    const headers = { "X-CSRFToken": token, Accept: "application/json" };
    const answer = await fetch(url, { method: "POST", body, headers });
    if (answer.redirected) {
      location.assign(this.data.officer);
      throw new Error("sign in again");
    }
    if (answer.ok) return;
    const refused = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(refused.detail ?? String(answer.status)), { refused: answer.status < 500 });
  }

  /** One press: everything, envelope after envelope. */
  async act() {
    const button = byId("seat-release");
    const officer = button.disabled ? null : await this.open();
    if (!officer) return;
    button.disabled = true;
    this.say(this.words.signing ?? "");
    try {
      for (const { e } of this.data.steps) {
        try {
          await this.envelope(officer, e);
        } catch (error) {
          if (!(await this.step(e)).opened) throw error;
        }
      }
      this.say(this.words.done ?? "");
      document.documentElement.dataset.ready = "released";
    } catch (error) {
      problem(byId("seat-problem"), /** @type {Error} */ (error).message);
      this.say(this.words.refused ?? "");
      button.disabled = false;
    }
  }

  /** @param {number} e @returns {Promise<any>} */
  async step(e) {
    const { steps } = await (await this.ask(this.data.state)).json();
    return steps[e];
  }

  /** Wait for a state of one envelope through lost lines. @param {number} e @param {(step: any) => boolean} wanted */
  async until(e, wanted) {
    let lost = false;
    for (;;) {
      const step = await this.step(e).catch(() => null);
      if (step && wanted(step)) return step;
      if (!step && !lost) this.say(this.words.again ?? "");
      lost = !step;
      await pause();
    }
  }

  /** @param {Officer} officer @param {number} e */
  async envelope(officer, e) {
    let step = await this.step(e);
    if (step.opened || step.released) return;
    if (!step.promised) {
      const { world, bridge } = await this.look();
      const input = { world, officer, e, memory: this.memory, bridge };
      await this.post(this.data.commit, await commitAgain(input) ?? await commitRelease(input));
    }
    this.say(this.words.promised ?? "", e);
    step = await this.until(e, (now) => now.opened || now.may_release);
    if (step.opened) return;
    this.say(this.words.releasing ?? "", e);
    const { world, bridge } = await this.look();
    await this.post(this.data.release, await revealRelease({ world, officer, e, memory: this.memory, bridge }));
    this.say(this.words.released ?? "", e);
    await this.until(e, (now) => now.opened);
  }
}

if (data) await new Seat(data).begin();
else document.documentElement.dataset.ready = "seat";
