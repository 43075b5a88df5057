#!/usr/bin/env node
// Runs the host tests in the desktop VS Code, which @vscode/test-electron downloads; needs that network, and a screen (or xvfb-run).
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { installHarness } from "../test/harness/install.mjs";
import { harness, node24 } from "../test/harness/paths.mjs";
import { copyExamples } from "../test/harness/workspace.mjs";
import { install, root } from "./install.mjs";

/** Runs in Node 22 or newer, which @vscode/test-electron needs: in this process, or once more in the harness' own. */
async function main() {
  install();
  installHarness({ browser: false });
  if (Number(process.versions.node.split(".")[0]) < 22) {
    return spawnSync(node24(), [join(root, ".scripts/test-desktop.mjs"), ...process.argv.slice(2)], {
      stdio: "inherit",
    }).status;
  }
  const { build } = await import("./build.mjs");
  const failed = await build();
  if (failed.length > 0) throw new Error(`These do not compile: ${failed.join(", ")}`);
  const { runTests } = createRequire(join(harness, "package.json"))("@vscode/test-electron");
  const grepAt = process.argv.indexOf("--grep");
  return runTests({
    version: process.env.GRADLENS_VSCODE ?? "stable",
    extensionDevelopmentPath: root,
    extensionTestsPath: join(root, "dist/test/host/index.js"),
    extensionTestsEnv: grepAt < 0 ? {} : { GRADLENS_TEST_GREP: process.argv[grepAt + 1] },
    launchArgs: [
      copyExamples().folder,
      "--disable-extensions",
      "--disable-workspace-trust",
      "--skip-welcome",
    ],
  });
}

try {
  process.exit((await main()) ?? 1);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
