// A new trace leaves a panel where it was, and the keyboard finds its way into the inspector and back.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Report } from "../../../engine/report/report";
import { deepSigmoid } from "../../webview/reports";
import { type OpenedPanel, usePanels } from "../../webview/use-panels";

type Page = OpenedPanel["page"];

/** The same model again, as another run gives it. */
const again = (report: Report): Report => ({ ...report, durationMs: report.durationMs + 1 });

const scrollOf = (page: Page, selector: string) =>
  page.locator(selector).evaluate((element: Element) => Math.round(element.scrollTop));

const hasFocus = (page: Page, selector: string) =>
  page.locator(selector).evaluate((element: Element) => element === document.activeElement);

describe("a panel after a new trace", function () {
  this.timeout(60_000);
  const withPanel = usePanels();

  async function traceAgain({ sendState }: OpenedPanel, report: Report) {
    await sendState({ report, state: { kind: "running", message: "Running net.ts" } });
    await sendState({ report: again(report) });
  }

  it("shows the gradients at the same place, with the same choices, focus and operation", () =>
    withPanel("gradients", { height: 420, state: { report: deepSigmoid() } }, async (opened) => {
      const { page } = opened;
      await page.locator("vscode-dropdown").first().press("ArrowDown");
      await page.locator(".plot").press("End");
      await page.keyboard.press("ArrowLeft");
      await page.locator(".readout", { hasText: "h12" }).waitFor();
      await page.locator(".bar button").nth(20).focus();
      const before = await scrollOf(page, "main > .content");
      assert.ok(before > 0, "nothing is scrolled");
      await traceAgain(opened, deepSigmoid());
      assert.equal(await scrollOf(page, "main > .content"), before);
      assert.ok(await hasFocus(page, ".bar:nth-child(22) button"), "the focus is lost");
      await page.locator(".readout", { hasText: "h12" }).waitFor();
      await page.locator("h2", { hasText: "by parameter" }).waitFor();
    }));

  it("shows the checks at the same place", () =>
    withPanel("checks", { height: 420, state: { report: deepSigmoid() } }, async (opened) => {
      const { page } = opened;
      await page.getByRole("button", { name: "Gradcheck This Layer: net.fc9" }).focus();
      const before = await scrollOf(page, "main > .content");
      assert.ok(before > 0, "nothing is scrolled");
      await traceAgain(opened, deepSigmoid());
      assert.equal(await scrollOf(page, "main > .content"), before);
      assert.ok(
        await hasFocus(page, 'vscode-button[aria-label="Gradcheck This Layer: net.fc9"]'),
        "the focus is lost",
      );
    }));

  it("shows the graph at the same place, the same node and the same lines about it, also of a model that grew", () =>
    withPanel("graph", { height: 420, state: { report: deepSigmoid(4) } }, async (opened) => {
      const { page, tell } = opened;
      await tell("select", { node: 11 });
      await page.locator("aside h2", { hasText: "matmul" }).waitFor();
      const layer = await page.locator("aside .subtitle").innerText();
      await page.locator("canvas").press("+");
      await page.locator("aside").evaluate((aside: Element) => aside.scrollTo(0, 90));
      const { scale, x } = await keptView(page);
      await traceAgain(opened, deepSigmoid(6));
      await page.waitForFunction(() => !document.querySelector(".is-busy"));
      assert.equal(await page.locator("aside .subtitle").innerText(), layer);
      assert.equal(await scrollOf(page, "aside"), 90);
      assert.deepEqual(await keptView(page), { scale, x });
    }));

  it("keeps the place among what a search found", () =>
    withPanel("graph", { state: { report: deepSigmoid(4) } }, async (opened) => {
      const { page } = opened;
      await page.getByRole("textbox", { name: "Find by name, operation or layer" }).fill("sigmoid");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Enter");
      await page.locator(".found", { hasText: "2 of 4" }).waitFor();
      await traceAgain(opened, deepSigmoid(4));
      await page.waitForFunction(() => !document.querySelector(".is-busy"));
      await page.locator(".found", { hasText: "2 of 4" }).waitFor();
    }));

  /** The view that the panel wrote down, which it does a moment later. */
  async function keptView(page: Page): Promise<{ scale: number; x: number }> {
    await page.waitForTimeout(400);
    return page.evaluate(() => {
      const { scale, x } = JSON.parse(sessionStorage.getItem("state") ?? "{}");
      return { scale, x };
    });
  }

  it("opens the inspector with Enter, closes it with Escape at the node, and gives the node up with another", () =>
    withPanel("graph", { state: { report: deepSigmoid(4) } }, async ({ page }) => {
      await page.locator("canvas").press("End");
      await page.keyboard.press("Enter");
      assert.ok(await hasFocus(page, "aside h2"), "the focus is not in the inspector");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Escape");
      assert.ok(await hasFocus(page, "canvas"), "the focus is not at the graph");
      assert.ok(await page.locator("aside").isHidden());
      await page.keyboard.press("Enter");
      assert.equal(await page.locator("aside h2").innerText(), "loss");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Enter");
      assert.ok(await page.locator("aside").isHidden());
    }));

  it("goes from the table to the inspector and back to the row, and from the help back to its button", () =>
    withPanel("graph", { state: { report: deepSigmoid(4) } }, async ({ page }) => {
      const help = page.getByRole("button", { name: "Keys and mouse" }).first();
      await help.focus();
      await page.keyboard.press("Enter");
      await page.locator("aside h2", { hasText: "Keys and mouse" }).waitFor();
      await page.keyboard.press("Escape");
      assert.ok(await hasFocus(page, 'vscode-button[title="Keys and mouse"]'), "not at the button");
      await page.locator("[title='Show the same nodes as a table']").click();
      await page.locator("tbody button", { hasText: /^h2$/ }).press("Enter");
      assert.equal(await page.locator("aside h2").innerText(), "h2");
      assert.ok(await hasFocus(page, "aside h2"), "the focus is not in the inspector");
      await page.keyboard.press("Escape");
      assert.equal(await page.locator(":focus").innerText(), "h2");
      assert.ok(await page.locator("aside").isHidden());
    }));
});
