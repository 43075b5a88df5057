#!/usr/bin/env node
// npm run suite:gradcheck: wrong and right backward passes through the gradient check, and through the rules of others.
// npm run suite:random: random right models, random wrong derivatives and random programs through the gradient check and the engine.
// npm run suite:lines: backward passes with one line made wrong, and which line the gradient check blames.
// npm run suite:diagnosis: models that do not train and models that do, and what the diagnosis says of them.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { install, root } from "./install.mjs";
import { buildKernels } from "./kernels.mjs";

const entries = {
  gradcheck: "test/suite/main.ts",
  random: "test/random/main.ts",
  lines: "test/suite/lines.ts",
  diagnosis: "test/suite/diagnosis/main.ts",
};
// Taken out: what follows are the suite's own arguments.
const [suite] = process.argv.splice(2, 1);
process.chdir(root);
install();
await buildKernels();
const outfile = join(root, `dist/suite/${suite}.mjs`);
await esbuild.build({
  entryPoints: [entries[suite]],
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
