#!/usr/bin/env node
// Runs the tests: everything, or `unit`, `gpu` or `host` alone, with an optional `--grep TITLE`.
import { join } from "node:path";
import { removeAtEnd } from "../test/harness/cleanup.mjs";
import { install, root, run } from "./install.mjs";

process.chdir(root);
const [part] = process.argv.slice(2).filter((each) => !each.startsWith("-"));
const grepAt = process.argv.indexOf("--grep");
const grep = grepAt < 0 ? undefined : process.argv[grepAt + 1];
const isPart = ["unit", "gpu", "host"].includes(part);
let runs = 0;
const total = { passed: 0, failed: 0 };

function count({ passed, failed }) {
  total.passed += passed;
  total.failed += failed;
}

/** One check that passes or fails as a whole, such as the type checker. */
function check(name, isOk) {
  console.log(`${isOk ? "ok" : "FAILED"}: ${name}`);
  count({ passed: isOk ? 1 : 0, failed: isOk ? 0 : 1 });
}

async function buildAll() {
  const { build } = await import("./build.mjs");
  const failed = await build();
  if (failed.length > 0) check(`build of ${failed.join(", ")}`, false);
  else if (!isPart) check("build", true);
}

/** Bundles the tests whose paths match and runs them with mocha in this process. */
async function mochaRun(pattern) {
  const { buildTests } = await import("./build.mjs");
  const { runFiles } = await import("./mocha.mjs");
  runs += 1;
  const outdir = join(root, `dist/test/run-${process.pid}-${runs}`);
  removeAtEnd(outdir);
  for (const entry of await buildTests(pattern, outdir)) check(`build of ${entry}`, false);
  count(await runFiles(outdir, grep));
}

/** All that runs in plain Node, without a browser or a GPU. */
async function unit() {
  await mochaRun(/^test\/(?!host\/|gpu\/)/);
}

/** The GPU kernels on a real WebGPU: the machine's own driver, or the software one that comes with Chromium. */
async function gpu() {
  const { installHarness } = await import("../test/harness/install.mjs");
  installHarness();
  await mochaRun(/^test\/gpu\//);
}

/** The tests inside the extension host, then those that drive the page as a person does. */
async function host() {
  const { installHarness } = await import("../test/harness/install.mjs");
  const { runHost } = await import("../test/harness/host-run.mjs");
  installHarness();
  count(await runHost({ grep }));
  await mochaRun(/^test\/host\/page\//);
}

function staticChecks() {
  check("types (tsc -b)", run(process.execPath, ["node_modules/typescript/bin/tsc", "-b"]) === 0);
  check(
    "lint and format (biome check)",
    run(process.execPath, ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"]) === 0,
  );
}

try {
  install();
  await buildAll();
  if (!isPart) staticChecks();
  if (!isPart || part === "unit") await unit();
  if (!isPart || part === "gpu") await gpu();
  if (!isPart || part === "host") await host();
} catch (error) {
  console.error(error);
  total.failed += 1;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);
