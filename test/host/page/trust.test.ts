// In a folder that nobody trusts yet nothing runs, and everything says so; after "Trust" the same command runs.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openFile, readLenses, runCommand } from "../../harness/page.mjs";
import { root } from "../../harness/paths.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

/** A model that leaves a trace on the disk when it runs. */
const writes = `import { writeFileSync } from "node:fs";
import { nn, randn } from "gradlens";
writeFileSync(new URL("ran.txt", import.meta.url), "");
const fc = new nn.Linear(2, 1);
export const loss = () => fc.forward(randn([3, 2])).mean();
`;

describe("a folder that is not trusted", function () {
  this.timeout(180_000);
  let window: Awaited<ReturnType<typeof openGradlens>>;
  const marker = () => join(window.folder, "ran.txt");

  before(async () => {
    window = await openGradlens({ trust: true, extensions: [join(root, "test/fixtures/caller")] });
    writeFileSync(join(window.folder, "writes.ts"), writes);
    await openFile(window.page, "writes.ts");
  });
  after(() => window?.close());

  it("runs nothing, and lenses and commands say why", () =>
    withPicture(window.page, "untrusted", async () => {
      const { page } = window;
      const lens = page.locator(".codelens-decoration a", { hasText: "Trust this workspace" });
      await lens.first().waitFor({ timeout: 60_000 });
      assert.ok((await readLenses(page)).every((title: string) => title.startsWith("Trust this workspace")));
      for (const command of ["Trace Backprop", "Gradcheck This Layer", "Gradcheck Model"])
        await runCommand(page, `Gradlens: ${command}`);
      await runCommand(page, "Notifications: Show Notifications");
      await page.getByText("Until then, Gradlens runs nothing").first().waitFor();
      assert.ok(!existsSync(marker()), "the model ran");
    }));

  it("runs nothing either when another extension calls the commands by their ids", () =>
    withPicture(window.page, "untrusted-by-id", async () => {
      const { page } = window;
      await runCommand(page, "Call Every Command of Gradlens by Its Id");
      const called = join(window.folder, "called.txt");
      for (let tries = 0; !existsSync(called) && tries < 600; tries += 1) await page.waitForTimeout(100);
      assert.equal(readFileSync(called, "utf8"), "");
      assert.ok(!existsSync(marker()), "the model ran");
      await openFile(page, "writes.ts");
    }));

  it("runs once the folder is trusted", () =>
    withPicture(window.page, "trusted", async () => {
      const { page } = window;
      await runCommand(page, "Notifications: Clear All Notifications");
      await runCommand(page, "Workspaces: Manage Workspace Trust");
      await page.locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ }).click();
      await openFile(page, "writes.ts");
      await page.locator(".codelens-decoration a", { hasText: "gradcheck this layer" }).first().waitFor();
      await runCommand(page, "Gradlens: Trace Backprop");
      await page.locator(".codelens-decoration a", { hasText: "loss" }).first().waitFor();
      assert.ok(existsSync(marker()), "the model did not run");
    }));
});
