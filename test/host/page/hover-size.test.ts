// Hovers are read as they are: nothing has to be scrolled, and each histogram is there once.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import {
  clearNotifications,
  goToLine,
  hoverWord,
  openFile,
  runCommand,
  takeScreenshot,
} from "../../harness/page.mjs";
import { root } from "../../harness/paths.mjs";
import { openGradlens, withPicture } from "../../harness/window.mjs";

const file = "tall.ts";

/** Words, the text of the line they stand in, and that line. */
const places = [
  ["state", "let state", 14],
  ["layer", "of this.hidden", 15],
  ["sequence", "const [sequence]", 16],
  ["input", "input = new", 8],
  ["recurrent", "recurrent = new", 10],
  ["kernel", "const kernel", 21],
  ["broken", "const broken", 22],
  ["features", "const features", 26],
  ["normalized", "const normalized", 27],
  ["chances", "const chances", 28],
] as const;

describe("hovers", function () {
  this.timeout(180_000);
  let window: Awaited<ReturnType<typeof openGradlens>>;
  before(async () => {
    window = await openGradlens({ width: 1280, height: 800 });
    copyFileSync(join(root, "test/fixtures/hovers", file), join(window.folder, file));
    await openFile(window.page, file);
    await runCommand(window.page, "Gradlens: Trace Backprop");
    await window.page.locator(".codelens-decoration a", { hasText: /^loss/ }).first().waitFor();
    await runCommand(window.page, "View: Focus First Editor Group");
    await clearNotifications(window.page);
  });
  after(() => window?.close());

  /** Heights of the hover in sight: of all that it holds, and of what is seen of it. */
  const heights = () =>
    window.page
      .locator(".monaco-hover:not(.hidden) .monaco-hover-content")
      .first()
      .evaluate((content: Element) => {
        const seen = content.parentElement ?? content;
        return [content.scrollHeight, seen.clientHeight];
      });

  for (const [word, within, line] of places)
    it(`need no scrolling over ${word}, and show each histogram once`, () =>
      withPicture(window.page, `hover-${word}`, async () => {
        const { page } = window;
        await goToLine(page, line);
        const text: string = await hoverWord(page, word, { within });
        await takeScreenshot(page, `hover-${word}`);
        const [whole = 0, seen = 0] = await heights();
        await page.mouse.move(5, 5);
        await page.keyboard.press("Escape");
        assert.ok(whole <= seen, `${whole} pixels high, ${seen} are seen`);
        assert.doesNotMatch(text, /[▁▂▃▄▅▆▇█]{3}/, "the picture is there again in letters");
      }));
});
