// A draw officer's rounds: this device checks, opens the key, promises, and hands the release over by itself, also after
// the page was closed in between. One press for each round (A25).
import { officerOf } from "../keys/officer_key.js";
import { byId, problem } from "../keys/page_parts.js";
import { readPassphrase } from "../keys/passphrase.js";
import { lockOf, openWithPasskey, openWithPassphrase, readBackup } from "../keys/ring.js";
import { KeyStore } from "../keys/store.js";
import { mayRelease, officerChecks } from "../draw/checks.js";
import { promise, promised } from "../draw/releasing.js";
import { keepLog, readPack } from "../draw/view.js";
import { lastingMemory } from "../officer/memory.js";
import { anchorsFrom, ask, bridge, pause, Refused, say, send, showChecks } from "./draw_parts.js";

/** @typedef {import("../keys/ring.js").Ring} Ring */
/** @typedef {import("../officer/release.js").Officer} Officer */
/** @typedef {import("../draw/releasing.js").Promised} Promised */

const PAUSE = 3000;
const found = document.getElementById("page-data");
const data = found ? JSON.parse(found.textContent ?? "") : null;

class Seat {
  constructor() {
    this.words = byId("page-words").dataset;
    /** @type {Ring|null} */
    this.ring = null;
    /** @type {any} */
    this.memory = null;
    /** Head of the round that is on the page. */
    this.shown = "";
    this.busy = false;
  }

