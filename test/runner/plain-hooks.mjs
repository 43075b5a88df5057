// Has plain Node, also one that knows no TypeScript, load the files of test/fixtures/programs.
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { transformSync } from "esbuild";

if (isMainThread) register(import.meta.url);

const typed = /\.[mc]?ts(?:[?#]|$)/;

export async function load(url, context, next) {
  if (!url.startsWith("file:") || !typed.test(url) || url.includes("node_modules")) return next(url, context);
  const path = fileURLToPath(url.replace(/[?#].*$/, ""));
  const { code } = transformSync(readFileSync(path, "utf8"), {
    loader: "ts",
    target: "node20.19",
    supported: { using: false },
    sourcefile: path,
  });
  return { format: "module", shortCircuit: true, source: code };
}
