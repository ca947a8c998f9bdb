/**
 * One lot from officers' keys to the end, every secret step done by the browser's modules. Gives the bundle,
 * the anchors, and what went on at the seams, so that the verifiers of both languages can judge it.
 */
import { hex, utf8 } from "../../static/js/protocol/bytes.js";
import { encode } from "../../static/js/protocol/canonical.js";
import * as events from "../../static/js/protocol/events.js";
import { sha256 } from "../../static/js/protocol/hashing.js";
import { root } from "../../static/js/protocol/merkle.js";
import { answerDryRun, declareKey, dryRunInfo, makeKey, openKey } from "../../static/js/officer/keys.js";
import * as hpke from "../../static/js/protocol/hpke.js";
import { shortMemory } from "../../static/js/officer/memory.js";
import { commitRelease, revealRelease } from "../../static/js/officer/release.js";
import { readView } from "../../static/js/officer/view.js";
import { sealBid } from "../../static/js/seal/seal.js";
import { EnvelopeOpening } from "../../static/js/verify/verdicts.js";
import { setRoot } from "../../static/js/verify/set.js";
import { bundle, Log, signer } from "./world.mjs";

const CLOSE = 1795305600;
const PLACE = { tender: "JS-1", lot: "1" };
const ROLES = ["owner", "supervisor", "platform", "registrar"];

/** Everything of one run. */
export class Story {
  static async begin() {
    const story = new Story();
    story.log = await Log.open("log.example/js");
    story.who = Object.fromEntries(await Promise.all(ROLES.map(async (role) => [role, await signer()])));
    story.officers = [];
    story.contents = [];
    return story;
  }

  /** @param {string} kind @param {any} members @param {string[]} roles @param {boolean} [chained] */
  async post(kind, members, roles, chained = true) {
    const body = events.newBody(members);
    const signatures = await Promise.all(roles.map((role) => events.signBody(kind, body, this.who[role])));
    return this.log.append(kind, body, signatures, chained);
  }

  /** Three officers of three organisations make, declare and try their keys. @param {number} time */
  async makeOfficers(time) {
    for (const i of [1, 2, 3]) {
      const secret = crypto.getRandomValues(new Uint8Array(32));
      const { publicKey, wrapped } = await makeKey(secret);
      const officer = {
        i,
        pair: await openKey(secret, publicKey, wrapped),
        signer: await signer(),
        orgSigner: await signer(),
        org: `org-${i}`,
        memory: shortMemory(),
      };
      this.officers.push(officer);
      const declared = await declareKey({ ...PLACE, i, publicKey, signer: officer.signer });
      await this.log.append("officer-key", declared.body, declared.signatures, false);
      const challenge = await hpke.seal(
        publicKey,
        await dryRunInfo(PLACE.tender, PLACE.lot, i),
        utf8("x".repeat(32)),
      );
      const answered = await answerDryRun({ ...PLACE, i, stage: "publish", challenge, ...officer });
      await this.log.append("dryrun", answered.body, answered.signatures, false);
    }
    await this.log.cut(time);
  }

  /** @param {number} time @param {any} [changes] of the policy's members */
  async publish(time, changes = {}) {
    const officers = await Promise.all(
      this.officers.map(async ({ i, org, pair, signer: own, orgSigner }) => {
        const person = hex(await sha256(utf8(`person ${i}`)));
        const known = { i, org, name: `officer ${i}`, person, role: "opener", sig_key: hex(own.spki) };
        const cert = await events.signBody("officer-cert", events.newBody({ ...PLACE, ...known }), orgSigner);
        return { ...known, kem: "x25519", pk: hex(pair.publicKey), cert };
      }),
    );
    this.method = utf8("lowest price");
    this.docs = [{ name: "tender.pdf", size: 4, sha256: hex(await sha256(utf8("docs"))) }];
    const docs = await root(this.docs.map((row) => encode(row)));
    this.policy = events.newBody({
      ...PLACE,
      prev: null,
      envelopes: [
        { e: 0, name: "form", open_at: CLOSE },
        { e: 1, name: "file", open_at: CLOSE + 600 },
      ],
      t: 2,
      officers,
      factor: "required",
      remedy: "none",
      close_at: CLOSE,
      factor_until: CLOSE + 300,
      check_until: CLOSE + 400,
      release_until: CLOSE + 9000,
      commit_s: 600,
      min_checkpoint_s: 60,
      rush_checkpoint_s: 60,
      log: { origin: this.log.origin, vkeys: [this.log.vkey] },
      witnesses: [{ vkey: this.log.witnessVkey, org: "watchers" }],
      witness_quorum: 1,
      time: {
        sources: [{ kind: "witness", name: "witness.example/js", org: "watchers", accuracy_ms: 0 }],
        k: 1,
      },
      pad_floor: 4096,
      max_size: 1 << 26,
      docs_root: hex(docs),
      method: hex(await sha256(this.method)),
      rulepack: "test",
      ceiling: null,
      min_bids: 3,
      ...changes,
    });
    const signature = await events.signBody("policy", this.policy, this.who.owner);
    this.T = await this.log.append("policy", this.policy, [signature]);
    await this.log.cut(time);
  }

