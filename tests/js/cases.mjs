/**
 * What the sealing and releasing code must do and refuse, beyond the vectors. Each case is a name and a
 * function that throws when the code is wrong; they run under Node and inside a browser.
 */
import { concat, equal, hex, utf8 } from "../../static/js/protocol/bytes.js";
import { encode } from "../../static/js/protocol/canonical.js";
import * as envelope from "../../static/js/protocol/envelope.js";
import { newBody, signBody } from "../../static/js/protocol/events.js";
import * as hpke from "../../static/js/protocol/hpke.js";
import { answerDryRun, dryRunInfo, makeKey, openKey } from "../../static/js/officer/keys.js";
import { shortMemory } from "../../static/js/officer/memory.js";
import { commitRelease, revealRelease } from "../../static/js/officer/release.js";
import { PartPool } from "../../static/js/seal/pool.js";
import { EnvelopeSealer, freshSecrets, sealBid } from "../../static/js/seal/seal.js";
import { readAnchors } from "../../static/js/verify/anchors.js";
import { checkFreshReceipt } from "../../static/js/verify/receipts.js";
import { verify } from "../../static/js/verify/verify.js";
import { CLOSE, receiptFor, toldToEnd, toldToFactorEnd } from "./story.mjs";
import { signer, zip } from "./world.mjs";

/** @param {boolean} condition @param {string} message */
function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** @param {() => Promise<unknown>} action @param {string} code @returns {Promise<void>} */
async function refuses(action, code) {
  const found = await action().then(
    () => "nothing",
    (error) => error.code ?? `${error.name}: ${error.message}`,
  );
  check(found === code, `refused with ${found} instead of ${code}`);
}

const officers = (/** @type {number} */ count) =>
  Promise.all(Array.from({ length: count }, () => hpke.generateKeyPair()));

/** @param {number} size @param {any} [secrets] */
async function sealed(size, secrets = { fresh: new Uint8Array(32), factor: null }) {
  const keys = await officers(3);
  const policy = {
    t: 2,
    pad_floor: 4096,
    max_size: 1e9,
    officers: keys.map(({ publicKey }) => ({ pk: hex(publicKey) })),
  };
  const file = new Blob([new Uint8Array(size).fill(7)]);
  const input = { bid: new Uint8Array(16), e: 0, file, secrets };
  const sealer = await new EnvelopeSealer(policy, new Uint8Array(32), input).prepare();
  const parts = [];
  const pool = new PartPool();
  for await (const { part, hash, blob } of sealer.parts(pool)) parts.push({ part, hash, blob });
  pool.close();
  return { sealer, parts, policy, keys, file };
}

