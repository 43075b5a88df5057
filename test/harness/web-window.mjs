// One VS Code window without Node: its extension host is a web worker, its folder lies in memory, and no VS Code server runs.
import { launchBrowser } from "./browser.mjs";
import { openPage } from "./page.mjs";
import { startWebServer } from "./web-server.mjs";

/**
 * Opens the window; `close()` it in a `finally`.
 * @param {object} options
 * @param {Record<string, Uint8Array>} options.files the folder, by name; "Read Memory Folder Again" brings changes into the window
 * @param {boolean} [options.trust] true: workspace trust is on and the folder is not trusted yet
 * @param {Record<string, unknown>} [options.settings] the user's settings
 * @param {number} [options.width] of the window, in CSS pixels
 * @param {number} [options.height] of the window, in CSS pixels
 */
export async function openWithoutNode({ files, trust, settings, ...size }) {
  const server = await startWebServer({ files: () => files, trust, settings });
  let browser;
  const close = async () => {
    await browser?.close();
    server.stop();
  };
  try {
    browser = await launchBrowser();
    const page = await openPage(browser, server.url, size);
    const [first] = Object.keys(files);
    await page
      .locator(".explorer-folders-view .monaco-list-row", { hasText: first })
      .waitFor({ timeout: 60_000 });
    return { page, files, server, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The web worker that is the window's extension host. */
export async function hostOf(page) {
  for (const worker of page.workers()) {
    const name = await worker.evaluate(() => globalThis.name).catch(() => "");
    if (name === "ExtensionHostWorker") return worker;
  }
  throw new Error(`Among ${page.workers().length} workers of the page none is an extension host`);
}