  /**
   * @param {string} org @param {Uint8Array[]} files @param {string} [algorithm]
   * @param {(body: any) => void} [tamper] what the bidder changes in the manifest before signing it
   */
  async bid(org, files, algorithm = "ed25519", tamper = undefined) {
    const own = algorithm === "ed25519" ? await signer() : await ecdsaSigner();
    const name = events.newBody({ org, name: org, spki: hex(own.spki) });
    await this.log.append(
      "signer-key",
      name,
      [await events.signBody("signer-key", name, this.who.registrar)],
      false,
    );
    const parts = files.map(() => []);
    const sealed = await sealBid({
      policy: this.policy,
      signer: own,
      org,
      files: files.map((file) => new Blob([file])),
      replaces: null,
      client: "test",
      store: async (e, { blob }) => {
        parts[e].push(blob);
      },
    });
    if (tamper) {
      const { body } = sealed.manifest;
      tamper(body);
      sealed.manifest.signatures = [await events.signBody("bid", body, own)];
      sealed.ev = hex(await events.eventId("bid", body));
    }
    await this.log.append("bid", sealed.manifest.body, sealed.manifest.signatures);
    for (const [e, blobs] of parts.entries()) {
      const bytes = new Uint8Array(await new Blob(blobs).arrayBuffer());
      this.contents.push({ name: `content/${sealed.ev}.e${e}.bin`, bytes });
    }
    return { ...sealed, signer: own };
  }

  /** @param {any[]} bids to be in the set */
  async close(bids) {
    for (let time = CLOSE - 300; time <= CLOSE; time += 50) await this.log.cut(time);
    const leaves = new Map(this.log.entries.map((entry) => [entry, entry.leaf]));
    const list = [];
    for (const entry of leaves.keys()) {
      if (entry.kind === "bid")
        list.push({ ev: hex(await events.eventId("bid", entry.body)), leaf: entry.leaf });
    }
    const chosen = list
      .filter(({ ev }) => bids.some((bid) => bid.ev === ev))
      .sort((a, b) => (a.ev < b.ev ? -1 : 1));
    this.setRoot = await setRoot(chosen.map(({ ev }) => ev));
    this.closeEv = await this.post(
      "close",
      {
        policy: this.T,
        n_close: this.log.sizeAt(CLOSE),
        bids: chosen,
        set_root: this.setRoot,
        factor_until: CLOSE + 300,
        check_until: CLOSE + 400,
        replaces: null,
      },
      ["platform"],
    );
    await this.log.cut(CLOSE + 20);
    const factors = [];
    for (const bid of bids) {
      const given = bid.secrets.envelopes.map(({ factor }, e) => ({ e, b: hex(factor) }));
      const body = events.newBody({ policy: this.T, bid: bid.ev, factors: given });
      const ev = await this.log.append("factor", body, [await events.signBody("factor", body, bid.signer)]);
      factors.push({ bid: bid.ev, factor: ev });
    }
    await this.log.cut(CLOSE + 60);
    factors.sort((a, b) => (a.bid < b.bid ? -1 : 1));
    await this.post("factor-end", { policy: this.T, close: this.closeEv, factors }, ["platform"]);
    await this.log.cut(CLOSE + 80);
  }

  /** @returns {Promise<any>} the world as an officer's client reads it now */
  async view() {
    return readView(await this.log.files(), this.anchors());
  }

  /** @param {number} e @param {number} time when it may be opened */
  async open(e, time) {
    await this.log.cut(time);
    const before = await this.view();
    for (const officer of this.officers) {
      const commit = await commitRelease({ world: before, officer, e, memory: officer.memory });
      await this.log.append("release-commit", commit.body, commit.signatures);
    }
    await this.log.cut(time + 5);
    const bridge = this.log.checkpoints[this.log.checkpoints.length - 1].file.consistency;
    const after = await this.view();
    for (const officer of this.officers) {
      const release = await revealRelease({ world: after, officer, e, memory: officer.memory, bridge });
      await this.log.append("release", release.body, release.signatures);
    }
    await this.log.cut(time + 10);
    await this.publishResult(e, time + 15);
  }

  /** @param {number} e @param {number} time */
  async publishResult(e, time) {
    const world = await this.view();
    world.bundle.contents = this.contents.map(({ name, bytes }) => ({
      ev: name.slice(8, 72),
      e: Number(name[74]),
      file: name,
      blob: new Blob([bytes]),
    }));
    world.factors = new Map(world.inForce("factor").map(({ ev, body }) => [body.bid, ev]));
    const opening = new EnvelopeOpening(world, e);
    const rows = [];
    for (const ev of [...world.closed].sort()) {
      const { verdict, seed, plain } = await opening.open(world.bids.get(ev));
      rows.push({ bid: ev, verdict, seed: ["OPENED", "BAD_CONTENT"].includes(verdict) ? seed : null, plain });
    }
    this.results = [
      ...(this.results ?? []),
      [e, await this.post("result", { policy: this.T, e, close: this.closeEv, rows }, ["platform"])],
    ];
    this.allRows = [...(this.allRows ?? []), ...rows];
    await this.log.cut(time);
  }

