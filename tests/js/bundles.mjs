/**
 * Verifies bundles that come with their expected outcome: the failed checks, and how often each verdict
 * occurs. Runs the same way under Node and inside a browser.
 */
import { verify } from "../../static/js/verify/verify.js";

/**
 * @param {string} name of the case
 * @param {{bundle: Blob, anchors: Uint8Array, receipts: {name: string, bytes: Uint8Array}[], expect: any}}
 *   given
 * @returns {Promise<{name: string, good: boolean, failed: string[], report: any}>}
 */
export async function runBundle(name, { expect, ...given }) {
  const report = await verify(given);
  const failed = report.checks.filter(({ ok }) => !ok).map(({ id }) => id);
  const counts = {};
  for (const { verdict } of report.verdicts) counts[verdict] = (counts[verdict] ?? 0) + 1;
  const sorted = (/** @type {any} */ value) => JSON.stringify(Object.entries(value).sort());
  const unstated = expect.failed.length > 0 && Object.keys(expect.verdicts ?? {}).length === 0;
  const sameVerdicts = unstated || sorted(expect.verdicts) === sorted(counts);
  const good =
    [...expect.failed].sort().join() === [...failed].sort().join() &&
    sameVerdicts &&
    report.ok === (expect.failed.length === 0);
  return { name, good, failed, verdicts: counts, expect, report };
}
