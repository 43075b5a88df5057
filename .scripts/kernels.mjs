// Compiles the WebAssembly kernels into dist/, once for every runtime and once for those with relaxed SIMD.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "engine/kernels/wasm/assembly");
const common =
  "-O3 --noAssert --runtime stub --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536";
const variants = {
  "kernels.wasm": `${common} --enable simd,threads`,
  "kernels-relaxed.wasm": `${common} --enable simd,threads,relaxed-simd`,
};

/** What the compiled files were made from: sources, flags and the compiler's version. */
function fingerprint() {
  const hash = createHash("sha256").update(JSON.stringify(variants));
  hash.update(readFileSync(join(root, "node_modules/assemblyscript/package.json")));
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, name)));
  return hash.digest("hex");
}

async function compile(flags) {
  const { default: asc } = await import("assemblyscript/asc");
  let binary;
  const writeFile = (_name, contents) => {
    binary = contents;
  };
  const args = [
    "engine/kernels/wasm/assembly/index.ts",
    "--baseDir",
    root,
    "-o",
    "out.wasm",
    ...flags.split(" "),
  ];
  const { error, stderr } = await asc.main(args, { writeFile });
  if (error || !binary) throw new Error(`The kernels do not compile:\n${stderr.toString()}`);
  return binary;
}

/** Whoever reads the file meanwhile sees the old one or the new one, whole. */
function replace(path, contents) {
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, contents);
  renameSync(beside, path);
}

/** Compiles when the sources changed since the last time. */
export async function buildKernels() {
  const stamp = join(root, "dist/kernels.sha256");
  const wanted = fingerprint();
  const outputs = Object.keys(variants).map((name) => join(root, "dist", name));
  const isFresh = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && outputs.every(existsSync);
  if (isFresh) return;
  mkdirSync(join(root, "dist"), { recursive: true });
  for (const [name, flags] of Object.entries(variants))
    replace(join(root, "dist", name), await compile(flags));
  replace(stamp, wanted);
}
