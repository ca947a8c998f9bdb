/** Seals parts off the page's thread; one message in, one message out. */
import { sealPart } from "./part.js";

self.addEventListener("message", async ({ data: { id, job } }) => {
  try {
    const result = await sealPart(job);
    self.postMessage({ id, result }, { transfer: [result.bytes.buffer] });
  } catch (error) {
    self.postMessage({ id, failure: String(error?.message ?? error) });
  }
});
