// A vanishing gradient, from the finding to its cure, in a real VS Code: the panel offers what was tried, and says what it did.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

type Window = Awaited<ReturnType<typeof openGradlens>>;

describe("a vanishing gradient is cured", function () {
  this.timeout(180_000);
  let window: Window;
  const step = (name: string, body: (page: Window["page"]) => Promise<void>) =>
    it(name, () => withPicture(window.page, name.replaceAll(/\W+/g, "-"), () => body(window.page)));
  const badge = (page: Window["page"]) => page.locator(".activitybar .action-item", { hasText: /^1$/ });

  before(async () => {
    const prepare = (folder: string) =>
      copyFileSync(join(folder, "deep-sigmoid.ts"), join(folder, "another-sigmoid.ts"));
    window = await openGradlens({ file: "deep-sigmoid.ts", prepare, width: 1440, height: 900 });
  });
  after(() => window?.close());

  step("by the fix that was tried, which leaves no finding", async (page) => {
    await vscode.runCommand(page, "Gradlens: Trace Backprop");
    await page.locator(".codelens-decoration a", { hasText: /^loss/ }).first().waitFor();
    await vscode.runCommand(page, "Gradlens: Show Findings");
    const panel = await vscode.findWebview(page, "article svg");
    await panel.locator("text=Cured").first().waitFor({ timeout: 60_000 });
    await badge(page).first().waitFor();
    await vscode.takeScreenshot(page, "cure-before");
    await panel.locator("vscode-button", { hasText: "Apply" }).first().click();
    await panel.locator("h1", { hasText: /^Nothing found in \d+ operations/ }).waitFor({ timeout: 60_000 });
    const gone = await panel.locator(".gone").innerText();
    assert.match(gone, /Vanishing gradient: gradient of the first layer.* was \S+e-\d+, now/);
    await badge(page).first().waitFor({ state: "detached" });
    await vscode.takeScreenshot(page, "cure-after");
  });

  step("or left alone, by a comment at its line", async (page) => {
    await vscode.openFile(page, "another-sigmoid.ts");
    await vscode.runCommand(page, "Gradlens: Trace Backprop");
    await page.locator(".codelens-decoration a", { hasText: /^loss/ }).first().waitFor();
    await vscode.runCommand(page, "Gradlens: Show Findings");
    const panel = await vscode.findWebview(page, "article svg");
    await panel.locator("vscode-button", { hasText: "Ignore on This Line" }).click();
    await panel
      .locator("summary", { hasText: "1 finding left out by a comment" })
      .waitFor({ timeout: 60_000 });
    await page.locator(".view-line", { hasText: "gradlens: ignore vanishing-gradient" }).first().waitFor();
  });
});
