// The bidder's small modules under Node: amounts in capitals, the archive of several files, the self-copy.
import { readFileSync, writeFileSync } from "node:fs";
import { amountInWords, grouped, readFigures, readWords } from "../../static/js/seal/amounts.js";
import { decodeLine, encodeLine, lineOf } from "../../static/js/seal/line.js";
import { lockCopy, openCopy, sameSecrets } from "../../static/js/seal/self_copy.js";
import { oneFile } from "../../static/js/seal/zip_store.js";

const [, , task, input, output] = process.argv;
const given = JSON.parse(readFileSync(input, "utf8"));

const tasks = {
  words: () => given.map((figures) => amountInWords(figures)),
  read: () => given.map((text) => readWords(text)),
  figures: () => given.map((typed) => readFigures(typed)),
  grouped: () => given.map((figures) => grouped(figures)),
  line: () => ({ bytes: Buffer.from(encodeLine(given)).toString("utf8"), back: decodeLine(encodeLine(given)) }),
  typed: () => given.map(({ lot, typed }) => {
    const words = typed.price_words || amountInWords(readFigures(typed.price));
    return Buffer.from(encodeLine(lineOf(lot, { ...typed, price_words: words }))).toString("hex");
  }),
  zip: async () => {
    const files = given.map(({ name, text }) => new File([text], name));
    const first = await oneFile(files);
    const again = await oneFile([...files].reverse());
    writeFileSync(output, Buffer.from(await first.arrayBuffer()));
    return { same: Buffer.from(await first.arrayBuffer()).equals(Buffer.from(await again.arrayBuffer())) };
  },
  copy: async () => {
    const bytes = (length, value) => new Uint8Array(length).fill(value);
    const secrets = { nonce: bytes(16, 1), envelopes: [{ fresh: bytes(32, 2), factor: bytes(32, 3) }, { fresh: bytes(32, 4), factor: null }] };
    const named = { tender: "t", lot: "01", policy: "aa", ev: "bb", bid: "cc", org: "o" };
    const file = await lockCopy({ named, secrets, receipt: "{}" }, given.passphrase);
    const back = await openCopy(file, given.passphrase);
    const refused = async (blob, passphrase) => openCopy(blob, passphrase).then(() => "opened", ({ code }) => code);
    const text = await file.text();
    return {
      same: sameSecrets(back.secrets, secrets), named: back.named, plain: text.includes("02".repeat(32)),
      wrong: await refused(file, "WRONG"), swapped: await refused(new Blob([text.replace('"ev": "bb"', '"ev": "bd"')]), given.passphrase),
      other: await refused(new Blob(["{}"]), given.passphrase),
    };
  },
};
process.stdout.write(JSON.stringify(await tasks[task]()));
