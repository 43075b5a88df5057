// The Test Explorer: every model file of the workspace, found without being opened, and the verdicts of lenses.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

const model = `import { nn, randn } from "gradlens";
const fc = new nn.Linear(2, 1);
export const loss = () => fc.forward(randn([3, 2])).mean();
`;

const wrong = `import { customOp, parameter, type Tensor } from "gradlens";
const double = customOp({
  name: "double",
  forward: (x: Tensor) => x.mul(2),
  backward: ({ grad }) => [grad.mul(3)],
});
const w = parameter([1, 2]);
export const loss = () => double(w).sum();
`;

const endless = `import { parameter } from "gradlens";
const w = parameter([1, 2]);
export function loss() {
  while (true) {}
  return w.sum();
}
`;

type Window = Awaited<ReturnType<typeof openGradlens>>;

describe("the Test Explorer", function () {
  this.timeout(180_000);
  let window: Window;
  const step = (name: string, body: (page: Window["page"]) => Promise<void>) =>
    it(name, () => withPicture(window.page, name.replaceAll(/\W+/g, "-"), () => body(window.page)));
  const rows = () => window.page.locator(".test-explorer .monaco-list-row");
  const row = (text: string | RegExp) => rows().filter({ hasText: text }).first();
  /** The sign of a state in a test's row. */
  const state = (name: string | RegExp, of: "passed" | "failed" | "skipped") =>
    row(name).locator(`.codicon-testing-${of}-icon`);

  function write(path: string, text: string): void {
    const file = join(window.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  before(async () => {
    window = await openGradlens({ width: 1280, height: 900 });
    write("models/inner.ts", model);
    write("models/wrong.ts", wrong);
    write("models/endless.ts", endless);
    write("models/helper.ts", 'import { relu } from "gradlens";\nexport const act = relu;\n');
    write("models/plain.ts", 'export const packages = ["gradlens"]; // a loss\n');
    write("made/model.ts", model);
    write("node_modules/other/model.ts", model);
    write(".gitignore", "made/\n");
    await vscode.openFile(window.page, "digits-mlp.ts");
    await window.page.locator(".codelens-decoration a").first().waitFor();
    await vscode.runCommand(window.page, "Testing: Focus on Test Explorer View");
  });
  after(() => window?.close());

  step("lists every model file, and no other, without opening one", async (page) => {
    await row("inner.ts").waitFor();
    await row("digits-mlp.ts").waitFor();
    const labels: string[] = await rows().allInnerTexts();
    for (const other of ["helper.ts", "plain.ts", "made", "node_modules", "other"])
      assert.ok(!labels.some((label) => label.includes(other)), labels.join(" | "));
    assert.match(await row("inner.ts").innerText(), /models/);
    await vscode.takeScreenshot(page, "tests-found");
  });

  step("shows the layers of a file that is unfolded", async (page) => {
    await row("inner.ts").click();
    await page.keyboard.press("ArrowRight");
    await row(/^fc$/).waitFor();
    await page.keyboard.press("ArrowLeft");
  });

  step("follows files that come and go", async () => {
    write("models/new.ts", model);
    await row("new.ts").waitFor();
    rmSync(join(window.folder, "models/new.ts"));
    await row("new.ts").waitFor({ state: "detached" });
  });

  step("keeps a file that is closed, and shows what its lens found", async (page) => {
    await vscode.openFile(page, "inner.ts");
    await vscode.clickLens(page, "gradcheck this layer");
    await page.locator(".codelens-decoration a", { hasText: "✓ gradcheck 3/3" }).waitFor();
    assert.equal(await page.locator(".panel .test-output-peek-tree").count(), 0);
    await vscode.runCommand(page, "View: Close All Editors");
    await vscode.runCommand(page, "Testing: Focus on Test Explorer View");
    await row("inner.ts").click();
    await page.keyboard.press("ArrowRight");
    await state(/^fc/, "passed").waitFor();
    await vscode.takeScreenshot(page, "tests-of-a-lens");
  });

  step("shows a failure as a diff at the worst element, at its line", async (page) => {
    await vscode.runTestOf(page, "wrong.ts");
    await state("wrong.ts", "failed").waitFor();
    await vscode.openFile(page, "wrong.ts");
    await page.getByText("w[0] = 3 != w[0] = 2").first().click();
    await page.locator(".test-output-peek, .monaco-diff-editor").first().waitFor();
    await page.waitForTimeout(500);
    await vscode.takeScreenshot(page, "tests-failed");
    const line = wrong.split("\n").findIndex((each) => each.includes("grad.mul")) + 1;
    await page.locator(".statusbar-item", { hasText: `Ln ${line},` }).waitFor();
    await page.keyboard.press("Escape");
  });

  step("stops a test that is cancelled", async (page) => {
    await vscode.runCommand(page, "Testing: Focus on Test Explorer View");
    await vscode.runTestOf(page, "endless.ts");
    await row("endless.ts").locator(".codicon-loading").waitFor();
    await page.locator(".codicon-testing-cancel-icon").first().click();
    await state("endless.ts", "skipped").waitFor();
  });

  step("checks again what is saved while it runs continuously", async (page) => {
    await vscode.openFile(page, "wrong.ts");
    await vscode.runCommand(page, "Test: Start Continuous Run");
    const file = join(window.folder, "models/wrong.ts");
    assert.equal(readFileSync(file, "utf8"), wrong);
    await vscode.goToLine(page, 5);
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+End");
    await page.keyboard.insertText("backward: ({ grad }) => [grad.mul(2)],");
    await page.keyboard.press("Control+S");
    await vscode.runCommand(page, "Testing: Focus on Test Explorer View");
    await state("wrong.ts", "passed").waitFor();
    await vscode.runCommand(page, "Test: Stop Continuous Run");
  });
});
