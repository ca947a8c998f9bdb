// Withdrawing: signed here with one's own key, proven by a receipt of its own.
import { hex } from "../protocol/bytes.js";
import { ProtocolError } from "../protocol/errors.js";
import { eventId, newBody, signBody } from "../protocol/events.js";
import { KeyPart } from "./bidding_key.js";
import { byId, errorWords, fetchReceipt, filled, goOn, note, pageData, platformOf, policyOf } from "./bidding_parts.js";
import { takeSigned } from "./bidding_signed.js";

const words = byId("words").dataset;
const data = pageData();
const platform = platformOf(data);
const keys = await KeyPart.of(data.database, data.spkis);
let busy = false;

async function withdraw() {
  const signer = await keys.open();
  if (!signer) return;
  note("trouble", "");
  byId("said").textContent = words.signing;
  const body = newBody({ policy: data.policy, target: data.live.ev });
  await handIn({ body, signatures: [await signBody("withdraw", body, signer)] });
}

/** @param {{body: any, signatures: any[]}} signed made here, or by the offline tool */
async function handIn(signed) {
  const policy = await policyOf(data);
  await platform.send("POST", `bids/${data.live.id}/withdrawal`, signed);
  byId("said").textContent = words.waiting;
  const ev = hex(await eventId("withdraw", signed.body));
  const receipt = await fetchReceipt(platform, data, policy, { ev, bid: null, waiting: () => undefined }).catch((error) => {
    byId("said").textContent = "";
    if (error instanceof ProtocolError) throw new ProtocolError("receipt", filled(words.badreceipt ?? "", { reason: error.message }));
    throw error;
  });
  byId("offline").hidden = true;
  byId("form").hidden = true;
  byId("said").textContent = "";
  byId("receipt").hidden = false;
  byId("headline").textContent = words.withdrawn;
  byId("lead").textContent = words.lead;
  byId("receipt-code").textContent = receipt.code;
  byId("receipt-page").href = data.receiptUrl.replace("CODE", receipt.code);
  document.title = words.withdrawn ?? "";
  goOn("headline");
  document.documentElement.dataset.withdrawn = receipt.code;
}

byId("form").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  withdraw().catch((error) => {
    byId("said").textContent = "";
    note("trouble", errorWords(error), "stop");
  }).finally(() => { busy = false; });
});
takeSigned("withdraw", { policy: data.policy, bid: data.live.ev, spkis: data.spkis }, handIn);
document.documentElement.dataset.ready = "withdraw";
