#!/usr/bin/env node
// npm run suite:random: random right models, random wrong derivatives and random programs through the gradient check and the engine.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { install, root } from "./install.mjs";
import { buildKernels } from "./kernels.mjs";

process.chdir(root);
install();
await buildKernels();
const outfile = join(root, "dist/suite/random.mjs");
await esbuild.build({
  entryPoints: ["test/random/main.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  loader: { ".gz": "binary", ".wasm": "binary" },
  sourcemap: "inline",
  logLevel: "warning",
});
await import(pathToFileURL(outfile).href);
