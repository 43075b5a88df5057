// The main job as a person does it, in the page of a real VS Code; its pictures are the README's.
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import * as vscode from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

type Window = Awaited<ReturnType<typeof openGradlens>>;

describe("a person at work", function () {
  this.timeout(180_000);
  let window: Window;
  const step = (name: string, body: (page: Window["page"]) => Promise<void>) =>
    it(name, () => withPicture(window.page, name.replaceAll(/\W+/g, "-"), () => body(window.page)));

  before(async () => {
    window = await openGradlens({ file: "digits-mlp.ts", width: 1440, height: 900 });
  });
  after(() => window?.close());

  step("traces by the palette and sees the nodes of the graph", async (page) => {
    await vscode.runCommand(page, "Gradlens: Trace Backprop");
    const graph = await vscode.findWebview(page, "canvas");
    await graph.locator("text=/loss 2\\.\\d+/").first().waitFor();
    await page.locator(".codelens-decoration a", { hasText: /^loss 2/ }).waitFor();
    await vscode.takeScreenshot(page, "trace-light");
    const table = graph.locator("[title='Show the same nodes as a table']");
    await table.click();
    await graph.locator("[role=treegrid], table").first().waitFor();
    const rows = await graph.locator("table tr").allInnerTexts();
    for (const name of ["net.fc1.weight", "h", "crossEntropy"]) {
      assert.ok(
        rows.some((row: string) => row.includes(name)),
        `no row shows ${name}: ${rows.join(" | ")}`,
      );
    }
    await table.click();
    await vscode.runCommand(page, "View: Focus First Editor Group");
  });

  step("reads the gradient of h in its hover", async (page) => {
    const text = await vscode.hoverWord(page, "h", { within: "const h" });
    assert.match(text, /float32 64×32/);
    assert.match(text, /gradient/);
    assert.match(text, /norm\s+8\.\d+\s+0\.0\d+/);
    await vscode.takeScreenshot(page, "hover-light");
  });

  step("clicks the lens and reads its verdict", async (page) => {
    await page.mouse.move(5, 5);
    await vscode.clickLens(page, "gradcheck this layer");
    await page.locator(".codelens-decoration a", { hasText: /✓ gradcheck 2,080\/2,080/ }).waitFor();
    await vscode.takeScreenshot(page, "verdict-light");
  });

  step("opens Problems, reads which layers vanish, and lands on the line", async (page) => {
    await vscode.setTheme(page, "dark");
    await vscode.openFile(page, "deep-sigmoid.ts");
    await vscode.runCommand(page, "Gradlens: Trace Backprop");
    await page.locator(".codelens-decoration a", { hasText: /^loss/ }).first().waitFor();
    const problems = await vscode.readProblems(page);
    const row = problems.find((text: string) => /vanish/i.test(text));
    assert.ok(row, `no problem says that gradients vanish: ${problems.join(" | ")}`);
    const line = Number(/\[Ln (\d+)/.exec(row)?.[1]);
    const graph = await vscode.findWebview(page, "text=/deep-sigmoid\\.ts · loss/");
    await graph.locator(".legend").first().waitFor();
    await vscode.takeScreenshot(page, "problems-dark");
    await page
      .locator(".markers-panel .monaco-list-row", { hasText: /vanish/i })
      .first()
      .dblclick();
    await page.locator(".statusbar-item", { hasText: `Ln ${line},` }).waitFor();
  });

  step("sees every layer's gradient norm", async (page) => {
    await vscode.runCommand(page, "View: Toggle Panel Visibility");
    await vscode.runCommand(page, "Gradlens: Show Gradients");
    const panel = await vscode.findWebview(page, "text=/net\\.input/");
    await panel.locator("text=/net\\.hidden\\.0/").first().waitFor();
    await vscode.takeScreenshot(page, "gradients-dark");
  });

  step("goes from there to what fp16 would lose, and from its worst layer to the line", async (page) => {
    const gradients = await vscode.findWebview(page, "text=/net\\.input/");
    await gradients.locator("vscode-button", { hasText: "Precision Dry Run" }).click();
    const panel = await vscode.findWebview(page, "h2:text('Gradients do not fit into fp16')");
    await panel.locator("svg .size").first().waitFor();
    await vscode.takeScreenshot(page, "precision-dark");
    const worst = panel.locator("[aria-label^='What becomes of gradients'] tbody tr").first();
    assert.match(await worst.innerText(), /^net\.input Linear\s+4,128\s+100 %/);
    await worst.locator("button", { hasText: "net.input" }).click();
    await page.locator(".statusbar-item", { hasText: "Ln 14," }).waitFor();
  });

  step("sees −4, −4 and 3 in high contrast", async (page) => {
    await vscode.setTheme(page, "hc-dark");
    await vscode.openFile(page, "sum-times.ts");
    await vscode.runCommand(page, "Gradlens: Trace Backprop");
    await page
      .locator(".codelens-decoration a", { hasText: /^loss −12/ })
      .first()
      .waitFor();
    const graph = await vscode.findWebview(page, "text=/sum-times\\.ts · loss −12/");
    await graph.locator(".legend").first().waitFor();
    await vscode.takeScreenshot(page, "sum-times-hc");
  });
});
