/**
 * Passkeys as locks: the PRF extension of WebAuthn gives 32 bytes only this authenticator can give.
 * Such a passkey is made for one key and is not a login: it names no account and is not discoverable.
 */
import { fromHex, utf8 } from "../protocol/bytes.js";

/** @typedef {{credential: Uint8Array, input: Uint8Array, secret: Uint8Array}} Passkey */

/** @returns {boolean} whether passkeys can be asked at all here (never under a bare IP address) */
export function passkeysPossible() {
  const bare = /^[\d.]+$|^\[/.test(location.hostname);
  return isSecureContext && !bare && typeof PublicKeyCredential === "function";
}

/** @param {Credential|null} credential @returns {Uint8Array|null} the PRF's answer */
function answer(credential) {
  const results = /** @type {any} */ (credential)?.getClientExtensionResults?.().prf?.results;
  return results?.first ? new Uint8Array(results.first) : null;
}

/**
 * Make a passkey that can lock a key.
 * @param {string} name what the device will call it
 * @returns {Promise<Passkey|null>} null if this device's passkeys have no PRF
 */
export async function makePasskey(name) {
  const input = crypto.getRandomValues(new Uint8Array(32));
  const made = /** @type {any} */ (await navigator.credentials.create({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      rp: { name: "Sunlit" },
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
      pubKeyCredParams: [{ type: "public-key", alg: -8 }, { type: "public-key", alg: -7 }, { type: "public-key", alg: -257 }],
      authenticatorSelection: { residentKey: "discouraged", userVerification: "required" },
      attestation: "none",
      extensions: /** @type {any} */ ({ prf: { eval: { first: input } } }),
    },
  }));
  if (!made?.getClientExtensionResults().prf?.enabled) return null;
  const credential = new Uint8Array(made.rawId);
  const secret = answer(made) ?? await askPasskey(credential, input);
  return secret ? { credential, input, secret } : null;
}

/**
 * Ask a passkey for its secret.
 * @param {Uint8Array} credential @param {Uint8Array} input
 * @returns {Promise<Uint8Array|null>}
 */
async function askPasskey(credential, input) {
  return answer(await navigator.credentials.get({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      allowCredentials: [{ type: "public-key", id: credential }],
      userVerification: "required",
      extensions: /** @type {any} */ ({ prf: { eval: { first: input } } }),
    },
  }));
}

/** @param {import("./locks.js").Lock} lock of kind passkey @returns {Promise<Uint8Array|null>} what opens it */
export function secretOf(lock) {
  return askPasskey(fromHex(lock.credential ?? ""), fromHex(lock.input ?? ""));
}

/** @param {string} text @returns {string} a name short enough for authenticators */
export function passkeyName(text) {
  let name = text;
  while (utf8(name).length > 60) name = name.slice(0, -1);
  return name;
}
