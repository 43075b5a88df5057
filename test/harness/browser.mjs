// Starts Chromium under playwright, without a window and without any traffic of its own.
import { createRequire } from "node:module";
import { join } from "node:path";
import { findChromium } from "./install.mjs";
import { harness } from "./paths.mjs";

const quiet = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

/** A headless browser; close it in a `finally`. */
export async function launchBrowser() {
  const { chromium } = createRequire(join(harness, "package.json"))("playwright-core");
  const executablePath = findChromium();
  if (!executablePath) throw new Error("No Chromium found; run node test/harness/install.mjs");
  const args = process.getuid?.() === 0 ? [...quiet, "--no-sandbox"] : quiet;
  return chromium.launch({ executablePath, args });
}
