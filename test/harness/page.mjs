// Drives VS Code's page as a person does: keys, mouse, and what can be read on the screen.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";
import { workbenchUrl } from "./server.mjs";

const editorLines = ".editor-instance .view-lines";

/** The names of VS Code's own colour themes, by what they are. */
export const themes = {
  light: "Light Modern",
  dark: "Dark Modern",
  "hc-dark": "Dark High Contrast",
  "hc-light": "Light High Contrast",
};

/**
 * Opens a folder in a new page and waits for the workbench. `payload` is VS Code's list of extra facts, the rest as
 * `openPage` takes it.
 */
export function openWorkbench(browser, server, folder, { payload, ...size } = {}) {
  return openPage(browser, workbenchUrl(server, folder, payload), size);
}

/**
 * Opens the workbench at an address, in a new page. `width` and `height` are the window's size in CSS pixels, `scale` the
 * device pixels of each.
 */
export async function openPage(browser, url, { width = 1280, height = 800, scale = 1 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  await page.waitForSelector(".monaco-workbench .statusbar-item");
  return page;
}

const quickInput = (page) => page.locator(".quick-input-widget .quick-input-filter input").first();
const quickRows = (page) => page.locator(".quick-input-list .monaco-list-row");

/** Does something again, up to five times, when it fails: a window that is still starting takes the focus away. */
async function persist(page, action) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await action();
    } catch (error) {
      if (tries === 5) throw error;
      await page.keyboard.press("Escape");
      await page.waitForTimeout(300);
    }
  }
}

async function openQuickInput(page, key, text) {
  await page.keyboard.press(key);
  await quickInput(page).waitFor({ timeout: 3000 });
  await quickInput(page).fill(text, { timeout: 3000 });
}

/** Presses the arrow until the row with this label, of a file in this folder, has the focus, then Enter. */
async function chooseRow(page, label, { folder = "" } = {}) {
  const name = `^${label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`;
  const named = quickRows(page).filter({ has: page.locator(".label-name", { hasText: new RegExp(name) }) });
  const place = page.locator(".label-description", { hasText: new RegExp(`(^|/)${folder}$`) });
  const row = folder === "" ? named : named.filter({ has: place });
  await row.first().waitFor({ timeout: 3000 });
  for (
    let steps = 0;
    !/focused/.test(await row.first().getAttribute("class", { timeout: 1000 }));
    steps += 1
  ) {
    if (steps > 50) throw new Error(`"${label}" cannot be chosen`);
    await quickInput(page).press("ArrowDown");
  }
  await quickInput(page).press("Enter", { timeout: 1000 });
}

/** Opens the palette with F1, types, and gives the titles that it offers. */
export async function typeInPalette(page, text) {
  return persist(page, async () => {
    await openQuickInput(page, "F1", `>${text}`);
    await quickRows(page).first().waitFor({ timeout: 3000 });
    return page.locator(".quick-input-list .monaco-list-row .label-name").allInnerTexts();
  });
}

/** Runs a command by its full title, as "Gradlens: Trace Backprop", through the palette. */
export async function runCommand(page, title) {
  await persist(page, async () => {
    await openQuickInput(page, "F1", `>${title}`);
    await chooseRow(page, title);
  });
}

/** Types a file's name into "Go to File" and opens the first match. */
export async function openFile(page, name) {
  const base = name.split("/").at(-1);
  const folder = name.split("/").slice(0, -1).join("/");
  await persist(page, async () => {
    await openQuickInput(page, "Control+P", name);
    await chooseRow(page, base, { folder });
    await page.locator(`.tab.active[data-resource-name="${base}"]`).first().waitFor({ timeout: 5000 });
  });
  await page.locator(editorLines).first().waitFor();
}

/**
 * Waits until "Go to File" finds a file, so that the window's extension host answers. A window whose host never came up is
 * loaded again, once, as a person would do.
 */
export async function waitForFiles(page, name) {
  const find = () =>
    persist(page, async () => {
      await openQuickInput(page, "Control+P", name);
      await quickRows(page)
        .filter({ has: page.locator(".label-name", { hasText: name }) })
        .first()
        .waitFor({ timeout: 3000 });
      await page.keyboard.press("Escape");
      await quickInput(page).waitFor({ state: "hidden", timeout: 3000 });
    });
  try {
    await find();
  } catch {
    console.log(`[test] "Go to File" found no ${name}: the window is loaded again`);
    await page.reload();
    await page.waitForSelector(".monaco-workbench .statusbar-item");
    await find();
  }
}

/** Moves the cursor to a line (1-based), which also scrolls it into view. */
export async function goToLine(page, line) {
  await page.keyboard.press("Control+G");
  const input = page.locator(".quick-input-widget .quick-input-filter input").first();
  await input.fill(`:${line}`);
  await page.keyboard.press("Enter");
  await input.waitFor({ state: "hidden" });
}

/**
 * Where a word stands on the screen: `{ x, y }` of the middle of its `nth` occurrence (from 0) in the visible text of
 * the active editor, looked for only in lines that contain `within` when that is given. Undefined when it is not there.
 */
