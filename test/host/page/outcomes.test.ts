// Every outcome of a gradient check in one file: lens, Checks panel, Problems and Test Explorer say the same of each.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "../../harness/page.mjs";
import { root } from "../../harness/paths.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

const file = "every-verdict.ts";

/** What each layer comes to, as it is shown in a lens, in a row of the panel and as a test. */
const expected = [
  { name: "right", lens: /^✓ gradcheck 3\/3/, verdict: "Ok", test: "Passed" },
  { name: "reversed", lens: /^○ gradcheck 2 intended/, verdict: "Intended", test: "Passed" },
  {
    name: "wrong",
    lens: /^✗ gradcheck .* off by a factor · line 19/,
    verdict: "Wrong derivative",
    test: "Failed",
  },
  { name: "unused", lens: /^! gradcheck 2 nothing flows/, verdict: "Nothing flows", test: "Passed" },
  { name: "scale", lens: /^! gradcheck not checked/, verdict: "Not checked", test: "Errored" },
];

type Window = Awaited<ReturnType<typeof openGradlens>>;

describe("the outcome of a check", function () {
  this.timeout(180_000);
  let window: Window;
  const step = (name: string, body: (page: Window["page"]) => Promise<void>) =>
    it(name, () => withPicture(window.page, name.replaceAll(/\W+/g, "-"), () => body(window.page)));

  before(async () => {
    window = await openGradlens({ width: 1440, height: 900 });
    copyFileSync(join(root, "test/fixtures/outcomes", file), join(window.folder, file));
    await vscode.openFile(window.page, file);
  });
  after(() => window?.close());

  step("stands over each layer", async (page) => {
    await vscode.runCommand(page, "Gradlens: Gradcheck Model");
    for (const { lens } of expected)
      await page
        .locator(".codelens-decoration a", { hasText: new RegExp(lens.source.slice(1)) })
        .first()
        .waitFor();
    const titles: string[] = await vscode.readLenses(page);
    for (const { name, lens } of expected)
      assert.ok(
        titles.some((title) => lens.test(title)),
        `${name}: ${titles.join(" | ")}`,
      );
  });

  step("is the same in the Checks panel", async (page) => {
    await vscode.runCommand(page, "Gradlens: Show Checks");
    const panel = await vscode.findWebview(page, "text=/not checked/i");
    for (const { name, verdict } of expected) {
      const group = panel.locator("tbody", {
        has: panel.locator("h2", { hasText: new RegExp(`^${name}$`) }),
      });
      const verdicts: string[] = await group.locator(".verdict").allInnerTexts();
      assert.deepEqual(new Set(verdicts.map((text) => text.trim())), new Set([verdict]), name);
    }
    const summary = await panel.locator("[role=status]").first().innerText();
    assert.match(
      summary,
      /2 ok · 2 nothing flows · 2 intended · 1 kink · 2 wrong derivative · 1 cut off · 1 not checked/,
    );
    await vscode.takeScreenshot(page, "outcomes-light");
  });

  step(
    "is the same in Problems: errors, warnings and notes, nothing for what is right or intended",
    async (page) => {
      const problems: string[] = await vscode.readProblems(page);
      const about = (text: RegExp) => problems.filter((each) => text.test(each)).length;
      assert.deepEqual(
        [about(/square in line 19 is wrong/), about(/detach\(\) in line/), about(/Nothing was compared/)],
        [2, 1, 1],
        problems.join("\n"),
      );
      assert.equal(about(/reverse in line/), 0);
      await vscode.takeScreenshot(page, "outcomes-problems");
    },
  );

  step("is the same in the Test Explorer", async (page) => {
    await vscode.runCommand(page, "Testing: Focus on Test Explorer View");
    await page.locator(".test-explorer .monaco-list-row", { hasText: file }).first().waitFor();
    const rows = page.locator(".test-explorer .monaco-list-row");
    await rows.filter({ hasText: file }).click();
    await vscode.runTestOf(page, file);
    await page.locator('.test-explorer [aria-label*="rrored"]').first().waitFor();
    await page.keyboard.press("ArrowRight");
    await rows
      .filter({ hasText: expected[0]?.name ?? "" })
      .first()
      .waitFor();
    for (const { name, test } of expected)
      await page.locator(`.test-explorer [aria-label^="${name}"][aria-label*="${test}"]`).first().waitFor();
    await vscode.takeScreenshot(page, "outcomes-tests");
  });
});
