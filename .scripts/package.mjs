#!/usr/bin/env node
// Packs Gradlens into gradlens-VERSION-TARGET.vsix for one platform (`--target`, as vsce names it, `web` too; default: this one).
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeAtEnd } from "../test/harness/cleanup.mjs";
import { installHarness } from "../test/harness/install.mjs";
import { harness, node24, scratchFolder } from "../test/harness/paths.mjs";
import { install, root, run } from "./install.mjs";

/** Where WebGPU keeps its binary for a target; null: nothing runs there, as in a browser. */
const binaries = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-x64": "darwin-universal",
  "darwin-arm64": "darwin-universal",
  "win32-x64": "win32-x64",
  "win32-arm64": "win32-arm64",
  web: null,
};

/** The shipped files' list with the binary of one target added. */
function writeIgnoreFile(target) {
  const folder = scratchFolder("package");
  removeAtEnd(folder);
  const path = join(folder, "ignore");
  const list = readFileSync(join(root, ".vscodeignore"), "utf8");
  const binary = binaries[target];
  writeFileSync(path, binary === null ? list : `${list}!node_modules/webgpu/dist/${binary}/**\n`);
  return path;
}

/** Builds for release and packs; gives the path of the VSIX. */
export async function makePackage(target = `${process.platform}-${process.arch}`) {
  if (!(target in binaries))
    throw new Error(`No such target: ${target}. One of ${Object.keys(binaries).join(", ")}`);
  install();
  installHarness({ browser: false });
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const { build } = await import("./build.mjs");
  const failed = await build({ minify: true });
  if (failed.length > 0) throw new Error(`These do not compile: ${failed.join(", ")}`);
  if (run(process.execPath, ["node_modules/typescript/bin/tsc", "-b"]) !== 0) throw new Error("Type errors");
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const out = join(root, `${name}-${version}-${target}.vsix`);
  const vsce = join(harness, "node_modules/@vscode/vsce/vsce");
  const args = ["package", "--target", target, "--out", out, "--ignoreFile", writeIgnoreFile(target)];
  if (run(node24(), [vsce, ...args]) !== 0) throw new Error("vsce could not pack");
  return out;
}

if (process.argv[1] === join(root, ".scripts/package.mjs")) {
  const at = process.argv.indexOf("--target");
  try {
    await makePackage(at < 0 ? undefined : process.argv[at + 1]);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
