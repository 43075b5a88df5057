// The pictures below a check in a real browser: numbers, keys, the curve of another element, CSV, failures, axe-core.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { findWebview, runCommand } from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";
import { answerCheckQuestions, refuseCheckQuestions } from "../../webview/check-answers.mjs";
import { deepSigmoid, someChecks } from "../../webview/reports";
import { type OpenedPanel, type PanelOptions, usePanels } from "../../webview/use-panels";

describe("pictures of a check", function () {
  this.timeout(60_000);
  const withPanel = usePanels();

  const withPictures = (options: PanelOptions, body: (opened: OpenedPanel) => Promise<void>) =>
    withPanel("checks", options, async (opened) => {
      await answerCheckQuestions(opened.page, [10, 32]);
      await opened.sendState({ report: deepSigmoid(), checks: someChecks() });
      await opened.page.locator(".curve").first().waitFor();
      await body(opened);
    });

  it("open with the first wrong derivative, and ask for its numbers only", () =>
    withPictures({}, async ({ page, posted }) => {
      const asked = (await posted("checkDetails")) as { target: string; parameter: string }[];
      assert.deepEqual(
        asked.map(({ target, parameter }) => `${target}.${parameter}`),
        ["net.fc2.weight"],
      );
      assert.match(
        await page.locator("figure").nth(1).innerText(),
        /32 of 320 elements lie off the diagonal/,
      );
      assert.match(await page.locator("figure").nth(2).innerText(), /element \[9, 31\]/);
    }));

  it("are walked over by keys, and show the curve of the element that is chosen", () =>
    withPictures({}, async ({ page, posted }) => {
      const map = page.locator("canvas[role=application]");
      for (const key of ["Home", "ArrowUp", "ArrowLeft"]) await map.press(key);
      assert.match(await page.locator("figure").nth(0).innerText(), /\[8, 30\]: gradient .* difference/);
      await map.press("Enter");
      await page.getByText("Error over the step, element [8, 30]").waitFor();
      assert.equal(((await posted("checkCurve")) as { index: number }[]).at(-1)?.index, 8 * 32 + 30);
    }));

  it("copy all elements, and list those that are furthest apart", () =>
    withPictures({}, async ({ page, posted }) => {
      await page.getByText("Copy All Elements as CSV").first().click();
      const [copied] = (await posted("copy")) as { text: string }[];
      assert.equal(copied?.text.split("\r\n").length, 321);
      await page.getByText("Elements that are furthest apart").first().click();
      const table = page.getByRole("table", { name: "Elements that are furthest apart" });
      assert.equal(await table.locator("tbody tr").count(), 10);
    }));

  for (const theme of ["light", "dark", "hc-dark", "hc-light"] as const)
    it(`have nothing for axe-core to find in ${theme}, and fit into 300 pixels`, () =>
      withPictures({ theme, width: 300 }, async ({ page, audit }) => {
        await page.getByText("Elements that are furthest apart").first().click();
        assert.deepEqual(await audit(), []);
        const wide = await page.evaluate(() =>
          Math.max(
            ...[...document.querySelectorAll("figure")].map((each) => each.getBoundingClientRect().right),
          ),
        );
        assert.ok(wide <= 300, `${wide} pixels`);
      }));

  it("say why there are no numbers", () =>
    withPanel("checks", {}, async ({ page, sendState }) => {
      await sendState({ report: deepSigmoid(), checks: someChecks() });
      await page.getByText("Reading the numbers of this check").waitFor();
      await refuseCheckQuestions(page, "the run is over");
      await page.getByText("The run is over").waitFor();
      await answerCheckQuestions(page, [10, 32]);
      await page.getByText("Try Again").click();
      await page.getByText("32 of 320 elements lie off the diagonal").waitFor();
    }));
});

describe("pictures of a check in VS Code", function () {
  this.timeout(120_000);

  it("show the numbers that the engine computed, and a curve for a chosen element", async () => {
    const window = await openGradlens({ file: "digits-mlp.ts", width: 1440, height: 900 });
    try {
      await withPicture(window.page, "pictures-of-a-check", async () => {
        await runCommand(window.page, "Gradlens: Gradcheck Model");
        await runCommand(window.page, "Gradlens: Show Checks");
        const panel = await findWebview(window.page, "button.disclosure");
        await panel.locator("button.disclosure").first().click();
        await panel.getByText("0 of 2,048 elements lie off the diagonal").waitFor();
        const map = panel.locator("canvas[role=application]").first();
        for (const key of ["Home", "ArrowRight", "Enter"]) await map.press(key);
        const read = await panel.locator("figure .readout[aria-live]").first().innerText();
        const [place = "nowhere"] = /\[\d+, \d+\]/.exec(read) ?? [];
        await panel.getByText(`Error over the step, element ${place}`).waitFor();
        await panel.getByText(/The error is smallest, .* at step/).waitFor();
      });
    } finally {
      await window.close();
    }
  });
});
