// The precision panel in a real browser: the verdict, the sizes against the range of a format, and the layers, the worst first.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { takeScreenshot } from "../../harness/page.mjs";
import { precisionRun } from "../../webview/precision-run";
import { type OpenedPanel, type PanelOptions, usePanels } from "../../webview/use-panels";

describe("the precision panel", function () {
  this.timeout(60_000);
  const withOpened = usePanels();
  const run = precisionRun();

  /** Answers as the engine of the run does, unless `isSilent`. */
  const withPrecision = (
    title: string,
    options: PanelOptions & { readonly isSilent?: boolean },
    body: (opened: OpenedPanel) => Promise<void>,
  ) =>
    it(title, () =>
      withOpened("precision", options, async (opened) => {
        if (!options.isSilent) await answer(opened);
        await opened.sendState({ report: run.report });
        await body(opened);
      }),
    );

  const answer = ({ page }: OpenedPanel) =>
    page.evaluate(
      (answers: object) =>
        Reflect.get(
          globalThis,
          "answerWith",
        )({
          precision: ({ precision }: { precision: string }) => Reflect.get(answers, precision),
        }),
      run.answers,
    );

  const refuse = ({ page }: OpenedPanel, why: string) =>
    page.evaluate((message: string) => {
      const precision = () => {
        throw new Error(message);
      };
      return Reflect.get(globalThis, "answerWith")({ precision });
    }, why);

  const choose = async ({ page }: OpenedPanel, name: string, value: string) => {
    await page.locator(`vscode-dropdown[aria-label="${name}"]`).click();
    await page
      .locator(`vscode-dropdown[aria-label="${name}"] vscode-option`, { hasText: value })
      .first()
      .click();
  };

  for (const theme of ["light", "dark", "hc-dark", "hc-light"] as const)
    for (const width of [400, 1200])
      withPrecision(
        `reads well in ${theme} at ${width} pixels`,
        { theme, width, height: 900 },
        async ({ page, audit }) => {
          await page.locator("svg .size").first().waitFor();
          assert.deepEqual(await audit(), []);
          const [wide, visible] = await page.evaluate(() => [
            document.documentElement.scrollWidth,
            document.documentElement.clientWidth,
          ]);
          assert.ok(wide <= visible, `${wide} pixels wide`);
          await takeScreenshot(page, `precision-${theme}-${width}`);
        },
      );

  withPrecision("says the verdict, the scale and what it saves", {}, async (opened) => {
    const { page } = opened;
    await page.locator("h2", { hasText: "Gradients fit into fp16 with a loss scale" }).waitFor();
    await page
      .locator("text=/A loss scale of 2\\^\\d+ = [\\d,]+ saves 99\\.9\\d? % of the elements/")
      .waitFor();
    await choose(opened, "Number format", "bf16");
    await page.locator("h2", { hasText: "Gradients fit into bf16 as they are" }).waitFor();
    assert.equal(await page.locator("thead th", { hasText: "Loss ×" }).count(), 0);
    await choose(opened, "Number format", "int8");
    await page.locator("h2", { hasText: "Gradients do not fit into int8" }).waitFor();
    assert.equal(await page.locator(".zone").count(), 0);
  });

  withPrecision("asks each format once, and again about another run", {}, async (opened) => {
    const { posted, sendState, page } = opened;
    const asked = async () =>
      (await posted("precision")).map((each: { precision: string }) => each.precision);
    for (const format of ["bf16", "fp16", "bf16"]) {
      await choose(opened, "Number format", format);
      await page.locator("h2", { hasText: `into ${format}` }).waitFor();
    }
    assert.deepEqual(await asked(), ["fp16", "bf16"]);
    await sendState({ report: run.report, stale: true });
    assert.deepEqual(await asked(), ["fp16", "bf16"]);
    await sendState({ report: precisionRun(1e-3).report });
    await page.locator("h2", { hasText: "into bf16" }).waitFor();
    assert.deepEqual(await asked(), ["fp16", "bf16", "bf16"]);
  });

  withPrecision(
    "lists layers and parameters, the worst first, and leads to code and graph",
    {},
    async (opened) => {
      const { page, posted } = opened;
      const box = page.locator("[role=region][aria-label^='What becomes of gradients']");
      const names: string[] = await box.locator("tbody th button").allInnerTexts();
      assert.deepEqual(names.slice(0, 2), ["net.layers.0", "net.layers.1"]);
      assert.equal(names.length, 9);
      const cells: string[] = await box.locator("tbody tr").first().locator("td").allInnerTexts();
      const { counts: _, ...first } =
        run.answers.fp16.layers.find(({ layer }) => layer === "net.layers.0") ?? assert.fail();
      assert.equal(cells[0], first.elements.toLocaleString("en"));
      assert.match(cells[1] ?? "", /^[\d.]+ %$/);
      assert.ok(Math.abs(Number.parseFloat(cells[1] ?? "") - (100 * first.lost) / first.nonZero) < 0.1);
      await box.locator("tbody th button").first().press("Enter");
      assert.equal((await posted("reveal"))[0].site.line, 10);
      await box.locator("button[title='Show net.layers.0 in the graph']").press("Enter");
      const [shown] = await posted("show");
      assert.equal(shown.panel, "graph");
      assert.match(run.report.nodes[shown.node]?.name ?? "", /^net\.layers\.0/);
      await choose(opened, "Group", "By parameter");
      await box.locator("tbody th button", { hasText: "net.layers.0.weight" }).waitFor();
      await page.locator("vscode-button", { hasText: "Copy as CSV" }).click();
      const [{ text }] = await posted("copy");
      assert.match(
        text,
        /^format,name,what,elements,not zero,not finite,lost,subnormal,too large,loss scale,/,
      );
      assert.match(text, /\r\nfp16,net\.layers\.0\.weight,24×64,1536,/);
    },
  );

  withPrecision(
    "draws the sizes of one layer, says them in words and as a table, and gives both away",
    {},
    async (opened) => {
      const { page, posted, audit } = opened;
      const words = () => page.locator(".plot-box svg").getAttribute("aria-label");
      assert.match(
        (await words()) ?? "",
        /^As they are: [\d,]+ elements of sizes from \S+ to \S+: 1\d\.\d % become 0, .*\. Loss × [\d,]+: /,
      );
      await choose(opened, "Sizes of", "net.layers.7");
      await page.locator("summary", { hasText: "As a table" }).press("Enter");
      const bars = await page.locator(".plot-box .size").count();
      const rows = await page.locator("figcaption tbody tr").count();
      assert.equal(bars, 2 * rows);
      assert.deepEqual(await audit(), []);
      await page.locator("[title='Copy the sizes as CSV']").press("Enter");
      assert.match((await posted("copy"))[0].text, /^from,to,elements\r\n/);
      await page.locator("[title='Save as picture']").press("Enter");
      await page.waitForFunction(() =>
        Reflect.get(globalThis, "posted").some(({ type }: { type: string }) => type === "save"),
      );
      const [{ name, bytes }] = await posted("save");
      assert.equal(name, "fp16.png");
      assert.deepEqual(Object.values(bytes).slice(0, 4), [0x89, 0x50, 0x4e, 0x47]);
    },
  );

  withPrecision(
    "says that it computes, and why there is no answer, and tries again",
    { isSilent: true },
    async (opened) => {
      const { page, posted, audit } = opened;
      await page.locator("[role=status]", { hasText: "Rounding the gradients to fp16" }).waitFor();
      assert.deepEqual(await audit(), []);
      await refuse(opened, "The run is over");
      await page.locator("[role=alert]", { hasText: "could not be rounded: The run is over" }).waitFor();
      assert.deepEqual(await audit(), []);
      await page.locator(".precision vscode-button", { hasText: "Trace Again" }).click();
      assert.equal((await posted("trace")).length, 1);
      await answer(opened);
      await page.locator(".precision vscode-button", { hasText: "Try Again" }).click();
      await page.locator("h2", { hasText: "into fp16" }).waitFor();
    },
  );

  withPrecision("is where it was after a reload", {}, async (opened) => {
    await choose(opened, "Number format", "fp8-e5m2");
    await opened.page.locator("h2", { hasText: "into fp8-e5m2" }).waitFor();
    await opened.page.reload();
    await answer(opened);
    await opened.sendState({ report: { ...run.report } });
    await opened.page.locator("h2", { hasText: "into fp8-e5m2" }).waitFor();
  });
});
