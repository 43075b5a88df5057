// The engine with everything that a trace adds: instrumented code, names, a tape that keeps every value.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

const door = `
export * as gradlens from "./engine/index";
export { bind } from "./engine/tracing/binding";
export { enter, leave, resume, suspend } from "./engine/core/sites";
export { compile } from "./engine/source";
export { sweep } from "./engine/sweeps/reverse";
export { record, Tape } from "./engine/core/tape";
`;

/** The engine's inner parts, which the library does not export. */
export async function loadEngine() {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-bench-"));
  try {
    const outfile = join(folder, "engine.mjs");
    await esbuild.build({
      stdin: { contents: door, resolveDir: root },
      outfile,
      bundle: true,
      format: "esm",
      target: "node20",
      platform: "node",
      loader: { ".gz": "binary", ".wasm": "binary" },
      logLevel: "error",
    });
    const engine = await import(pathToFileURL(outfile).href);
    const { bind, enter, leave, resume, suspend } = engine;
    globalThis.__gradlens = {
      bind,
      enter,
      leave,
      resume,
      suspend,
      called() {},
      keep() {},
      offer() {},
      declares() {},
      into: suspend,
      out() {},
      threw: (_, error) => error,
      tells() {},
      reads: (_, value) => value,
      writes: (_, __, value) => value,
    };
    return engine;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The `loss` of a model file whose code is a module that imports nothing but gradlens. */
function lossOf(code, gradlens) {
  const script = code
    .replace(/import\s*(\{[^}]*\})\s*from\s*"gradlens";?/, "const $1 = gradlens;")
    .replace(/^export /m, "");
  return new Function("gradlens", `${script}\nreturn loss;`)(gradlens);
}

const read = (path) => readFileSync(join(root, path), "utf8");

/** The model as its author wrote it: a forward and a backward pass, nothing kept. */
export function plainStep(gradlens, path) {
  const { code } = esbuild.transformSync(read(path), { loader: "ts" });
  const loss = lossOf(code, gradlens);
  return () => loss().backward();
}

/** The same as a trace runs it: every operation with its place, every value and gradient kept until the end. */
export function tracedStep({ gradlens, compile, record, Tape, sweep }, path) {
  const loss = lossOf(compile(read(path), path, 1, 1).code, gradlens);
  const one = gradlens.tensor(1);
  return () => {
    const tape = new Tape();
    sweep(record(tape, loss), one);
    tape.drop();
  };
}
