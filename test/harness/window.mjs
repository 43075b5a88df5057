// One VS Code window with Gradlens and a copy of the examples, for tests that act as a person does.
import { launchBrowser } from "./browser.mjs";
import { openFile, openWorkbench, takeScreenshot } from "./page.mjs";
import { root } from "./paths.mjs";
import { startServer } from "./server.mjs";
import { copyExamples } from "./workspace.mjs";

/**
 * Opens the window; `close()` it in a `finally`.
 * @param {object} [options]
 * @param {string} [options.file] a file to open, as "digits-mlp.ts"
 * @param {boolean} [options.trust] true: workspace trust is on and the folder is not trusted yet
 * @param {Record<string, unknown>} [options.settings] the user's settings
 * @param {number} [options.width] of the window, in CSS pixels
 * @param {number} [options.height] of the window, in CSS pixels
 * @param {number} [options.scale] device pixels per CSS pixel
 */
export async function openGradlens({ file, trust = false, settings = {}, ...size } = {}) {
  const { folder, forget } = copyExamples();
  let server;
  let browser;
  const close = async () => {
    await browser?.close();
    server?.stop();
    forget();
  };
  try {
    server = await startServer({ extension: root, driver: false, trust, settings });
    browser = await launchBrowser();
    const page = await openWorkbench(browser, server, folder, size);
    if (file) await openFile(page, file);
    return { page, folder, server, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Ends a test with a picture of the window in dist/screenshots when `body` throws. */
export async function withPicture(page, name, body) {
  try {
    return await body();
  } catch (error) {
    const path = await takeScreenshot(page, `failed-${name}`).catch(() => "none");
    error.message += `\nPicture: ${path}`;
    throw error;
  }
}
