#!/usr/bin/env node
// Checks `npm start -- --no-open` as a newcomer would: opens the printed address and looks whether Gradlens is at work.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { launchBrowser } from "./browser.mjs";
import { killAtEnd } from "./cleanup.mjs";
import { installHarness } from "./install.mjs";
import { takeScreenshot, typeInPalette } from "./page.mjs";
import { root } from "./paths.mjs";

/** Starts Gradlens and resolves with the address that it prints. */
function startGradlens(timeout) {
  const child = spawn("npm", ["start", "--", "--no-open"], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  // It cleans up after itself when it is asked to end.
  const stop = killAtEnd(child, "SIGTERM");
  const url = new Promise((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (bytes) => {
      process.stdout.write(bytes);
      said += bytes;
      const found = /http:\/\/\S+/.exec(said);
      if (found && said.includes("Ctrl-C")) resolve(found[0]);
    });
    child.on("exit", (code) => reject(new Error(`npm start ended with code ${code}`)));
    setTimeout(() => reject(new Error("npm start printed no address in time")), timeout).unref();
  });
  return { url, stop };
}

/** Throws unless the page shows digits-mlp.ts, Gradlens' commands and its CodeLenses. */
async function look(page, url) {
  await page.goto(url);
  await page.locator('.tab.active[data-resource-name="digits-mlp.ts"]').waitFor();
  await page.locator(".codelens-decoration a", { hasText: "gradcheck this layer" }).first().waitFor();
  const titles = await typeInPalette(page, "Gradlens: Trace Backprop");
  if (!titles.includes("Gradlens: Trace Backprop"))
    throw new Error(`The palette offers only ${titles.join(", ")}`);
  await page.keyboard.press("Escape");
}

/** Runs the whole check; `timeout` in ms covers a first installation too. */
export async function checkStart({ timeout = 600_000 } = {}) {
  const gradlens = startGradlens(timeout);
  let browser;
  try {
    const url = await gradlens.url;
    installHarness();
    browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(60_000);
    await look(page, url).catch(async (error) => {
      throw new Error(`${error.message}\nPicture: ${await takeScreenshot(page, "start-check")}`);
    });
  } finally {
    await browser?.close();
    gradlens.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await checkStart();
  console.log("ok: npm start opens a workbench in which Gradlens is at work");
  process.exit();
}
