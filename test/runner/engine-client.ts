// What the extension host has of the engine, as a process of its own: it asks, and stays whatever the answer is.
import { dirname, resolve } from "node:path";
import { Engine } from "../../engine/runner/client";

const [, , command, file = ""] = process.argv;
const engine = new Engine({ script: resolve("dist/engine.js"), folder: dirname(file) });
const limits = { timeoutMs: 40_000, memoryMiB: 1024, maxOperations: 1_000_000 };

async function ask(): Promise<void> {
  await engine.trace({ file, overlays: {}, device: "cpu", dtype: "float32", limits });
  if (command === "check") await engine.check({ target: { kind: "all" } });
}

setInterval(() => undefined, 1000);
void ask();
