#!/usr/bin/env node
// Runs dist/test/host/index.js inside the extension host of a real VS Code server and streams what mocha says.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launchBrowser } from "./browser.mjs";
import { removeAtEnd } from "./cleanup.mjs";
import { root, scratchFolder } from "./paths.mjs";
import { remoteUri, startServer, workbenchUrl } from "./server.mjs";
import { copyExamples } from "./workspace.mjs";

/** How the index of the host tests marks its lines among all that the page logs. */
const testPrefix = "[test] ";

/** Opens the workbench with the tests in its payload; resolves with the exit code that the extension host reports. */
async function runInPage(browser, server, folder, { index, timeout }) {
  const page = await browser.newPage();
  let finish;
  const finished = new Promise((resolve, reject) => {
    finish = resolve;
    const late = () =>
      reject(new Error(`The extension host did not finish its tests within ${timeout / 1000} s`));
    setTimeout(late, timeout).unref();
    page.on("crash", () => reject(new Error("The page crashed")));
  });
  await page.exposeFunction("codeAutomationLog", (type, args) => {
    const text = args.map(String).join(" ");
    if (text.startsWith(testPrefix)) console.log(text.slice(testPrefix.length));
    else if (process.env.GRADLENS_VERBOSE) console.error(`[page ${type}] ${text}`);
  });
  await page.exposeFunction("codeAutomationExit", (code) => finish(code));
  const payload = [
    ["extensionDevelopmentPath", remoteUri(server, root)],
    ["extensionTestsPath", remoteUri(server, index)],
    ["enableProposedApi", ""],
  ];
  await page.goto(workbenchUrl(server, folder, payload));
  return finished;
}

/**
 * Runs the tests and gives `{ passed, failed }`. `index` is the bundle whose `run()` the host calls, `grep` limits the
 * tests by title. A host that ends without a result counts as a failure.
 */
export async function runHost({
  index = join(root, "dist/test/host/index.js"),
  grep,
  timeout = 600_000,
} = {}) {
  if (!existsSync(index)) return { passed: 0, failed: 0 };
  const results = scratchFolder("host");
  const forgetResults = removeAtEnd(results);
  const resultFile = join(results, "result.json");
  const workspace = copyExamples();
  const env = { GRADLENS_TEST_RESULT: resultFile, ...(grep ? { GRADLENS_TEST_GREP: grep } : {}) };
  const server = await startServer({ env });
  let browser;
  try {
    browser = await launchBrowser();
    const code = await runInPage(browser, server, workspace.folder, { index, timeout });
    if (!existsSync(resultFile)) throw new Error(`The tests ended with code ${code} and left no result`);
    return JSON.parse(readFileSync(resultFile, "utf8"));
  } catch (error) {
    console.error(error, `\n${server.log().slice(-3000)}`);
    return { passed: 0, failed: 1 };
  } finally {
    await browser?.close();
    server.stop();
    workspace.forget();
    forgetResults();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed } = await runHost({ grep: process.argv[2] });
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}
