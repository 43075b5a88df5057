// After the window is loaded again its panels and lenses come back with the last trace, and nothing has to run for that.
import { after, before, describe, it } from "mocha";
import { findWebview, openFile, runCommand } from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

describe("a window that is loaded again", function () {
  this.timeout(180_000);
  let window: Awaited<ReturnType<typeof openGradlens>>;
  before(async () => {
    window = await openGradlens({ file: "sum-times.ts" });
    await runCommand(window.page, "Gradlens: Trace Backprop");
    await lossLens().waitFor();
    await findWebview(window.page, "text=/loss −?-?12/");
  });
  after(() => window?.close());

  const lossLens = () => window.page.locator(".codelens-decoration a", { hasText: "loss −12" }).first();

  /** The command waits until the window has written down what it shows; a page torn away from outside does not. */
  const reload = () =>
    Promise.all([window.page.waitForEvent("load"), runCommand(window.page, "Developer: Reload Window")]);

  it("shows the graph and the loss as before", () =>
    withPicture(window.page, "restored", async () => {
      const { page } = window;
      await reload();
      await lossLens().waitFor({ timeout: 60_000 });
      await findWebview(page, "text=/loss −?-?12/", { timeout: 60_000 });
    }));

  it("shows the graph also when the text is closed", () =>
    withPicture(window.page, "restored-graph", async () => {
      const { page } = window;
      await page.locator('.tab[data-resource-name="sum-times.ts"]').click();
      await runCommand(page, "View: Close Editor");
      await reload();
      await findWebview(page, "text=/loss −?-?12/", { timeout: 60_000 });
    }));

  it("knows the trace of a file that is opened again, without its panel", () =>
    withPicture(window.page, "reopened", async () => {
      const { page } = window;
      await runCommand(page, "View: Close All Editor Groups");
      await reload();
      await openFile(page, "sum-times.ts");
      await lossLens().waitFor({ timeout: 60_000 });
    }));
});
