#!/usr/bin/env node
// Checks what is shipped: packs a VSIX, installs it into a fresh VS Code server and looks whether Gradlens is at work.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { makePackage } from "../../.scripts/package.mjs";
import { launchBrowser } from "./browser.mjs";
import { installHarness } from "./install.mjs";
import { openFile, openWorkbench, takeScreenshot } from "./page.mjs";
import { node24, vscodeFolder } from "./paths.mjs";
import { startServer } from "./server.mjs";
import { copyExamples } from "./workspace.mjs";

/** WebGPU's binary takes nearly all of it. */
const budgetMiB = 40;

function installInto(data, vsix) {
  const folders = ["--server-data-dir", data, "--extensions-dir", join(data, "extensions")];
  const args = [join(vscodeFolder, "out/server-main.js"), ...folders, "--accept-server-license-terms"];
  const { status, stdout, stderr } = spawnSync(node24(), [...args, "--install-extension", vsix], {
    encoding: "utf8",
  });
  console.log(stdout.trim());
  if (status !== 0 || !/successfully installed/.test(stdout))
    throw new Error(`The VSIX does not install: ${stderr}`);
}

installHarness();
const vsix = await makePackage();
const size = statSync(vsix).size / 2 ** 20;
if (size > budgetMiB) throw new Error(`The VSIX has ${size.toFixed(1)} MiB; ${budgetMiB} are allowed`);
const server = await startServer({ driver: false });
installInto(server.data, vsix);
const browser = await launchBrowser();
try {
  const page = await openWorkbench(browser, server, copyExamples().folder);
  await openFile(page, "digits-mlp.ts");
  const lens = page.locator(".codelens-decoration a", { hasText: "gradcheck this layer" }).first();
  await lens.waitFor().catch(async () => {
    throw new Error(`No CodeLens appeared; picture: ${await takeScreenshot(page, "package-check")}`);
  });
  console.log(`ok: the VSIX (${size.toFixed(1)} MiB) installs and Gradlens is at work`);
} finally {
  await browser.close();
  server.stop();
}
process.exit();
