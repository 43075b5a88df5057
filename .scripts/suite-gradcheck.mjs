#!/usr/bin/env node
// npm run suite:gradcheck: wrong and right backward passes through the gradient check, and through the rules of others.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { install, root } from "./install.mjs";
import { buildKernels } from "./kernels.mjs";

process.chdir(root);
install();
await buildKernels();
const outfile = join(root, "dist/suite/gradcheck.mjs");
await esbuild.build({
  entryPoints: ["test/suite/main.ts"],
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
