// A bidder's part in the opening: reveal the factor from this device or from the self-copy, or object to the set.
import { readPassphrase } from "../keys/passphrase.js";
import { hex } from "../protocol/bytes.js";
import { ProtocolError } from "../protocol/errors.js";
import { eventId, newBody, signBody } from "../protocol/events.js";
import { openCopy } from "../seal/self_copy.js";
import { KeyPart } from "./bidding_key.js";
import { secret } from "./bidding_memory.js";
import { byId, errorWords, fetchReceipt, goOn, note, pageData, platformOf, policyOf } from "./bidding_parts.js";
import { takeSigned } from "./bidding_signed.js";
import { SealCheck } from "./bidding_seal_check.js";

const words = byId("words").dataset;
const data = /** @type {any} */ ({ ...pageData(), ...JSON.parse(document.getElementById("own-data")?.textContent ?? "{}") });
const platform = platformOf(data);
const hasKeys = document.getElementById("key-part");
const keys = hasKeys ? await KeyPart.of(data.database, data.spkis) : null;

/** @returns {Promise<{e: number, b: string}[]>} the factors of one's own bid */
async function factors() {
  const here = await secret(`factor/${data.bid.ev}`).catch(() => null);
  if (here) return here;
  const [file] = byId("copy").files;
  const copy = await openCopy(file ?? new Blob([]), readPassphrase(byId("copy-passphrase").value)).catch((error) => {
    throw new ProtocolError("copy", (error.code === "copy-closed" ? words.closed : words.nocopy) ?? "");
  });
  if (copy.named.ev !== data.bid.ev) throw new ProtocolError("copy", words.nocopy ?? "");
  return copy.secrets.envelopes.map(({ factor }, e) => ({ e, b: hex(factor ?? new Uint8Array(0)) }));
}

async function reveal() {
  const given = await factors();
  const signer = await keys?.open();
  if (!signer) return;
  const body = newBody({ policy: data.policy, bid: data.bid.ev, factors: given });
  await handIn({ body, signatures: [await signBody("factor", body, signer)] });
}

/** @param {{body: any, signatures: any[]}} signed made here, or by the offline tool */
async function handIn(signed) {
  const policy = await policyOf(data);
  await platform.send("POST", `bids/${data.bid.id}/factor`, signed);
  byId("said").textContent = words.waiting;
  const ev = hex(await eventId("factor", signed.body));
  await fetchReceipt(platform, data, policy, { ev, bid: null, waiting: () => undefined });
  byId("said").textContent = words.given;
  byId("reveal").hidden = true;
  byId("offline").hidden = true;
  goOn("said");
  document.documentElement.dataset.revealed = ev;
}

async function object() {
  const signer = await keys?.open();
  if (!signer) return;
  const receipt = await seal?.objectionReceipt();
  const body = newBody({ policy: data.policy, receipt });
  await platform.send("POST", `lots/${data.lot}/set-objection`, { body, signatures: [await signBody("set-objection", body, signer)] });
  byId("said").textContent = words.objected;
  byId("objection").hidden = true;
  goOn("said");
  document.documentElement.dataset.objected = receipt.body.ev;
}

/** @param {string} id @param {() => Promise<void>} act */
function on(id, act) {
  document.getElementById(id)?.addEventListener("submit", (event) => {
    event.preventDefault();
    note("trouble", "");
    act().catch((error) => note("trouble", errorWords(error), "stop"));
  });
}

const seal = document.getElementById("seal-part") ? await SealCheck.of(data) : null;
on("reveal", reveal);
if (data.bid) takeSigned("factor", { policy: data.policy, bid: data.bid.ev, spkis: data.spkis }, handIn);
on("objection", object);
if (document.getElementById("factor-here")) {
  const here = Boolean(await secret(`factor/${data.bid.ev}`).catch(() => null));
  byId("factor-here").hidden = !here;
  byId("factor-file").hidden = here;
}
document.documentElement.dataset.ready = "opening";
