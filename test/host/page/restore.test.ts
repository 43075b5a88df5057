// After the window is loaded again its panels come back with the last trace, and nothing has to run for that.
import { after, before, describe, it } from "mocha";
import { findWebview, runCommand } from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

describe("a window that is loaded again", function () {
  this.timeout(180_000);
  let window: Awaited<ReturnType<typeof openGradlens>>;
  before(async () => {
    window = await openGradlens({ file: "sum-times.ts" });
  });
  after(() => window?.close());

  it("shows the graph, the loss and the gradient as before", () =>
    withPicture(window.page, "restored", async () => {
      const { page } = window;
      const lossLens = page.locator(".codelens-decoration a", { hasText: "loss −12" });
      await runCommand(page, "Gradlens: Trace Backprop");
      await lossLens.first().waitFor();
      await findWebview(page, "text=/loss −?-?12/");
      // The window writes down what it shows a moment after it changed.
      await page.waitForTimeout(2000);
      await page.reload();
      await lossLens.first().waitFor({ timeout: 60_000 });
      await findWebview(page, "text=/loss −?-?12/", { timeout: 60_000 });
    }));
});
