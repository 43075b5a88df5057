// Somebody doubts the sign in a backward pass of his own: what he sees, and that it turns green when it is mended.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

const wrong = "  const dW = W.map((_, i) => x.map((v) => -v * grad[i]));";
const right = wrong.replace("-v", "v");
const homework = `export function affineForward(x: number[], W: number[][]) {
  return [W.map((row) => row.reduce((sum, w, j) => sum + w * x[j], 0)), { x, W }];
}
export function affineBackward(grad: number[], { x, W }: { x: number[]; W: number[][] }) {
  const dx = x.map((_, j) => W.reduce((sum, row, i) => sum + row[j] * grad[i], 0));
${wrong}
  return [dx, dW];
}
affineForward([1, 2, 3], [[0.5, -1, 2], [3, 0.25, -2]]);
`;
const line = 6;

type Window = Awaited<ReturnType<typeof openGradlens>>;

describe("a backward pass written by hand", function () {
  this.timeout(120_000);
  let window: Window;
  const step = (name: string, body: (page: Window["page"]) => Promise<void>) =>
    it(name, () => withPicture(window.page, name.replaceAll(/\W+/g, "-"), () => body(window.page)));
  const lens = (text: RegExp) => window.page.locator(".codelens-decoration a", { hasText: text }).first();

  before(async () => {
    window = await openGradlens({ width: 1440, height: 900 });
    writeFileSync(join(window.folder, "homework.ts"), homework);
    await vscode.openFile(window.page, "homework.ts");
  });
  after(() => window?.close());

  step("is accused by its lens", async () => {
    await lens(/gradcheck this layer/).click();
    await lens(/✗ gradcheck.*line 6/).waitFor();
  });

  step("is accused in Problems, at the line of the sign", async (page) => {
    const problems: string[] = await vscode.readProblems(page);
    const row = problems.find((text) => /sign/.test(text));
    assert.match(row ?? problems.join(" | "), new RegExp(`\\[Ln ${line},`));
  });

  step("is accused in the Checks panel", async (page) => {
    await vscode.runCommand(page, "Gradlens: Show Checks");
    const panel = await vscode.findWebview(page, "text=/W/");
    await panel.locator("text=/sign/").first().waitFor();
    await vscode.takeScreenshot(page, "hand-written-wrong");
  });

  step("fails in the Test Explorer", async (page) => {
    await vscode.runCommand(page, "Testing: Focus on Test Explorer View");
    await page.locator(".test-explorer .monaco-list-row", { hasText: "homework.ts" }).first().waitFor();
    await vscode.runCommand(page, "Test: Run All Tests");
    await page.locator('.test-explorer [aria-label*="Failed"]').first().waitFor();
    await vscode.takeScreenshot(page, "hand-written-tests");
  });

  step("is right after it is mended and checked again, by one click", async (page) => {
    await vscode.runCommand(page, "View: Focus First Editor Group");
    await vscode.goToLine(page, line);
    await page.keyboard.press("Home");
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+End");
    await page.keyboard.insertText(right);
    await lens(/gradcheck/).click();
    await lens(/✓ gradcheck/).waitFor();
    await vscode.takeScreenshot(page, "hand-written-right");
  });
});
