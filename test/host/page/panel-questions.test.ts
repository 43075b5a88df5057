// What panels ask and are asked: numbers when somebody looks, the reason where there are none, a node of a panel that was hidden.
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { findWebview, runCommand } from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";
import { deepSigmoid } from "../../webview/reports";
import { usePanels } from "../../webview/use-panels";

describe("questions of a panel", function () {
  this.timeout(60_000);
  const withPanel = usePanels();

  it("are asked once, when somebody looks", () =>
    withPanel("graph", { state: { report: deepSigmoid() } }, async ({ page, tell, posted }) => {
      assert.deepEqual(await posted("histograms"), []);
      for (const node of [5, 6, 5]) {
        await tell("select", { node });
        await page.locator("aside svg.histogram").nth(1).waitFor();
      }
      const asked = (await posted("histograms")) as { start: number; count: number }[];
      assert.deepEqual(
        asked.map(({ start, count }) => [start, count]),
        [
          [5, 1],
          [6, 1],
        ],
      );
    }));

  it("without an answer say why", () =>
    withPanel("graph", { state: { report: deepSigmoid() } }, async ({ page, tell }) => {
      await page.evaluate(() =>
        Reflect.get(
          globalThis,
          "answerWith",
        )({
          histograms() {
            throw new Error("The run is over");
          },
        }),
      );
      await tell("select", { node: 5 });
      await page.locator("aside p[role=status]", { hasText: "The run is over" }).waitFor();
      assert.equal(await page.locator("aside .histogram").count(), 0);
    }));
});

describe("questions of a panel in VS Code", function () {
  this.timeout(180_000);
  let window: Awaited<ReturnType<typeof openGradlens>>;
  const step = (name: string, body: (page: (typeof window)["page"]) => Promise<void>) =>
    it(name, () => withPicture(window.page, name.replaceAll(/\W+/g, "-"), () => body(window.page)));
  before(async () => {
    window = await openGradlens({ file: "deep-sigmoid.ts", width: 1440, height: 900 });
    await runCommand(window.page, "Gradlens: Trace Backprop");
    await findWebview(window.page, "text=/deep-sigmoid\\.ts · loss/");
  });
  after(() => window?.close());

  step("are answered for the node that another panel, which hid the graph, leads to", async (page) => {
    await runCommand(page, "Gradlens: Show Findings");
    const findings = await findWebview(page, "text=/vanish/i");
    await findings.locator("button", { hasText: "Show in graph" }).first().click();
    const graph = await findWebview(page, "aside h2");
    await graph.locator("aside svg.histogram").nth(1).waitFor();
    await graph.locator("aside vscode-button", { hasText: /^Show [\d,]+ elements/ }).click();
    await graph.locator("aside", { hasText: "1 to 32 of" }).waitFor();
  });

  step("say that the run is over when its engine is", async (page) => {
    await runCommand(page, "Gradlens: Restart Engine");
    const graph = await findWebview(page, "aside h2");
    await graph.locator("aside vscode-button", { hasText: "Next" }).click();
    await graph
      .locator("aside [role=alert]", { hasText: "The run is over and its values are gone. Trace again" })
      .waitFor();
  });
});