  /** @param {number} time */
  async end(time) {
    const shut = new Set(this.allRows.filter(({ verdict }) => verdict !== "OPENED").map(({ bid }) => bid));
    for (const bid of shut) {
      const members = { policy: this.T, bid, finding: "revoked", reason: "", evidence: [], by: "owner" };
      await this.post("attribution", members, ["owner"]);
    }
    await this.post("open-end", { policy: this.T, close: this.closeEv, results: this.results }, ["platform"]);
    await this.log.cut(time);
  }

  /** @returns {Uint8Array} the anchors file */
  anchors() {
    const parties = ["owner", "supervisor", "platform"].map((role) => ({
      org: role,
      role,
      spki: hex(this.who[role].spki),
    }));
    const orgs = this.officers.map(({ org, orgSigner }) => ({
      org,
      role: "officer-org",
      spki: hex(orgSigner.spki),
    }));
    return encode({
      v: "sealedbid-anchors/v1",
      origin: "same-run",
      T: { [`${PLACE.tender}/${PLACE.lot}`]: this.T },
      draws: {},
      log: { origin: this.log.origin, vkeys: [this.log.vkey], org: "platform" },
      witnesses: [{ vkey: this.log.witnessVkey, org: "watchers" }],
      witness_quorum: 1,
      time: {
        sources: [
          {
            kind: "witness",
            name: "witness.example/js",
            org: "watchers",
            accuracy_ms: 0,
            vkey: this.log.witnessVkey,
          },
        ],
        k: 1,
      },
      parties: [...parties, ...orgs],
      registrar: hex(this.who.registrar.spki),
      ca_roots: [],
      min_t: 2,
      min_bids: 3,
      known: [],
    });
  }

  /** @returns {Promise<Uint8Array>} the audit edition */
  async bundle() {
    const { chain, keys, checkpoints } = await this.log.files();
    const members = [
      ...chain,
      ...keys,
      ...checkpoints,
      ...this.contents,
      { name: "method.json", bytes: this.method },
      { name: "docs.json", bytes: encode({ files: this.docs }) },
    ];
    return bundle(members, { edition: "audit", ...PLACE });
  }
}

/** @returns {Promise<any>} a bidder with an ECDSA key */
async function ecdsaSigner() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  return { algorithm: "ecdsa-p256-sha256", privateKey: pair.privateKey, spki };
}

/**
 * @param {{bids?: number, leftOut?: number, hidden?: number, tamper?: (body: any) => void}} [plan] how many
 *   bids
 *   the close leaves out, how many are logged outside the chain, and what the first bidder changes
 * @returns {Promise<Story>} told up to the factor phase's end: bids of two envelopes
 */
export async function toldToFactorEnd({ bids: count = 3, leftOut = 0, hidden = 0, tamper } = {}) {
  const story = await Story.begin();
  await story.makeOfficers(CLOSE - 900000);
  await story.publish(CLOSE - 860000);
  const bids = [];
  for (let index = 0; index < count + leftOut + hidden; index += 1) {
    const files = [utf8(`price ${index}`), crypto.getRandomValues(new Uint8Array(20000 + index))];
    story.log.hiding = index >= count + leftOut;
    const algorithm = index === 1 ? "ecdsa-p256-sha256" : "ed25519";
    bids.push(await story.bid(`firm-${index}`, files, algorithm, index === 0 ? tamper : undefined));
  }
  story.log.hiding = false;
  await story.log.cut(CLOSE - 600);
  await story.close(bids.slice(0, count));
  return Object.assign(story, { bids });
}

/**
 * A receipt as the platform gives it.
 * @param {Story} story @param {string} ev of a bid
 * @returns {Promise<any>} signed object
 */
export async function receiptFor(story, ev) {
  const ids = await Promise.all(story.log.entries.map(({ kind, body }) => events.eventId(kind, body)));
  const entry = story.log.entries[ids.findIndex((id) => hex(id) === ev)];
  const covering = story.log.checkpoints.find(({ size }) => size > entry.leaf);
  const { path } = await story.log.proof(entry, covering.size);
  const { r, link, leaf, kind } = entry;
  const body = events.newBody({
    policy: story.T,
    kind,
    ev,
    bid: entry.body.bid,
    r,
    link,
    sigs: hex(await events.signaturesHash(entry.signatures)),
    leaf,
    note: covering.file.note,
    path,
    tokens: [],
  });
  return { body, signatures: [await events.signBody("receipt", body, story.who.platform)] };
}

/** @param {any} [plan] @returns {Promise<Story>} told to its end */
export async function toldToEnd(plan) {
  const story = await toldToFactorEnd(plan);
  await story.open(0, CLOSE + 420);
  await story.open(1, CLOSE + 700);
  await story.end(CLOSE + 800);
  return story;
}
export { CLOSE };
