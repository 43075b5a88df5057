// A run without end: one sign of progress at a time, where the work is; and what everything says once it is stopped.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

const endless = `import { tensor } from "gradlens";
export function loss() {
  while (true) {}
  return tensor(1);
}
`;

type Window = Awaited<ReturnType<typeof openGradlens>>;

describe("a run that takes long", function () {
  this.timeout(180_000);
  let window: Window;
  const step = (name: string, body: (page: Window["page"]) => Promise<void>) =>
    it(name, () => withPicture(window.page, name.replaceAll(/\W+/g, "-"), () => body(window.page)));
  const lens = (text: RegExp) => window.page.locator(".codelens-decoration a", { hasText: text }).first();
  const notification = () => window.page.locator(".notification-list-item", { hasText: "Tracing" });

  /** What turns or moves on the screen because of us, by its place. */
  async function signs(page: Window["page"]): Promise<string[]> {
    const panels = await Promise.all(
      page.frames().map((frame: Window["page"]) =>
        frame
          .locator("vscode-progress-ring:visible")
          .count()
          .catch(() => 0),
      ),
    );
    const counts = {
      panel: panels.reduce((sum: number, count: number) => sum + count, 0),
      lens: await page.locator(".codelens-decoration .codicon-loading").count(),
      "status bar": await page
        .locator(".statusbar-item:visible", { hasText: /Tracing|Checking gradients/ })
        .count(),
      notification: await notification().count(),
    };
    return Object.entries(counts).flatMap(([place, count]) => Array<string>(count).fill(place));
  }

  before(async () => {
    window = await openGradlens({
      width: 1280,
      height: 800,
      prepare: (folder) => writeFileSync(join(folder, "endless.ts"), endless),
      settings: { "gradlens.timeout": 600 },
    });
    await vscode.openFile(window.page, "endless.ts");
  });
  after(() => window?.close());

  step("shows its progress in its panel alone, also when it takes long", async (page) => {
    await vscode.runCommand(page, "Gradlens: Trace Backprop");
    await lens(/^tracing/).waitFor();
    const panel = await vscode.findWebview(page, "vscode-progress-ring");
    await page.waitForTimeout(4000);
    assert.deepEqual(await signs(page), ["panel"]);
    await vscode.takeScreenshot(page, "progress-panel");
    await panel.locator(".notice vscode-button", { hasText: "Stop" }).click();
    await panel.locator("h1", { hasText: "Stopped" }).waitFor();
    await lens(/^trace backprop · stopped/).waitFor();
    assert.deepEqual(await signs(page), []);
  });

  step("is called stopped in panel, lens, tree and status item, in all themes", async (page) => {
    await vscode.runCommand(page, "View: Show Gradlens");
    await page.getByText("Stopped before there was anything to show").first().waitFor();
    await vscode.runCommand(page, "View: Focus First Editor Group");
    await page.locator("[id='status.languageStatus']").hover();
    await page.getByText("Gradlens: stopped").first().waitFor();
    await vscode.takeScreenshot(page, "stopped-status");
    await page.keyboard.press("Escape");
    for (const theme of ["dark", "hc-dark", "hc-light"]) {
      await vscode.setTheme(page, theme);
      await vscode.takeScreenshot(page, `stopped-${theme}`);
    }
  });

  step(
    "shows its progress over the loss without a panel, and in the window without its editor",
    async (page) => {
      await vscode.runCommand(page, "View: Focus First Editor Group");
      await lens(/^trace backprop/).click();
      await vscode.findWebview(page, "vscode-progress-ring");
      await lens(/^tracing/).waitFor();
      await page.locator(".tab", { hasText: "Graph" }).click();
      await vscode.runCommand(page, "View: Close Editor");
      await page.locator(".codelens-decoration .codicon-loading").waitFor();
      await page.waitForTimeout(4000);
      assert.deepEqual(await signs(page), ["lens"]);
      await vscode.takeScreenshot(page, "progress-lens");
      await vscode.openFile(page, "sum-times.ts");
      await notification().waitFor();
      assert.deepEqual(await signs(page), ["notification"]);
      await vscode.takeScreenshot(page, "progress-window");
      await notification().hover();
      await notification().locator(".monaco-button", { hasText: "Cancel" }).click();
      await notification().waitFor({ state: "detached" });
      await vscode.openFile(page, "endless.ts");
      await lens(/^trace backprop · stopped/).waitFor();
      assert.deepEqual(await signs(page), []);
    },
  );
});
