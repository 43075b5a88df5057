// One VS Code window with Gradlens and a copy of the examples, for tests that act as a person does.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launchBrowser } from "./browser.mjs";
import { openFile, openWorkbench, takeScreenshot, waitForFiles } from "./page.mjs";
import { root } from "./paths.mjs";
import { startServer } from "./server.mjs";
import { copyExamples } from "./workspace.mjs";

/**
 * Opens the window; `close()` it in a `finally`.
 * @param {object} [options]
 * @param {string} [options.file] a file to open, as "digits-mlp.ts"
 * @param {(folder: string) => void} [options.prepare] writes into the folder before it is opened
 * @param {string[]} [options.folders] opens these of its folders as a workspace of several, instead of the whole
 * @param {string[]} [options.extensions] folders of further extensions
 * @param {boolean} [options.trust] true: workspace trust is on and the folder is not trusted yet
 * @param {Record<string, unknown>} [options.settings] the user's settings
 * @param {Record<string, string>} [options.env] adds to the environment of the extension host
 * @param {number} [options.width] of the window, in CSS pixels
 * @param {number} [options.height] of the window, in CSS pixels
 * @param {number} [options.scale] device pixels per CSS pixel
 */
export async function openGradlens(options = {}) {
  const {
    file,
    prepare,
    folders,
    extensions = [],
    trust = false,
    settings = {},
    env = {},
    ...size
  } = options;
  const { folder, forget } = copyExamples();
  prepare?.(folder);
  let server;
  let browser;
  const close = async () => {
    await browser?.close();
    server?.stop();
    forget();
  };
  try {
    server = await startServer({ extensions: [root, ...extensions], driver: false, trust, settings, env });
    browser = await launchBrowser();
    const opened = folders ? listFolders(folder, folders) : folder;
    const page = await openWorkbench(browser, server, opened, size);
    await waitForFiles(
      page,
      (file ?? anyFile(folders ? join(folder, folders[0]) : folder)).split("/").at(-1),
    );
    if (file) await openFile(page, file);
    return { page, folder, server, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function anyFile(folder) {
  const found = readdirSync(folder, { withFileTypes: true });
  return found.find((entry) => entry.isFile() && /^\w[\w.-]*$/.test(entry.name)).name;
}

/** A file that opens several folders at once. */
function listFolders(folder, names) {
  const path = join(folder, "several.code-workspace");
  writeFileSync(path, JSON.stringify({ folders: names.map((name) => ({ path: name })) }));
  return path;
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
