// A workspace of several folders, with files of the same names and settings of their own; and a file in two editors.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

const model = `import { readFileSync } from "node:fs";
import { nn, tensor } from "gradlens";
import { scale } from "./scale";
const rows = JSON.parse(readFileSync("rows.json", "utf8"));
const fc = new nn.Linear(2, 1);
export const loss = () => fc.forward(tensor(rows)).mul(scale).mean();
`;

type Window = Awaited<ReturnType<typeof openGradlens>>;

describe("a workspace of several folders", function () {
  this.timeout(180_000);
  let window: Window;
  const step = (name: string, body: (page: Window["page"]) => Promise<void>) =>
    it(name, () => withPicture(window.page, name.replaceAll(/\W+/g, "-"), () => body(window.page)));
  const lenses = (text: RegExp) => window.page.locator(".codelens-decoration a:visible", { hasText: text });

  /** A folder whose model reads a file of its own: its working folder is this one. */
  function prepare(top: string, name: string, dtype: string): void {
    const write = (path: string, text: string) => writeFileSync(join(top, name, path), text);
    mkdirSync(join(top, name, ".vscode"), { recursive: true });
    write(`${name}.ts`, model);
    write("model.ts", model);
    write("scale.ts", "export const scale = 2;\n");
    write("rows.json", "[[1, 2], [3, 4]]");
    write(".vscode/settings.json", JSON.stringify({ "gradlens.dtype": dtype }));
  }

  before(async () => {
    window = await openGradlens({
      folders: ["one", "two"],
      width: 1440,
      height: 900,
      prepare: (folder) => {
        prepare(folder, "one", "float32");
        prepare(folder, "two", "float64");
      },
    });
  });
  after(() => window?.close());

  for (const [name, dtype] of [
    ["one", "float32"],
    ["two", "float64"],
  ] as const)
    step(`runs a file of ${name} there, with that folder's settings`, async (page) => {
      await vscode.openFile(page, `${name}.ts`);
      await vscode.runCommand(page, "Gradlens: Trace Backprop");
      await lenses(/^loss/).first().waitFor();
      const panel = await vscode.findWebview(page, `text=/${name}\\.ts · loss/`);
      assert.match(await panel.locator(".status").innerText(), new RegExp(dtype));
    });

  step("lists the files of both folders as tests", async (page) => {
    await vscode.runCommand(page, "Testing: Focus on Test Explorer View");
    const rows = page.locator(".test-explorer .monaco-list-row", { hasText: "model.ts" });
    await rows.nth(1).waitFor();
    const texts: string[] = await rows.allInnerTexts();
    assert.deepEqual(texts.map((text) => text.replaceAll(/\s+/g, "")).sort(), ["model.tsone", "model.tstwo"]);
    await vscode.takeScreenshot(page, "tests-of-folders");
  });

  step("shows the same in two editors of a file", async (page) => {
    await vscode.runCommand(page, "View: Close All Editors");
    await vscode.openFile(page, "one.ts");
    await vscode.runCommand(page, "View: Split Editor Right");
    // An editor that lost the focus shows what it knew, which is no link.
    await page.locator(".codelens-decoration:visible", { hasText: /loss/ }).nth(1).waitFor();
    await vscode.goToLine(page, 5);
    await vscode.runCommand(page, "Gradlens: Gradcheck This Layer");
    await lenses(/^✓ gradcheck 3\/3/)
      .nth(1)
      .waitFor();
    await vscode.takeScreenshot(page, "two-editors");
  });
});