  async begin() {
    this.memory = await lastingMemory();
    this.store = await KeyStore.of(data.database);
    await this.findKey();
    byId("seat-file").addEventListener("change", () => this.takeFile());
    byId("anchors-file").addEventListener("change", () => this.check());
    byId("seat-release").addEventListener("click", () => this.act());
    byId("seat-passphrase").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter") this.act();
    });
    await this.turn().catch(() => {});
    document.documentElement.dataset.ready = "seat";
    this.watch();
  }

  /** The key of this very seat, if the browser keeps it. */
  async findKey() {
    const rings = await /** @type {KeyStore} */ (this.store).all();
    this.ring = rings.find(({ id, purpose }) => purpose === "officer" && id === data.key) ?? null;
    byId("seat-here").hidden = !this.ring;
    byId("seat-none").hidden = Boolean(this.ring);
    byId("seat-passphrase-field").hidden = Boolean(this.ring && lockOf(this.ring, "passkey"));
  }

  async takeFile() {
    problem(byId("page-problem"));
    try {
      const ring = await readBackup(byId("seat-file").files[0]);
      if (ring.id !== data.key || ring.purpose !== "officer") throw new Error("other seat");
      await /** @type {KeyStore} */ (this.store).put(ring);
      await this.findKey();
      await this.check();
      byId("seat-passphrase").focus();
    } catch {
      problem(byId("page-problem"), this.words.otherkey);
    }
  }

  /** Look again and again: a round may be asked, a promise may be released, lines may be lost. */
  async watch() {
    let lost = false;
    for (;;) {
      await pause(PAUSE);
      try {
        if (await this.turn()) return;
        lost = false;
      } catch (error) {
        if (error instanceof Refused && error.refused) problem(byId("page-problem"), error.message);
        else if (!lost) say(this.words.again ?? "");
        lost = true;
      }
    }
  }

  /** One look at how the round stands, and what follows from it. @returns {Promise<boolean>} whether all is over */
  async turn() {
    if (this.busy) return false;
    const state = await (await ask(data.state)).json();
    if (state.ended) {
      this.show(false);
      say(this.words.ended ?? "");
      document.documentElement.dataset.ready = "ended";
      return true;
    }
    this.show(state.asked && !state.released);
    if (!state.asked) return false;
    const fresh = this.shown !== state.head;
    this.shown = state.head;
    if (fresh) say((this.words.round ?? "").replace("{n}", String(state.j + 1)));
    const kept = await promised(this.memory, data.t_d, state.j);
    if (kept && !state.released) await this.carry(kept, state, fresh);
    else if (fresh && !state.released) await this.check();
    return false;
  }

  /** @param {boolean} asked */
  show(asked) {
    byId("round").hidden = !asked;
    byId("idle").hidden = asked;
  }

  /** The pack as it is now, held to the anchors. */
  async look() {
    const pack = await (await ask(data.pack)).json();
    const scene = await readPack(pack, await anchorsFrom(data.anchors, byId("anchors-file")));
    const { j, head, leaf } = pack.round;
    const seat = { i: data.i, pk: this.ring?.halves.kem?.public ?? "", key: data.key };
    const asked = { j, head, leaf };
    const checks = await officerChecks(scene, { seat, asked, memory: this.memory, bridge });
    const good = showChecks(checks, this.words);
    if (good) await keepLog(scene, this.memory);
    return { scene, asked, good };
  }

  /** Check everything before the key is touched, tick by tick. @returns {Promise<any>} null: the device refuses */
  async check() {
    const verdict = byId("page-verdict");
    verdict.textContent = this.words.loading ?? "";
    byId("seat-release").disabled = true;
    try {
      const seen = await this.look();
      verdict.textContent = (seen.good ? this.words.passed : this.words.refused) ?? "";
      byId("seat-release").disabled = !seen.good;
      return seen.good ? seen : null;
    } catch (error) {
      verdict.textContent = `${this.words.noview} ${/** @type {Error} */ (error).message}`;
      return null;
    }
  }

  /** @returns {Promise<Officer|null>} null: said why beside the field */
  async open() {
    const ring = /** @type {Ring} */ (this.ring);
    const typed = byId("seat-passphrase");
    const passkey = byId("seat-passphrase-field").hidden;
    problem(byId("page-problem"));
    try {
      const opened = passkey
        ? await openWithPasskey(ring) : await openWithPassphrase(ring, readPassphrase(typed.value));
      typed.value = "";
      return officerOf(ring, opened);
    } catch {
      byId("seat-passphrase-field").hidden = false;
      problem(byId("page-problem"), passkey ? this.words.passkey : this.words.wrong);
      typed.focus();
      return null;
    }
  }

  /** One press: everything for this round. */
  async act() {
    if (byId("seat-release").disabled || this.busy) return;
    this.busy = true;
    try {
      const officer = await this.open();
      const seen = officer ? await this.check() : null;
      if (!officer || !seen) return;
      byId("seat-release").disabled = true;
      say(this.words.signing ?? "");
      const { scene, asked } = seen;
      const { header } = scene.draw;
      const contributions = [...(await scene.draw.contributions())];
      const round = { header, j: asked.j, round: asked.head, leaf: asked.leaf, contributions };
      const kept = await promise(round, officer, this.memory);
      this.reportFails(kept, new Map(contributions));
      await this.commit(kept);
    } catch (error) {
      problem(byId("page-problem"), /** @type {Error} */ (error).message);
      const again = error instanceof Refused && !error.refused;
      byId("seat-release").disabled = false;
      if (again) say(this.words.again ?? "");
    } finally {
      this.busy = false;
    }
  }

  /** @param {Promised} kept @param {Map<string, any>} contributions */
  reportFails(kept, contributions) {
    for (const ev of kept.commit.body.fails)
      say((this.words.fail ?? "").replace("{org}", contributions.get(ev)?.org ?? ev));
  }

  /** @param {Promised} kept */
  async commit(kept) {
    await send(data.commit, kept.commit, data.page);
    byId("seat-act").hidden = true;
    say(this.words.promised ?? "");
    document.documentElement.dataset.round = "promised";
  }

  /** Go on with what this device has promised. @param {Promised} kept @param {any} state @param {boolean} fresh */
  async carry(kept, state, fresh) {
    if (kept.round !== state.head) {
      if (fresh) await this.check();
      return;
    }
    byId("seat-act").hidden = true;
    if (fresh) {
      say(this.words.resumed ?? "");
      await this.look();
    }
    if (!state.committed) await this.commit(kept);
    else if (state.logged && state.enough) {
      const { scene, good } = await this.look();
      if (!good) byId("page-verdict").textContent = this.words.refused ?? "";
      if (!good || !(await mayRelease(scene, kept, state.j))) return;
      say(this.words.releasing ?? "");
      await send(data.release, kept.release, data.page);
      say(this.words.released ?? "");
      byId("seat-act").hidden = false;
      this.show(false);
      document.documentElement.dataset.round = `released ${state.j}`;
    }
  }
}

if (data) await new Seat().begin();
else document.documentElement.dataset.ready = "seat";
