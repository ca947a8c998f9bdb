/** Makes and locks sheets under Node: `node sheet.mjs CASES.json`, prints bodies and signatures, marks and totals. */
import { readFileSync } from "node:fs";
import { lockedSheet, markOf, total } from "../../static/js/evaluation/sheet.js";
import { fromHex, hex } from "../../static/js/protocol/bytes.js";

const { sheets, marks } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const made = [];
for (const { pkcs8, spki, nonce, ...given } of sheets) {
  const privateKey = await crypto.subtle.importKey("pkcs8", fromHex(pkcs8), { name: "Ed25519" }, false, ["sign"]);
  const signer = { algorithm: "ed25519", privateKey, spki: fromHex(spki) };
  const whole = await lockedSheet(given, signer, (bytes) => {
    bytes.set(fromHex(nonce));
    return bytes;
  });
  const totals = Object.fromEntries(Object.entries(given.marks).map(([bid, row]) => [bid, total(row)]));
  made.push({ ...whole, totals, nonce: hex(fromHex(whole.sheet.body.nonce)) });
}
console.log(JSON.stringify({ made, marks: marks.map(({ typed, criterion }) => markOf(typed, criterion)) }));
