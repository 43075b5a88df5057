// A person edits a model, traces again and sees what changed, in a real VS Code; with traceOnSave the last run is what the next is compared with.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

describe("a run beside the run before, in the window", function () {
  this.timeout(180_000);
  let window: Awaited<ReturnType<typeof openGradlens>>;
  const step = (name: string, body: (page: (typeof window)["page"]) => Promise<void>) =>
    it(name, () => withPicture(window.page, name.replaceAll(/\W+/g, "-"), () => body(window.page)));

  before(async () => {
    const settings = { "gradlens.traceOnSave": true };
    window = await openGradlens({ file: "deep-sigmoid.ts", width: 1440, height: 900, settings });
  });
  after(() => window?.close());

  const path = () => join(window.folder, "deep-sigmoid.ts");
  const edit = (from: RegExp, to: string) => {
    const text = readFileSync(path(), "utf8");
    writeFileSync(path(), text.replaceAll(from, to));
  };

  step("says that there is no run before", async (page) => {
    await vscode.setTheme(page, "dark");
    await vscode.runCommand(page, "Gradlens: Trace Backprop");
    await vscode.findWebview(page, "canvas");
    await vscode.runCommand(page, "Gradlens: Compare with the Run Before");
    await vscode.findWebview(page, "text=There is no run before this one.");
  });

  step("marks what an edit changed", async (page) => {
    edit(/\bsigmoid\(/g, "relu(");
    edit(/sigmoid, type/g, "relu, type");
    await vscode.openFile(page, "deep-sigmoid.ts");
    await page.locator(".view-line", { hasText: "h = relu(" }).first().waitFor();
    await vscode.runCommand(page, "Gradlens: Trace Backprop");
    await vscode.findWebview(page, "text=/12 operations replaced/");
    await vscode.takeScreenshot(page, "compare-dark");
    await vscode.runCommand(page, "Gradlens: Show Gradients");
    const panel = await vscode.findWebview(page, ".bars .was");
    await panel.locator(".change.is-changed").first().waitFor();
    await vscode.takeScreenshot(page, "compare-gradients-dark");
    await vscode.setTheme(page, "hc-light");
    await vscode.takeScreenshot(page, "compare-gradients-hc-light");
    await vscode.setTheme(page, "dark");
  });

  step("compares the next run, after saving, with the last one; and ends", async (page) => {
    await vscode.openFile(page, "deep-sigmoid.ts");
    await page.keyboard.press("Control+End");
    await page.keyboard.type("// saved");
    await page.keyboard.press("Control+S");
    await vscode.findWebview(page, "text=nothing changed.");
    await vscode.runCommand(page, "Gradlens: Compare with the Run Before");
    await vscode.findWebview(page, ".toolbar [aria-pressed=false]");
    const frame = await vscode.findWebview(page, ".changes");
    await frame.locator(".changes").waitFor({ state: "hidden" });
  });
});
