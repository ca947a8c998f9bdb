/** Vectors of the text formats and of secret sharing; run by primitives.mjs. */
import { equal, fromHex, hex, utf8 } from "../../static/js/protocol/bytes.js";
import * as canonical from "../../static/js/protocol/canonical.js";
import { pae } from "../../static/js/protocol/dsse.js";
import * as gf256 from "../../static/js/protocol/gf256.js";
import * as notes from "../../static/js/protocol/notes.js";

/** @param {() => unknown} action @returns {Promise<boolean>} whether it ends without a refusal */
const succeeds = (action) =>
  Promise.resolve()
    .then(action)
    .then(
      () => true,
      () => false,
    );

/** @param {(path: string) => Promise<any>} load @param {any} tally */
export async function signedNotes(load, tally) {
  const { checkpoint: CHECKPOINT, verse: NOTE, vkey, signed: example } = await load("notes/c2sp.json");
  const note = notes.parseNote(utf8(NOTE));
  tally.add("text with blank lines", note.text.endsWith("sera.\n") && note.signatures.length === 1);
  const known = await notes.verifyNote(notes.parseNote(utf8(example)), [await notes.parseVerifierKey(vkey)]);
  tally.add("the specification's signature", known.length === 1);
  const checkpoint = notes.parseCheckpoint(utf8(CHECKPOINT));
  tally.add("checkpoint", checkpoint.size === 20852163 && checkpoint.signatures.length === 2);
  const broken = {
    "no blank line": NOTE.replace("\n\n\u2014", "\n\u2014"),
    "carriage return": CHECKPOINT.replace("sofa\n2", "sofa\r\n2"),
    "leading zero": CHECKPOINT.replace("\n208", "\n0208"),
    "extension line": CHECKPOINT.replace("q2I=\n", "q2I=\nmore\n"),
    "loose base64": CHECKPOINT.replace("q2I=", "q2J="),
    "no last newline": CHECKPOINT.slice(0, -1),
    "two spaces": CHECKPOINT.replace("w1 jW", "w1  jW"),
    hyphen: CHECKPOINT.replaceAll("\u2014", "-"),
  };
  for (const [name, text] of Object.entries(broken)) {
    tally.add(name, !(await succeeds(() => notes.parseCheckpoint(utf8(text)))));
  }
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  for (const [type, time, message] of [
    [1, undefined, utf8(checkpoint.text)],
    [4, 1679315147, notes.cosignedMessage(checkpoint.text, 1679315147)],
  ]) {
    const key = await notes.parseVerifierKey(await notes.formatVerifierKey("some.example/key", type, raw));
    const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, message));
    const signed = `${checkpoint.text}\n${notes.formatSignatureLine(key, signature, time)}`;
    const found = await notes.verifyNote(notes.parseNote(utf8(signed)), [key]);
    tally.add(`own signature of type ${type}`, found.length === 1 && (found[0].time ?? undefined) === time);
    const moved = signed.replace("20852163", "20852164");
    tally.add(
      `moved text of type ${type}`,
      !(await succeeds(() => notes.verifyNote(notes.parseNote(utf8(moved)), [key]))),
    );
  }
}

/** @param {any} tally */
export async function canonicalJson(tally) {
  const same = [
    "{}",
    "[]",
    "0",
    "9007199254740991",
    '{"a":1,"b":[true,false,null]}',
    '"\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\"',
    '"\u20ac$\u000f"'.replace("\u000f", "\\u000f"),
    '{"__proto__":1,"constructor":2}',
    "[[[[[[[[]]]]]]]]",
    '"\u{1f600}\u007f/"',
  ];
  for (const text of same) {
    tally.add(
      text,
      (await succeeds(() => canonical.decode(utf8(text)))) &&
        hex(canonical.encode(canonical.decodeLoose(utf8(text)))) === hex(utf8(text)),
    );
  }
  const refused = [
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    "01",
    "-0",
    "-1",
    "1.0",
    "1e2",
    "9007199254740992",
    '{"\u00e9":1}',
    " 1",
    "1 ",
    '"\\u00e9"',
    '"\\/"',
    '"e\u0301"',
    '"\\ud800"',
    "[[[[[[[[[]]]]]]]]]",
    '{"a":1,}',
    "[1,]",
    "'a'",
    '"\t"',
    "nul",
    "",
    "\ufeff1",
    '"\\u000A"',
    '"\\u0008"',
    "1".repeat(30),
  ];
  for (const text of refused)
    tally.add(`refused ${text}`, !(await succeeds(() => canonical.decode(utf8(text)))));
  tally.add("bad utf-8", !(await succeeds(() => canonical.decode(Uint8Array.of(0x22, 0xc0, 0x80, 0x22)))));
  tally.add(
    "duplicates also where layout is free",
    !(await succeeds(() => canonical.decodeLoose(utf8('{"a":1, "a":2}')))),
  );
  tally.add("layout is free", (await canonical.decodeLoose(utf8(' { "b" : 1 ,\n"a":[ ] } '))).b === 1);
}

/** @param {any} tally */
export async function envelopesDsse(tally) {
  const vector = "DSSEv1 29 http://example.com/HelloWorld 11 hello world";
  tally.add(
    "DSSE example",
    hex(pae("http://example.com/HelloWorld", utf8("hello world"))) === hex(utf8(vector)),
  );
}

/** @param {(path: string) => Promise<any>} load @param {any} tally */
export async function sharing(load, tally) {
  for (const [index, test] of (await load("shamir/privy.json")).cases.entries()) {
    const shares = Object.entries(test.shares).map(([x, share]) => [Number(x), fromHex(share)]);
    for (const chosen of [shares.slice(0, test.t), shares.slice(-test.t)]) {
      tally.add(`outside shares ${index}`, hex(gf256.combine(new Map(chosen))) === test.secret);
    }
  }
  let field = true;
  for (let value = 1; value < 256; value += 1) field &&= gf256.multiply(value, gf256.invert(value)) === 1;
  tally.add("inverses", field);
  tally.add("FIPS 197 product", gf256.multiply(0x57, 0x83) === 0xc1 && gf256.multiply(0x57, 0x13) === 0xfe);
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const rows = [1, 2].map(() => crypto.getRandomValues(new Uint8Array(32)));
  const shares = new Map([1, 2, 3, 4, 5].map((x) => [x, gf256.evaluate(secret, rows, x)]));
  for (const chosen of [
    [1, 2, 3],
    [5, 3, 1],
    [2, 4, 5],
  ]) {
    tally.add(
      `officers ${chosen}`,
      equal(gf256.combine(new Map(chosen.map((x) => [x, shares.get(x)]))), secret),
    );
  }
  tally.add("two of three", !equal(gf256.combine(new Map([1, 2].map((x) => [x, shares.get(x)]))), secret));
}
