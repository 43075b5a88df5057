// In a folder that nobody trusts yet nothing runs, and everything says so; after "Trust" the same command runs.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { goToLine, openFile, readLenses, runCommand } from "../../harness/page.mjs";
import { root } from "../../harness/paths.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

/** A model that leaves a trace on the disk when it runs. */
const writes = `import { writeFileSync } from "node:fs";
import { nn, randn } from "gradlens";
writeFileSync(new URL("ran.txt", import.meta.url), "");
const fc = new nn.Linear(2, 1);
export const loss = () => fc.forward(randn([3, 2])).mean();
`;

/** Nothing that a parser may try in two ways at each of 22 places should take 2^22 tries. */
const nested = `import { nn } from "gradlens";\nconst a: any = ${"<any>(".repeat(22)}1${")".repeat(22)};\nconst fc = new nn.Linear(2, 1);\n`;

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

  it("reads a text that a parser tries for a minute, and another language completes meanwhile", () =>
    withPicture(window.page, "untrusted-nested", async () => {
      const { page, folder } = window;
      writeFileSync(join(folder, "style.css"), "a {\n  c\n}\n");
      writeFileSync(join(folder, "nested.ts"), nested);
      const suggestions = page.locator(".suggest-widget.visible .monaco-list-row").first();
      const complete = async () => {
        const started = performance.now();
        await page.keyboard.press("Control+Space");
        await suggestions.waitFor();
        const ms = Math.round(performance.now() - started);
        await page.keyboard.press("Escape");
        return ms;
      };
      await openFile(page, "style.css");
      await goToLine(page, 2);
      await page.keyboard.press("End");
      const alone = await complete();
      await openFile(page, "nested.ts");
      await openFile(page, "style.css");
      const beside = await complete();
      console.log(`[test] untrusted: completion on the screen after ${alone} ms alone, ${beside} ms beside`);
      await openFile(page, "nested.ts");
      await page.locator(".codelens-decoration a", { hasText: "Trust this workspace" }).first().waitFor();
      await openFile(page, "writes.ts");
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
