// A saved trace is opened by a double click: graph, values, checks and findings are there, and nothing runs.
import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openSaved } from "../../../engine/report/saved-trace";
import {
  findWebview,
  openFile,
  runCommand,
  setTheme,
  takeScreenshot,
  trustFolder,
} from "../../harness/page.mjs";
import { saveRun, spoil } from "../../harness/saved-files.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

const unreadable = [
  "The file cannot be read",
  "This trace is damaged: its checksum is not right.",
  "Trace the model again, and save that.",
];

const banner = "text=This is a saved trace: nothing runs.";

describe("a saved trace in a folder that is not trusted", function () {
  this.timeout(240_000);
  let window: Awaited<ReturnType<typeof openGradlens>>;
  const inFolder = (name: string) => join(window.folder, name);

  before(async () => {
    const prepare = (folder: string) => {
      const run = saveRun(join(folder, "deep-sigmoid.ts"), ["check", "--target", "net.output"]);
      writeFileSync(join(folder, "run.gradlens"), run);
      writeFileSync(join(folder, "damaged.gradlens"), spoil(run));
    };
    window = await openGradlens({ trust: true, prepare });
    // Only then does a window that is new know what opens such files.
    await window.page.locator(".activitybar [aria-label='Gradlens']").first().waitFor();
  });
  after(() => window?.close());

  const doubleClick = async (name: string) => {
    await runCommand(window.page, "File: Focus on Files Explorer");
    await window.page
      .locator(".explorer-folders-view .monaco-list-row", { hasText: name })
      .first()
      .dblclick();
  };
  const view = async (name: string) => {
    const frame = await findWebview(window.page, banner);
    await frame.locator("nav.views button", { hasText: name }).click();
  };

  it("opens by a double click: the graph, and the values of what is chosen", () =>
    withPicture(window.page, "saved-graph", async () => {
      const { page } = window;
      await doubleClick("run.gradlens");
      const frame = await findWebview(page, banner, { timeout: 60_000 });
      await frame.locator(".status", { hasText: "loss 2.3" }).waitFor();
      await frame.locator("vscode-button[title='Show the same nodes as a table']").click();
      await frame.locator(".outline-box button[title='Inspect']").nth(1).click();
      await frame.locator(".histogram").first().waitFor();
      await frame.locator("vscode-button", { hasText: /Show [\d,]+ elements/ }).click();
      await frame.locator(".elements tbody tr").nth(1).waitFor();
      assert.match(await frame.locator(".elements tbody tr").first().innerText(), /\d.*\s−?[\d.]+/);
      assert.equal(await frame.locator("vscode-button:visible", { hasText: "Gradcheck" }).count(), 0);
    }));

  it("shows its findings and checks, and leads from a finding to its node", () =>
    withPicture(window.page, "saved-views", async () => {
      const { page } = window;
      await view("Checks (2)");
      const checks = await findWebview(page, "body[data-panel=checks] td");
      await checks.locator("td", { hasText: "ok" }).first().waitFor();
      assert.equal(await checks.locator("vscode-button:visible", { hasText: "Check" }).count(), 0);
      await view("Precision");
      const precision = await findWebview(page, "body[data-panel=precision] h2");
      await precision.locator("h2", { hasText: "Gradients do not fit into fp16" }).waitFor();
      assert.match(await precision.locator(".verdict").innerText(), /saves 97\.5 % of the elements/);
      await view("Findings (1)");
      const findings = await findWebview(page, "body[data-panel=findings] button");
      await findings.locator("button", { hasText: "Show in graph" }).click();
      const graph = await findWebview(page, ".inspector");
      await graph.locator(".inspector h2").first().waitFor();
    }));

  it("leads to the model file, and says when that has changed", () =>
    withPicture(window.page, "saved-model", async () => {
      const { page } = window;
      const frame = await findWebview(page, banner);
      await frame.locator("vscode-button", { hasText: "Open Model File" }).click();
      await page.locator('.tab.active[data-resource-name="deep-sigmoid.ts"]').waitFor();
      await runCommand(page, "View: Close Editor");
      writeFileSync(inFolder("deep-sigmoid.ts"), `\n${readFileSync(inFolder("deep-sigmoid.ts"), "utf8")}`);
      await runCommand(page, "View: Close All Editor Groups");
      await doubleClick("run.gradlens");
      await findWebview(page, "text=The model has changed since.");
    }));

  it("is there again after a reload of the window, also without the model", () =>
    withPicture(window.page, "saved-reload", async () => {
      const { page } = window;
      renameSync(inFolder("deep-sigmoid.ts"), inFolder("gone.txt"));
      await Promise.all([page.waitForEvent("load"), runCommand(page, "Developer: Reload Window")]);
      const frame = await findWebview(page, banner, { timeout: 60_000 });
      await frame.locator(".status", { hasText: "loss 2.3" }).waitFor();
      assert.equal(await frame.locator("vscode-button:visible", { hasText: "Open Model File" }).count(), 0);
      for (const theme of ["dark", "light", "hc-dark", "hc-light"] as const) {
        await setTheme(page, theme);
        await takeScreenshot(page, `saved-${theme}`);
      }
    }));

  it("that is damaged says so in its place", () =>
    withPicture(window.page, "saved-damaged", async () => {
      await doubleClick("damaged.gradlens");
      const frame = await findWebview(window.page, "text=This trace is damaged");
      assert.equal(await frame.locator("vscode-button:visible").count(), 0);
      // It is the file that fails, no model: nobody has a line to mend.
      assert.deepEqual((await frame.locator("main").innerText()).split(/\n+/), unreadable);
    }));

  it("is written by Save Trace beside the model, with its values, and without them when the engine has ended", () =>
    withPicture(window.page, "saved-command", async () => {
      const { page } = window;
      await runCommand(page, "View: Close All Editor Groups");
      await openFile(page, "sum-times.ts");
      await trustFolder(page);
      await openFile(page, "sum-times.ts");
      await page.locator(".codelens-decoration a", { hasText: "Trace" }).first().waitFor();
      await runCommand(page, "Gradlens: Trace Backprop");
      await page.locator(".codelens-decoration a", { hasText: "loss" }).first().waitFor();
      const saved = inFolder("sum-times.gradlens");
      const save = async () => {
        rmSync(saved, { force: true });
        await runCommand(page, "Gradlens: Save Trace…");
        await page.locator(".quick-input-widget input").first().waitFor();
        await page.waitForTimeout(500);
        await page.keyboard.press("Enter");
        for (let tries = 0; !existsSync(saved) && tries < 100; tries += 1) await page.waitForTimeout(100);
        return openSaved(readFileSync(saved));
      };
      assert.deepEqual((await save()).kept, 10);
      await runCommand(page, "Gradlens: Restart Engine");
      assert.equal((await save()).kept, 0);
      await page.getByText("without the values of its tensors").first().waitFor();
    }));
});
