/** Generated passphrases: 16 characters of 32, 80 bits, easy to write down and to type in any case. */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's: no I, L, O, U
const CHARACTERS = 16;
export const BITS = CHARACTERS * 5;

/** @param {string} plain 16 characters @returns {string} in groups of four */
function grouped(plain) {
  return (plain.match(/.{4}/g) ?? []).join("-");
}

/** @returns {string} a fresh passphrase, e.g. 7K2M-94QD-XW3P-HT6V */
export function makePassphrase() {
  const random = crypto.getRandomValues(new Uint8Array(CHARACTERS));
  return grouped([...random].map((value) => ALPHABET[value & 31]).join(""));
}

/**
 * What somebody typed, as it was shown: case, blanks and lines do not matter, O is 0, I and L are 1.
 * @param {string} typed
 * @returns {string} empty if it cannot be a passphrase
 */
export function readPassphrase(typed) {
  const plain = typed.normalize("NFKC").toUpperCase().replace(/[\s\-–—]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  const whole = plain.length === CHARACTERS && [...plain].every((character) => ALPHABET.includes(character));
  return whole ? grouped(plain) : "";
}
