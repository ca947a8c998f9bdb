/** The one error type of this folder. `code` is stable; `message` is one plain sentence. */
export class ProtocolError extends Error {
  /**
   * @param {string} code stable short name of what was broken, such as `json-duplicate`
   * @param {string} message one sentence for a person
   */
  constructor(code, message) {
    super(message);
    this.name = "ProtocolError";
    this.code = code;
  }
}

/**
 * Refuse unless a condition holds.
 * @param {unknown} condition
 * @param {string} code
 * @param {string} message
 * @returns {asserts condition}
 */
export function demand(condition, code, message) {
  if (!condition) throw new ProtocolError(code, message);
}
