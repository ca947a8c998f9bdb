/**
 * Changes every byte of a time-stamp token of a bundle and counts the changes that go unnoticed:
 * `node tokens.mjs FOLDER`, prints JSON.
 */
import { openAsBlob, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromHex, utf8 } from "../../static/js/protocol/bytes.js";
import { parseNote } from "../../static/js/protocol/notes.js";
import { verifyToken } from "../../static/js/protocol/tsp.js";
import { readAnchors } from "../../static/js/verify/anchors.js";
import { readBundle } from "../../static/js/verify/bundle.js";

const [folder] = process.argv.slice(2);
const anchors = await readAnchors(new Uint8Array(readFileSync(join(folder, "anchors.json"))));
const { checkpoints } = await readBundle(await openAsBlob(join(folder, "bundle.zip")));
const { note, tokens } = checkpoints.find((checkpoint) => checkpoint.tokens.length > 0);
const source = anchors.time.sources.find(({ name }) => name === tokens[0].source);
const known = { root: fromHex(source.root), policyOids: source.policy_oids };
const [token, text] = [fromHex(tokens[0].token), utf8(parseNote(utf8(note)).text)];

await verifyToken(token, text, known);
const unnoticed = [];
for (let at = 0; at < token.length; at += 1) {
  for (const change of [0x01, 0x20, 0x80]) {
    const changed = token.slice();
    changed[at] ^= change;
    const refused = await verifyToken(changed, text, known).then(
      () => false,
      (error) => error.code !== undefined,
    );
    if (!refused) unnoticed.push([at, change]);
  }
}
console.log(JSON.stringify({ bytes: token.length, unnoticed }));