export async function findWord(page, word, { within = word, nth = 0 } = {}) {
  const find = ({ word, within, nth }) => {
    const isWord = /^\w+$/.test(word);
    const pattern = new RegExp(
      isWord ? `(?<![\\w$])${word}(?![\\w$])` : word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
      "g",
    );
    const lines = [...document.querySelectorAll(".editor-group-container.active .view-lines .view-line")];
    const places = lines.flatMap((line) => {
      const text = line.textContent.replaceAll("\u00a0", " ");
      return text.includes(within) ? [...text.matchAll(pattern)].map(({ index }) => ({ line, index })) : [];
    });
    places.sort(
      (a, b) => a.line.getBoundingClientRect().y - b.line.getBoundingClientRect().y || a.index - b.index,
    );
    const place = places[nth];
    if (!place) return undefined;
    const range = document.createRange();
    const walker = document.createTreeWalker(place.line, NodeFilter.SHOW_TEXT);
    const locate = (offset) => {
      let before = 0;
      walker.currentNode = place.line;
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (offset <= before + node.length) return [node, offset - before];
        before += node.length;
      }
      return [place.line, 0];
    };
    range.setStart(...locate(place.index));
    range.setEnd(...locate(place.index + word.length));
    const box = range.getBoundingClientRect();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  return page.evaluate(find, { word, within, nth });
}

/** Rests the mouse on a word and gives the hover's text. */
export async function hoverWord(page, word, options) {
  const place = await findWord(page, word, options);
  if (!place) throw new Error(`"${word}" is not visible in the editor`);
  await page.mouse.move(place.x - 1, place.y);
  await page.mouse.move(place.x, place.y);
  const hover = page.locator(
    ".monaco-editor-hover .hover-contents, .monaco-hover:not(.hidden) .hover-contents",
  );
  await hover.first().waitFor();
  await page.locator(".monaco-hover", { hasText: "Loading..." }).waitFor({ state: "hidden" });
  return (await hover.allInnerTexts()).join("\n");
}

/** Clicks the CodeLens with a text, the first one or the one over a line that contains `over`. */
export async function clickLens(page, text) {
  await page.locator(".codelens-decoration a", { hasText: text }).first().click();
}

/** The texts of all visible CodeLenses, from top to bottom. */
export async function readLenses(page) {
  return page.locator(".codelens-decoration a").allInnerTexts();
}

/**
 * The inner frame of the webview in which `selector` exists, waited for. The frame is like a page of its own:
 * `frame.locator(…)`, `frame.evaluate(…)`.
 */
export async function findWebview(page, selector = "body *", { timeout = 20_000 } = {}) {
  const until = Date.now() + timeout;
  while (Date.now() < until) {
    for (const frame of page.frames()) {
      if (frame.name() !== "active-frame" && !frame.url().includes("fake.html")) continue;
      const found = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (found > 0) return frame;
    }
    await page.waitForTimeout(100);
  }
  throw new Error(`No webview shows "${selector}" within ${timeout} ms`);
}

/** Switches the colour theme of a running window, by way of the palette as a person does. */
export async function setTheme(page, theme) {
  await runCommand(page, "Preferences: Color Theme");
  await persist(page, async () => {
    await quickInput(page).fill(themes[theme], { timeout: 3000 });
    await chooseRow(page, themes[theme]);
  });
  const body = { light: "vs", dark: "vs-dark", "hc-dark": "hc-black", "hc-light": "hc-light" }[theme];
  await page.locator(`.monaco-workbench.${body}`).waitFor();
}

/** Sets the window's size in CSS pixels. */
export async function setWindowSize(page, width, height) {
  await page.setViewportSize({ width, height });
}

/** Saves a picture of the window as `<folder>/<name>.png`; the folder is dist/screenshots unless GRADLENS_SCREENSHOTS names one. */
export async function takeScreenshot(page, name, target = page) {
  const folder = process.env.GRADLENS_SCREENSHOTS ?? join(root, "dist/screenshots");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  // Icons are letters of a font, which a page asks for when it first shows one; a frame that goes away has none.
  const fonts = () => document.fonts.ready.then(() => {});
  await Promise.all(page.frames().map((frame) => frame.evaluate(fonts).catch(() => {})));
  await target.screenshot({ path });
  return path;
}

/** Trusts the open folder, in a window that was opened with workspace trust on. */
export async function trustFolder(page) {
  await runCommand(page, "Workspaces: Manage Workspace Trust");
  await page
    .locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ })
    .first()
    .click();
  await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor({ state: "detached" });
}

/** The rows of the Problems view, which it opens, from top to bottom. */
export async function readProblems(page) {
  await runCommand(page, "Problems: Focus on Problems View");
  const rows = page.locator(".markers-panel .monaco-list-row");
  await rows.first().waitFor();
  return rows.allInnerTexts();
}

/** Runs the test with a name, by the button in its row of the Test Explorer. */
export async function runTestOf(page, name) {
  const row = page.locator(".test-explorer .monaco-list-row", { hasText: name }).first();
  await persist(page, async () => {
    await row.hover();
    await row.locator(".codicon-testing-run-icon").click({ timeout: 3000 });
  });
}

/** The texts of all visible notifications. */
export async function readNotifications(page) {
  return page.locator(".notification-list-item-message").allInnerTexts();
}

/** The texts of the status bar's items. */
export async function readStatusBar(page) {
  return page.locator(".statusbar-item:visible").allInnerTexts();
}

/** Dismisses all notifications, as before taking a picture. */
export async function clearNotifications(page) {
  await runCommand(page, "Notifications: Clear All Notifications");
}
