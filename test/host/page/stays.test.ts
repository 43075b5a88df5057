// What a person looks at stays: the tab after a new trace, the names of tabs, and an old trace after a reload with other text.
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { findWebview, openFile, readLenses, runCommand, takeScreenshot } from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

describe("what a person looks at", function () {
  this.timeout(180_000);
  let window: Awaited<ReturnType<typeof openGradlens>>;
  const step = (name: string, body: (page: (typeof window)["page"]) => Promise<void>) =>
    it(name, () => withPicture(window.page, name.replaceAll(/\W+/g, "-"), () => body(window.page)));

  before(async () => {
    window = await openGradlens({ file: "sum-times.ts", width: 1440, height: 900 });
    const text = readFileSync(join(window.folder, "sum-times.ts"), "utf8");
    for (const name of ["a", "b"]) {
      mkdirSync(join(window.folder, name));
      writeFileSync(join(window.folder, name, "model.ts"), text);
    }
  });
  after(() => window?.close());

  const tabs = async (): Promise<string[]> => {
    const all: string[] = await window.page
      .locator(".tab")
      .evaluateAll((each: Element[]) => each.map((tab) => tab.getAttribute("aria-label") ?? ""));
    return all.map((label) => label.split(",")[0] ?? "");
  };
  const lossLens = () => window.page.locator(".codelens-decoration a", { hasText: /^loss −12/ }).first();

  step("is still the Gradients tab after a new trace", async (page) => {
    await runCommand(page, "Gradlens: Trace Backprop");
    await lossLens().waitFor();
    await runCommand(page, "Gradlens: Show Gradients");
    await findWebview(page, ".bars, .depth");
    await runCommand(page, "View: Focus First Editor Group");
    await runCommand(page, "Gradlens: Trace Backprop");
    await lossLens().waitFor();
    await page.waitForTimeout(500);
    const shown: string[] = await page
      .locator(".tab.active")
      .evaluateAll((each: Element[]) => each.map((tab) => tab.getAttribute("aria-label") ?? ""));
    assert.ok(
      shown.some((label) => label.startsWith("Gradients: sum-times.ts")),
      shown.join(" | "),
    );
  });

  step("has another name in the tabs when files have one name", async (page) => {
    for (const folder of ["a", "b"]) {
      await openFile(page, `${folder}/model.ts`);
      await runCommand(page, "Gradlens: Trace Backprop");
      await lossLens().waitFor();
      await findWebview(page, "text=/model\\.ts · loss/");
    }
    const found = await tabs();
    for (const title of ["Graph: model.ts — a", "Graph: model.ts — b", "Graph: sum-times.ts"])
      assert.ok(found.includes(title), found.join(" | "));
    await takeScreenshot(page, "tabs-of-one-name");
  });

  step("is there after a reload with other text, as a trace of the old one", async (page) => {
    await openFile(page, "b/model.ts");
    appendFileSync(join(window.folder, "b/model.ts"), "\n// written by another program\n");
    await Promise.all([page.waitForEvent("load"), runCommand(page, "Developer: Reload Window")]);
    await page
      .locator(".codelens-decoration a", { hasText: "before your edit" })
      .first()
      .waitFor({ timeout: 60_000 });
    const lenses: string[] = await readLenses(page);
    assert.ok(
      lenses.some((lens) => /^loss −12.*before your edit/.test(lens)),
      lenses.join(" | "),
    );
    await findWebview(page, "text=The file has changed since this trace.", { timeout: 60_000 });
    assert.ok((await tabs()).includes("Graph: model.ts — b"), (await tabs()).join(" | "));
    await takeScreenshot(page, "stale-after-reload");
  });
});
