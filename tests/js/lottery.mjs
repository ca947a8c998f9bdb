/**
 * The browser's lottery over cases of the other implementation, under Node: `node lottery.mjs CASES.json` prints, for each,
 * whether the plan holds, the panels of its seeds, and which of the bent plans were taken all the same.
 */
import { readFileSync } from "node:fs";
import { fromHex } from "../../static/js/protocol/bytes.js";
import { ProtocolError } from "../../static/js/protocol/errors.js";
import { checkPlan } from "../../static/js/verify/certificate.js";
import { readProblem, residual } from "../../static/js/verify/draw_problem.js";
import { draw } from "../../static/js/verify/rounding.js";
import { Stream } from "../../static/js/verify/stream.js";

/** @param {() => any} action @returns {any} what it gives, or the sentence it refuses with */
function orRefusal(action) {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.message;
  }
}

const vector = await Stream.of(new Uint8Array(32), "vector");
const numbers = [];
for (let n = 0; n < 8; n += 1) numbers.push(Number(await vector.below(1000n)));
const sample = await (await Stream.of(new Uint8Array(32), "vector")).sample(100, 7);
const cases = [];
for (const { problem, accepted, removed, plan, seeds, bent } of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const left = () => {
    const read = readProblem(problem);
    return accepted ? residual(read, new Map(accepted), new Set(removed)) : read;
  };
  const made = orRefusal(() => checkPlan(left(), plan));
  const panels = [];
  if (typeof made !== "string") {
    for (const [seed, label] of seeds) {
      const panel = await draw(made, fromHex(seed), label);
      panels.push(panel.map(({ id, specialty }) => [id, specialty]));
    }
  }
  const taken = bent.filter((/** @type {any} */ [, other]) => typeof orRefusal(() => checkPlan(left(), other)) !== "string");
  cases.push({ refused: typeof made === "string" ? made : null, panels, taken: taken.map(([name]) => name) });
}
process.stdout.write(`${JSON.stringify({ numbers, sample, cases })}\n`);
