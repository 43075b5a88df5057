// The run before in the panels: what changed is marked, said and read out, in every theme and at every width.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { deepSigmoid } from "../../webview/reports";
import { usePanels } from "../../webview/use-panels";

const now = deepSigmoid(12);
/** Fewer layers, and other gradients in the first ones. */
const before = (() => {
  const report = deepSigmoid(10);
  const larger = <T extends { readonly norm: number } | null>(grad: T) =>
    grad === null ? grad : { ...grad, norm: grad.norm * 100 };
  return { ...report, nodes: report.nodes.map((node) => ({ ...node, grad: larger(node.grad) })) };
})();
const compared = { report: now, before, isCompared: true };

describe("panels: compared with the run before", function () {
  this.timeout(60_000);
  const withOpened = usePanels();

  for (const panel of ["graph", "gradients"]) {
    for (const theme of ["light", "dark", "hc-dark", "hc-light"] as const)
      it(`${panel} has nothing for axe-core to find in ${theme}`, () =>
        withOpened(panel, { theme, state: compared }, async ({ page, audit }) => {
          await page.locator(".changes", { hasText: "Since the run before" }).waitFor();
          assert.deepEqual(await audit(), []);
        }));

    it(`${panel} fits into 300 pixels, and its bar closes by keys`, () =>
      withOpened(panel, { width: 300, state: compared }, async ({ page, sendState }) => {
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= 300, `${wide} pixels wide`);
        await page.locator(".changes vscode-button").focus();
        await page.keyboard.press("Enter");
        await page.locator(".changes").waitFor({ state: "hidden" });
        await sendState({ ...compared, report: structuredClone(now), stale: true });
        await page.locator(".changes").waitFor();
      }));

    it(`${panel} begins and ends comparing, and says when there is no run before`, () =>
      withOpened(panel, { state: { report: now } }, async ({ page, posted, sendState }) => {
        const button = page.locator(".toolbar vscode-button", { hasText: "Compare" });
        assert.equal(await button.getAttribute("aria-pressed"), "false");
        await button.click();
        assert.equal((await posted("compare")).length, 1);
        await sendState({ before: null, isCompared: true });
        await page.locator('.toolbar [aria-pressed="true"]', { hasText: "Compare" }).waitFor();
        await page.locator(".changes", { hasText: "There is no run before this one" }).waitFor();
        await sendState({ before: null, isCompared: false });
        await page.locator(".changes").waitFor({ state: "hidden" });
      }));
  }

  it("graph reads the change of a node out, shows it in the inspector and in the table", () =>
    withOpened("graph", { state: compared }, async ({ page, tell }) => {
      await page.locator("canvas").press("End");
      await page.keyboard.press("ArrowUp");
      await page.locator("aside .before", { hasText: "New since the run before." }).waitFor();
      await tell("select", { node: now.nodes.find(({ name }) => name === "h3")?.id });
      await page.locator("aside .before", { hasText: /^Before: .*÷ 2,500/ }).waitFor();
      await page
        .locator("[aria-live]", { hasText: "since the run before: ÷ 2,500" })
        .waitFor({ state: "attached" });
      await page.locator("vscode-button", { hasText: "Table" }).click();
      const table = page.locator("table", { hasText: "Since the run before" });
      await table.waitFor();
      assert.match(await table.innerText(), /÷ 2,500/);
      assert.match(await table.innerText(), /new/);
    }));

  it("gradients has the norm before, the ratio and what is new in its table and its copy", () =>
    withOpened("gradients", { state: compared }, async ({ page, posted }) => {
      assert.ok((await page.locator(".bar .was").count()) > 5);
      await page.locator("vscode-dropdown").nth(2).click();
      await page.locator("vscode-option", { hasText: "Tables" }).click();
      const text = await page.locator("table").first().innerText();
      assert.match(text, /Before\s+Gradient\s+Change/);
      assert.match(text, /new/);
      await page.locator("vscode-button", { hasText: "Copy as CSV" }).click();
      const [copied] = await posted("copy");
      assert.match(copied.text, /^part,name,what,norm,before,change,file,line/);
    }));
});
