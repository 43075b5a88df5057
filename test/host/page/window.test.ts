// A person opens the examples in VS Code and finds Gradlens there.
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { readLenses, typeInPalette } from "../../harness/page.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

describe("a window with Gradlens", function () {
  this.timeout(120_000);
  let window: Awaited<ReturnType<typeof openGradlens>>;
  before(async () => {
    window = await openGradlens({ file: "digits-mlp.ts" });
  });
  after(() => window?.close());

  it("shows a lens over the layers before anything ran", () =>
    withPicture(window.page, "lens", async () => {
      const lens = window.page.locator(".codelens-decoration a", { hasText: "gradcheck this layer" });
      await lens.first().waitFor();
      assert.ok((await readLenses(window.page)).length > 0);
    }));

  it("offers Trace Backprop in the palette", () =>
    withPicture(window.page, "palette", async () => {
      const titles = await typeInPalette(window.page, "Gradlens: Trace");
      assert.ok(titles.includes("Gradlens: Trace Backprop"), titles.join(", "));
    }));
});
