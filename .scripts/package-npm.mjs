#!/usr/bin/env node
// Packs the npm package: the library with its types, the engine process and the command line, without the extension.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { install, root } from "./install.mjs";
import { filesOfTypes, readTypes } from "./types.mjs";

const programs = [
  "index.js",
  "index.mjs",
  "cli.js",
  "engine.js",
  "engine-main.js",
  "watchdog.js",
  "gpu-worker.js",
];
const pages = ["README.md", "CHANGELOG.md", "LICENSE", "dist/THIRD-PARTY-NOTICES.txt"];

/** What npm needs to know; gpu.js and WebGPU are for those who ask for the GPU and install them. */
function manifest() {
  const full = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { name, version, description, license, author, repository, homepage, bugs, bin, dependencies } = full;
  return {
    ...{ name, version, description, keywords: ["autodiff", "gradient", "gradcheck", "backpropagation"] },
    ...{ license, author, repository, homepage, bugs },
    type: "commonjs",
    main: "./dist/index.js",
    types: "./dist/types/index.d.ts",
    exports: {
      ".": {
        import: { types: "./dist/types/index.d.mts", default: "./dist/index.mjs" },
        require: { types: "./dist/types/index.d.ts", default: "./dist/index.js" },
      },
      "./package.json": "./package.json",
    },
    bin,
    engines: { node: full.engines.node },
    peerDependencies: Object.fromEntries(
      Object.entries(dependencies).map(([each, pinned]) => [each, `^${pinned}`]),
    ),
    peerDependenciesMeta: Object.fromEntries(
      Object.keys(dependencies).map((each) => [each, { optional: true }]),
    ),
  };
}

function writeInto(folder) {
  const put = (path, write) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    write(join(folder, path));
  };
  for (const path of [...pages, ...programs.map((each) => `dist/${each}`)])
    put(path, (to) => copyFileSync(join(root, path), to));
  for (const door of ["index.d.ts", "index.d.mts"])
    put(`dist/types/${door}`, (to) => copyFileSync(join(root, "dist/types", door), to));
  for (const file of filesOfTypes())
    put(`dist/types/${file}.d.ts`, (to) => writeFileSync(to, readTypes(file)));
  put("package.json", (to) => writeFileSync(to, `${JSON.stringify(manifest(), null, 2)}\n`));
}

/** Packs what dist/ holds into `folder`; gives the path of the tarball. */
export function packNpm(folder) {
  const staging = join(folder, "gradlens");
  rmSync(staging, { recursive: true, force: true });
  writeInto(staging);
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const shell = process.platform === "win32";
  const { status, stdout, stderr } = spawnSync("npm", args, { cwd: staging, encoding: "utf8", shell });
  if (status !== 0) throw new Error(`npm could not pack: ${stderr}`);
  rmSync(staging, { recursive: true });
  return join(folder, JSON.parse(stdout)[0].filename);
}

/** Builds for release and packs into dist/; with `--as-built FOLDER`, what dist/ holds now into that folder. */
async function main([option, folder]) {
  if (option === "--as-built") return console.log(packNpm(folder));
  install();
  const { build } = await import("./build.mjs");
  const failed = await build({ minify: true });
  if (failed.length > 0) throw new Error(`These do not compile: ${failed.join(", ")}`);
  console.log(packNpm(join(root, "dist")));
}

if (process.argv[1] === join(root, ".scripts/package-npm.mjs")) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
