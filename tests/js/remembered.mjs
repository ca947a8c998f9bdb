/**
 * Loads modules of the verifier with a few of their functions wrapped: what hangs on nothing but the arguments is worked
 * out once in a sweep over thousands of mutants of one bundle (quick.mjs). Answers are frozen, so that nobody bends them.
 */
const WRAPPED = {
  "/verify/bundle.js": ["readEvent", "readCheckpoint"],
  "/protocol/notes.js": ["parseCheckpoint"],
  "/protocol/tsp.js": ["verifyToken"],
};

/** @param {string} url @param {object} context @param {Function} next */
export async function load(url, context, next) {
  const loaded = await next(url, context);
  const [, names] = Object.entries(WRAPPED).find(([end]) => url.endsWith(end)) ?? [null, []];
  let source = String(loaded.source);
  for (const name of names) {
    const changed = source.replace(new RegExp(`^export (async )?function ${name}\\(`, "m"), `$1function ${name}_(`);
    if (changed === source) throw new Error(`${url} has no ${name}`);
    source = `${changed}\nexport const ${name} = globalThis.remembered(${name}_);\n`;
  }
  return names.length > 0 ? { ...loaded, source } : loaded;
}
