// The receipt page: a receipt alone, held to the policy it names and to anchors, step by step.
import { fromHex, hex } from "../protocol/bytes.js";
import { decode } from "../protocol/canonical.js";
import { eventId, leafValue } from "../protocol/events.js";
import { leafHash, verifyInclusion } from "../protocol/merkle.js";
import { readAnchors } from "../verify/anchors.js";
import { parseReceipt } from "../verify/receipts.js";
import { SignatureJudge } from "../verify/signers.js";
import { smallestUpper, TimeContext } from "../verify/statements.js";
import { byId, showCheck, takeFiles, tell } from "./files.js";
import { timeWords } from "./moments.js";

const words = byId("words").dataset;
/** @type {Uint8Array|null} */
let ownAnchors = null;

/** @param {string} text */
const say = (text) => { byId("progress").textContent = text; };

/** @param {unknown} error @returns {string} */
const sentence = (error) => (error instanceof Error ? error.message : String(error));

/** @param {string} url @returns {Promise<Uint8Array>} */
async function get(url) {
  const answer = await fetch(url, { credentials: "omit" });
  if (!answer.ok) throw new Error(`${url} (${answer.status})`);
  return new Uint8Array(await answer.arrayBuffer());
}

/**
 * The policy the receipt names: fetched, and believed only because its hash is T.
 * @param {string} digest @returns {Promise<any>}
 */
async function policyOf(digest) {
  const { body } = /** @type {any} */ (decode(await get(`/t/${digest}/policy.json`)));
  if (hex(await eventId("policy", body)) !== digest) throw new Error("T");
  return body;
}

/** @param {[string, string][]} rows */
function facts(rows) {
  byId("receipt-facts").replaceChildren(...rows.map(([label, value]) => {
    const row = document.createElement("div");
    const dt = document.createElement("dt");
    const dd = document.createElement("dd");
    dt.textContent = label;
    dd.textContent = value;
    row.append(dt, dd);
    return row;
  }));
}

/**
 * Each step of section 4.3 by itself, so that each line of the page can say what was found.
 * @param {any} receipt @param {any} policy @param {any} anchors
 * @returns {Promise<{failed: number, upper: number|null}>}
 */
async function steps({ body, signatures }, policy, anchors) {
  const context = new TimeContext(policy, anchors);
  const judge = new SignatureJudge(anchors, { chain: [], keys: [] }, []);
  /** @type {any} */
  let checkpoint = null;
  let value = new Uint8Array();
  let failed = 0;
  /** @param {string} code @param {() => Promise<string>} action */
  const step = async (code, action) => {
    const line = /** @type {Element} */ (document.querySelector(`[data-check="${code}"]`));
    try {
      showCheck(line, "holds", await action(), words);
    } catch (error) {
      failed += 1;
      showCheck(line, "failed", sentence(error), words);
    }
  };
  await step("note", async () => {
    checkpoint = await context.read({ file: "receipt", note: body.note, tokens: body.tokens });
    if (checkpoint.faults.length) throw new Error(checkpoint.faults[0]);
    return String(checkpoint.size);
  });
  await step("time", async () => {
    const sources = new Set(checkpoint.statements.map((/** @type {any} */ statement) => statement.source));
    if (sources.size < context.k) throw new Error(`${sources.size} < ${context.k}`);
    return [...sources].join(", ");
  });
  await step("leaf", async () => {
    const [r, link, ev, sigs] = [body.r, body.link, body.ev, body.sigs].map((item) => fromHex(item));
    value = await leafValue(r, link, ev, sigs);
    return hex(value);
  });
  await step("proof", async () => {
    const path = body.path.map((/** @type {string} */ item) => fromHex(item));
    await verifyInclusion(body.leaf, checkpoint.size, await leafHash(value), path, checkpoint.root);
    return `${body.leaf} / ${checkpoint.size}`;
  });
  const upper = checkpoint ? smallestUpper(checkpoint) : null;
  await step("signature", async () => {
    const signers = await judge.signersOf("receipt", body, signatures, upper);
    if (!signers.length || !signers.every((signer) => judge.isParty(signer, "platform"))) throw new Error("platform");
    return "";
  });
  return { failed, upper: Number.isFinite(upper) ? upper : null };
}

/** @param {Uint8Array} bytes */
async function check(bytes) {
  byId("result").hidden = true;
  let receipt;
  try {
    receipt = parseReceipt(bytes);
  } catch (error) {
    say(`${words.notjson} (${sentence(error)})`);
    return;
  }
  say(words.running ?? "");
  const digest = receipt.body.policy;
  let policy;
  let anchors;
  try {
    policy = await policyOf(digest);
    anchors = await readAnchors(ownAnchors ?? await get(`/t/${digest}/anchors.json`));
  } catch (error) {
    say(`${words.noanchors} (${sentence(error)})`);
    return;
  }
  try {
    const { failed, upper } = await steps(receipt, policy, anchors);
    byId("verdict-box").classList.toggle("is-bad", failed > 0);
    byId("verdict").textContent = (failed ? words.bad : words.good) ?? "";
    byId("verdict-text").textContent = (failed ? words.badtext : words.goodtext) ?? "";
    const { kind, ev, leaf } = receipt.body;
    facts([[words.event, kind], ["ev", ev], [words.digest, digest], [words.time, upper === null ? "–" : timeWords(upper)],
      [words.index, String(leaf)]].map(([label, value]) => [label ?? "", value ?? ""]));
    byId("result").hidden = false;
    say((ownAnchors ? words.own : words.platform) ?? "");
  } catch (error) {
    say(`${words.broken} (${sentence(error)})`);
  }
}

takeFiles(byId("drop"), /** @type {HTMLInputElement} */ (byId("files")), async (files) => {
  byId("result").hidden = true; // no verdict of an earlier file stands beside a later one
  const told = await Promise.all(files.map((file) => tell(file, file.name)));
  ownAnchors = told.find(({ kind }) => kind === "anchors")?.bytes ?? ownAnchors;
  const receipt = told.find(({ kind }) => kind !== "anchors");
  if (receipt?.bytes) await check(receipt.bytes);
});
byId("check").addEventListener("click", () => {
  const text = /** @type {HTMLTextAreaElement} */ (byId("text")).value.trim();
  check(new TextEncoder().encode(text));
});
byId("check").hidden = false;
document.documentElement.dataset.ready = "receipt";
