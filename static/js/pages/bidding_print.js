// The print button of a receipt.
import { byId } from "./files.js";

byId("print").hidden = false;
byId("print").addEventListener("click", () => window.print());