export const CASES = {
  "every padding class opens to the same file": async () => {
    for (const size of [0, 1, 4088, 4089, 16376, 100000, (1 << 23) - 8, 1 << 23]) {
      const { sealer, parts, file } = await sealed(size);
      const ciphertext = new Blob(parts.map(({ blob }) => blob));
      const opened = await envelope.openContent(
        { id: sealer.id, seed: sealer.seed, floor: 4096 },
        ciphertext,
      );
      check(equal(opened, new Uint8Array(await file.arrayBuffer())), `size ${size} differs`);
      check(
        ciphertext.size === sealer.size && envelope.paddedLengthOf(sealer.size) === sealer.padded,
        `size ${size}`,
      );
    }
  },
  "parts come out as Blobs of the upload size": async () => {
    const { parts } = await sealed(20 << 20);
    check(
      parts.every(({ blob }) => blob instanceof Blob),
      "a part is no Blob",
    );
    check(parts[0].blob.size === 56 && parts[1].blob.size === 512 * 16400, "part sizes");
  },
  "a resumed upload makes the same parts": async () => {
    const { sealer, parts } = await sealed(20 << 20);
    const pool = new PartPool();
    const again = [];
    for await (const { part, hash } of sealer.parts(pool, 2)) again.push({ part, hash });
    pool.close();
    check(
      again.length === parts.length - 2 && again.every(({ part, hash }) => equal(hash, parts[part].hash)),
      "differs",
    );
  },
  "a stuck generator still gives every envelope its own seed": async () => {
    const stuck = new Uint8Array(32);
    const [one, two] = await Promise.all(
      [0, 1].map((e) =>
        envelope.seedOf(envelope.envelopeId(new Uint8Array(32), new Uint8Array(16), e), stuck),
      ),
    );
    check(!equal(one, two), "the seeds are equal");
  },
  "fresh secrets differ between envelopes": async () => {
    const { envelopes } = freshSecrets({ envelopes: [{ e: 0 }, { e: 1 }], factor: "required" });
    check(
      !equal(envelopes[0].fresh, envelopes[1].fresh) && !equal(envelopes[0].factor, envelopes[1].factor),
      "equal",
    );
  },
  "a low-order officer key is refused": async () => {
    const policy = { t: 1, pad_floor: 4096, max_size: 1e9, officers: [{ pk: "00".repeat(32) }] };
    const input = {
      bid: new Uint8Array(16),
      e: 0,
      file: new Blob([]),
      secrets: { fresh: new Uint8Array(32), factor: null },
    };
    await refuses(() => new EnvelopeSealer(policy, new Uint8Array(32), input).prepare(), "x25519-zero");
  },
  "a file larger than the tender allows is refused": async () => {
    const bidder = await signer();
    const policy = {
      envelopes: [{ e: 0 }],
      factor: "none",
      t: 1,
      pad_floor: 4096,
      max_size: 100,
      officers: [],
    };
    await refuses(
      () =>
        sealBid({
          policy,
          signer: bidder,
          org: "a",
          files: [new Blob(["x"])],
          replaces: null,
          client: "c",
          store: async () => {},
        }),
      "too-large",
    );
  },
  "a sealed share sent as a dry run's challenge does not open": async () => {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const { publicKey, wrapped } = await makeKey(secret);
    const pair = await openKey(secret, publicKey, wrapped);
    const id = envelope.envelopeId(new Uint8Array(32), new Uint8Array(16), 0);
    const challenge = await hpke.seal(publicKey, envelope.shareInfo(id, 1), new Uint8Array(32));
    const input = {
      tender: "T",
      lot: "1",
      i: 1,
      stage: /** @type {"eve"} */ ("eve"),
      pair,
      signer: await signer(),
    };
    await refuses(() => answerDryRun({ ...input, challenge }), "hpke-open");
    const honest = await hpke.seal(publicKey, await dryRunInfo("T", "1", 1), new Uint8Array(32));
    check(
      (await answerDryRun({ ...input, challenge: honest })).body.tool === "browser",
      "the honest one should open",
    );
  },
  "an officer's key opens with its passkey's secret only, and cannot be exported": async () => {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const { publicKey, wrapped } = await makeKey(secret);
    const pair = await openKey(secret, publicKey, wrapped);
    check(
      !pair.privateKey.extractable && (await hpke.matches(pair.privateKey, publicKey)),
      "the key is wrong",
    );
    const other = await openKey(new Uint8Array(32), publicKey, wrapped).catch((error) => error.name);
    check(other === "OperationError", "another secret opened it");
  },
  "an officer commits once, and only when the time has come": async () => {
    const story = await toldToFactorEnd();
    const [officer] = story.officers;
    const memory = shortMemory();
    await refuses(
      async () => commitRelease({ world: await story.view(), officer, e: 0, memory }),
      "release-refused",
    );
    await story.log.cut(CLOSE + 420);
    const world = await story.view();
    await refuses(() => commitRelease({ world, officer, e: 1, memory }), "release-refused");
    const commit = await commitRelease({ world, officer, e: 0, memory });
    check(commit.body.fails.length === 0, "no share should fail");
    await refuses(() => commitRelease({ world, officer, e: 0, memory }), "release-second");
    await refuses(() => revealRelease({ world, officer, e: 0, memory }), "release-refused");
    await refuses(
      () => commitRelease({ world, officer: { ...officer, i: 2 }, e: 0, memory: shortMemory() }),
      "release-refused",
    );
  },
  "an officer does not follow a log that forked or shrank": async () => {
    const story = await toldToFactorEnd();
    await story.log.cut(CLOSE + 420);
    const [officer] = story.officers;
    const size = story.log.hashes.length;
    for (const [seen, code] of [
      [{ size, root: "00".repeat(32) }, "log-forked"],
      [{ size: size + 8, root: "00".repeat(32) }, "log-shrunk"],
      [{ size: size - 3, root: "00".repeat(32) }, "merkle-root"],
    ]) {
      const memory = shortMemory();
      await memory.put("log/log.example/js", seen);
      const bridge = code === "merkle-root" ? ["00".repeat(32)] : [];
      const found = await commitRelease({ world: await story.view(), officer, e: 0, memory, bridge }).catch(
        (error) => error.code,
      );
      check(
        found === code || (code === "merkle-root" && found.startsWith("merkle")),
        `${found} instead of ${code}`,
      );
    }
  },
  "an officer does not release for a close that leaves a bid out": async () => {
    const story = await toldToFactorEnd({ leftOut: 1 });
    await story.log.cut(CLOSE + 420);
    const world = await story.view();
    check(world.closed.size === 3 && world.bids.size === 4, "the story leaves one bid out");
    await refuses(
      () => commitRelease({ world, officer: story.officers[0], e: 0, memory: shortMemory() }),
      "release-refused",
    );
  },
  "an unanswered objection stops the release": async () => {
    const story = await toldToFactorEnd({ hidden: 1 });
    const omitted = story.bids[3];
    const body = newBody({ policy: story.T, receipt: await receiptFor(story, omitted.ev) });
    await story.log.append("set-objection", body, [await signBody("set-objection", body, omitted.signer)]);
    await story.log.cut(CLOSE + 420);
    const input = { world: await story.view(), officer: story.officers[0], e: 0, memory: shortMemory() };
    const { message } = await commitRelease(input).catch((error) => error);
    check(message?.includes("has not been answered"), `refused with ${message}`);
  },
  "a fresh receipt is checked against what was sent": async () => {
    const story = await toldToFactorEnd();
    const [{ ev }] = story.bids;
    const { body, signatures } = await receiptFor(story, ev);
    const anchors = await readAnchors(story.anchors());
    const expected = { policy: story.policy, policyId: story.T, anchors, ev, bid: body.bid };
    await checkFreshReceipt(encode({ body, signatures }), expected);
    await refuses(
      () => checkFreshReceipt(encode({ body, signatures }), { ...expected, ev: "00".repeat(32) }),
      "receipt-other",
    );
    const forged = encode({ body, signatures: [await signBody("receipt", body, story.who.owner)] });
    await refuses(() => checkFreshReceipt(forged, expected), "receipt-signer");
  },
  "a container that two readers could read differently is refused": async () => {
    const member = { name: "index.json", bytes: utf8("{}") };
    const good = zip([member]);
    const variants = {
      "something before": concat(utf8("x"), good),
      "something behind": concat(good, utf8("x")),
      twice: zip([member, member]),
      "a bad name": zip([{ ...member, name: "../index.json" }]),
      "a lying local name": good.map((value, index) => (index === 30 ? 0x61 : value)),
      "a wrong CRC": good.map((value, index) => (index === 40 ? value ^ 1 : value)),
    };
    for (const [name, bytes] of Object.entries(variants)) {
      const { checks } = await verify({ bundle: new Blob([bytes]), anchors: (await lastStory()).anchors() });
      check(!checks[0].ok && checks[0].run, `${name} was let through`);
    }
  },
  "a bidder who signs something else than was sealed is found out": async () => {
    const turned = (/** @type {string} */ text) => (text[0] === "0" ? "1" : "0") + text.slice(1);
    const envelope0 = (/** @type {(item: any) => void} */ change) => (/** @type {any} */ body) =>
      change(body.envelopes[0]);
    const outcomes = {
      "another commitment to the seed": [
        envelope0((item) => Object.assign(item, { seed: turned(item.seed) })),
        "BAD_DEALING",
      ],
      "another commitment to a share": [
        envelope0((item) => Object.assign(item.shares[0], { c: turned(item.shares[0].c) })),
        "BAD_DEALING",
      ],
      "another sealed share": [
        envelope0((item) => Object.assign(item.shares[2], { enc: turned(item.shares[2].enc) })),
        "BAD_DEALING",
      ],
      "two shares exchanged": [
        envelope0(({ shares: [one, two] }) => {
          [one.enc, two.enc] = [two.enc, one.enc];
        }),
        "NOT_OPENABLE",
      ],
      "another root": [envelope0((item) => Object.assign(item, { ct_root: turned(item.ct_root) })), "V10"],
      "another size": [envelope0((item) => Object.assign(item, { size: item.size + 256 })), "V10"],
      "another nonce": [
        (/** @type {any} */ body) => Object.assign(body, { nonce: turned(body.nonce) }),
        "release-refused",
      ],
    };
    for (const [name, [tamper, expected]] of Object.entries(outcomes)) {
      const story = await toldToEnd({ tamper }).catch((error) => error);
      if (story instanceof Error) {
        check(story.code === expected, `${name}: ${story.stack}`);
        continue;
      }
      const report = await verify({ bundle: new Blob([await story.bundle()]), anchors: story.anchors() });
      const failed = report.checks.filter(({ ok }) => !ok).map(({ id }) => id);
      const verdict = report.verdicts.find(({ e, org }) => e === 0 && org === "firm-0")?.verdict;
      const good = expected.startsWith("V")
        ? failed.join() === expected
        : failed.length === 0 && verdict === expected;
      check(good, `${name}: failed ${failed}, verdict ${verdict}`);
    }
  },
  "a whole lot told by this code verifies": async () => {
    const story = await lastStory();
    const report = await verify({ bundle: new Blob([await story.bundle()]), anchors: story.anchors() });
    check(report.ok, JSON.stringify(report.checks.filter(({ ok }) => !ok)));
    check(
      report.verdicts.length === 6 && report.verdicts.every(({ verdict }) => verdict === "OPENED"),
      "verdicts",
    );
  },
};

/** @type {Promise<any>|null} */
let told = null;

/** @returns {Promise<any>} one finished story for all cases */
function lastStory() {
  told ??= toldToEnd();
  return told;
}

/** @returns {Promise<Record<string, string>>} empty sentence for good cases, else what went wrong */
export async function runCases() {
  const outcomes = {};
  for (const [name, run] of Object.entries(CASES)) {
    outcomes[name] = await run().then(
      () => "",
      (error) => String(error.stack ?? error),
    );
  }
  return outcomes;
}
