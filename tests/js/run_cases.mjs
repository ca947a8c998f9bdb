/** Runs the cases of sealing and releasing under Node; prints JSON. */
import { runCases } from "./cases.mjs";

console.log(JSON.stringify(await runCases(), null, 1));
