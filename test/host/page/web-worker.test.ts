// A window without Node, as in a browser: its extension host is a web worker, and saved traces open there all the same.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { formatNumber } from "../../../engine/core/number-text";
import { openSaved, type SavedTrace } from "../../../engine/report/saved-trace";
import manifest from "../../../package.json";
import * as vscode from "../../harness/page.mjs";
import { root } from "../../harness/paths.mjs";
import { saveRun, spoil } from "../../harness/saved-files.mjs";
import { hostOf, openWithoutNode } from "../../harness/web-window.mjs";
import { withPicture } from "../../harness/window.mjs";

const model = join(root, "media/examples/deep-sigmoid.ts");
const banner = "text=This is a saved trace: nothing runs.";
const where = "Models run on the desktop or in a remote window. Saved traces (.gradlens) open here, too.";

/** So many operations that the graph is laid out by a worker of the page. */
const chainModel = `import { add, parameter } from "gradlens";
const x = parameter(1);
export function loss() {
  let h = x;
${"  h = add(h, x);\n".repeat(500)}  return h;
}
`;

function saveChain(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-chain-"));
  try {
    writeFileSync(join(folder, "chain.ts"), chainModel);
    return saveRun(join(folder, "chain.ts"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("a window whose extension host is a web worker", function () {
  this.timeout(240_000);
  let window: Awaited<ReturnType<typeof openWithoutNode>>;
  let saved: SavedTrace;
  let chain: Uint8Array;
  const step = (name: string, body: (page: typeof window.page) => Promise<void>) =>
    it(name, () => withPicture(window.page, `web-${name.replaceAll(/\W+/g, "-")}`, () => body(window.page)));

  before(async () => {
    const run = saveRun(model, ["check", "--target", "net.output"]);
    saved = openSaved(run);
    chain = saveChain();
    const files = {
      "run.gradlens": run,
      "chain.gradlens": chain,
      "damaged.gradlens": spoil(run),
      "deep-sigmoid.ts": readFileSync(model),
    };
    window = await openWithoutNode({ files, trust: true });
  });
  after(() => window?.close());

  const open = async (name: string) => {
    await vscode.runCommand(window.page, "File: Focus on Files Explorer");
    await window.page
      .locator(".explorer-folders-view .monaco-list-row", { hasText: name })
      .first()
      .dblclick();
  };
  const view = async (name: string, selector: string) => {
    const frame = await vscode.findWebview(window.page, banner);
    await frame.locator("nav.views button", { hasText: name }).click();
    return vscode.findWebview(window.page, selector);
  };
  /** Waits until the canvas of a page shows more colours than an empty one does. */
  const waitForPicture = (frame: Awaited<ReturnType<typeof vscode.findWebview>>) =>
    frame.waitForFunction(
      () => {
        const canvas = document.querySelector("canvas");
        const pixels = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(pixels && new Uint32Array(pixels.data.buffer)).size > 20;
      },
      undefined,
      { timeout: 20_000 },
    );

  step("paints the graph of a trace that is opened by a double click", async (page) => {
    await open("run.gradlens");
    const frame = await vscode.findWebview(page, banner, { timeout: 60_000 });
    await frame
      .locator(".status", { hasText: `loss ${formatNumber(saved.report.loss?.value ?? Number.NaN, 4)}` })
      .waitFor();
    await waitForPicture(frame);
    await vscode.takeScreenshot(page, "web-graph");
  });

  step("runs Gradlens in that worker, and has no other host", async (page) => {
    const host = await hostOf(page);
    assert.deepEqual(await host.evaluate(() => [typeof process, typeof require, typeof postMessage]), [
      "undefined",
      "undefined",
      "function",
    ]);
    const own = window.server.asked.filter((path) => /^\/gradlens\/dist\/[^/]*$/.test(path));
    assert.deepEqual([...new Set(own)], ["/gradlens/dist/web-extension.js"]);
    // Nothing but plain files was ever asked for: no server is there that could have started one.
    assert.deepEqual(
      window.server.asked.filter((path) => /remote|socket|mint-key/.test(path)),
      [],
    );
  });

  step("shows names, gradients and elements as they were saved", async (page) => {
    const frame = await vscode.findWebview(page, banner);
    await frame.locator("vscode-button[title='Show the same nodes as a table']").click();
    const weight = saved.report.nodes.find(({ name }) => name === "net.input.weight");
    assert.ok(weight?.grad);
    const row = frame.locator(".outline-box tr", { hasText: "net.input.weight" }).first();
    await row.waitFor();
    const text = await row.innerText();
    for (const fact of [
      "parameter",
      "32×64",
      formatNumber(weight.value.norm, 4),
      formatNumber(weight.grad.norm, 4),
    ])
      assert.ok(text.includes(fact), `${text}\nis without ${fact}`);
    await row.locator("button[title='Inspect']").click();
    await frame.locator(".histogram").first().waitFor();
    await frame.locator("vscode-button", { hasText: /Show [\d,]+ elements/ }).click();
    await frame.locator(".elements tbody tr").nth(1).waitFor();
    const first = saved.elements(weight.id, "value")?.[0] ?? Number.NaN;
    assert.ok((await frame.locator(".elements tbody tr").first().innerText()).includes(formatNumber(first)));
  });

  step("shows gradients, checks and findings, and leads from a finding to its node", async (page) => {
    const gradients = await view(
      "Gradients",
      "body[data-panel=gradients] canvas, body[data-panel=gradients] svg",
    );
    await gradients.locator("text=net.hidden.10").first().waitFor();
    const checks = await view("Checks (2)", "body[data-panel=checks] td");
    const ok = checks.locator("td", { hasText: "ok" });
    await ok.first().waitFor();
    assert.equal(await ok.count(), saved.checks.length);
    assert.equal(await checks.locator("vscode-button:visible", { hasText: "Check" }).count(), 0);
    const findings = await view("Findings (1)", "body[data-panel=findings] button");
    await findings.locator(`text=${saved.report.findings[0]?.headline}`).first().waitFor();
    await findings.locator("button", { hasText: "Show in graph" }).click();
    const graph = await vscode.findWebview(page, ".inspector");
    await graph.locator(".inspector h2").first().waitFor();
  });

  step("lays a large graph out in a worker of the page", async (page) => {
    await open("chain.gradlens");
    const frame = await vscode.findWebview(page, "text=chain.ts, saved on");
    await frame.locator(".status", { hasText: "loss 501" }).waitFor();
    await frame.locator("[title='Show the inside of all layers and loops']").click();
    await waitForPicture(frame);
    assert.ok(window.server.asked.includes("/gradlens/dist/webview/graph-worker.js"));
  });

  step("saves a picture into the folder", async (page) => {
    const graph = await vscode.findWebview(page, "text=chain.ts, saved on");
    await graph.locator("[title='Save as picture']").click();
    await page.locator(".quick-input-widget .quick-input-titlebar:visible").first().waitFor();
    await page.locator(".quick-input-widget input:visible").first().press("Enter");
    await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "graph.png" }).waitFor();
  });

  step("says in one place what is wrong with a damaged file", async (page) => {
    await open("damaged.gradlens");
    const frame = await vscode.findWebview(page, "text=This trace is damaged");
    assert.deepEqual((await frame.locator("main").innerText()).split(/\n+/), [
      "The file cannot be read",
      "This trace is damaged: its checksum is not right.",
      "Trace the model again, and save that.",
    ]);
    assert.equal(await frame.locator("vscode-button:visible").count(), 0);
    assert.deepEqual(await vscode.readNotifications(page), []);
  });

  step(
    "leads to the model file, and says when that has changed, and shows a trace that is written anew",
    async (page) => {
      await vscode.runCommand(page, "View: Close All Editors");
      await open("run.gradlens");
      const frame = await vscode.findWebview(page, banner);
      await frame.locator("vscode-button", { hasText: "Open Model File" }).click();
      await page.locator('.tab.active[data-resource-name="deep-sigmoid.ts"]').waitFor();
      await vscode.runCommand(page, "View: Close All Editors");
      window.files["deep-sigmoid.ts"] = new TextEncoder().encode(`\n${readFileSync(model, "utf8")}`);
      await vscode.runCommand(page, "Read Memory Folder Again");
      await open("run.gradlens");
      await vscode.findWebview(page, "text=The model has changed since.");
      window.files["run.gradlens"] = chain;
      await vscode.runCommand(page, "Read Memory Folder Again");
      await vscode.findWebview(page, "text=chain.ts, saved on");
    },
  );

  step("offers no command that cannot work, and says where models run when one is called", async (page) => {
    await open("deep-sigmoid.ts");
    const titles = await vscode.typeInPalette(page, "Gradlens: ");
    const commands = manifest.contributes.commands.map(({ title }) => `Gradlens: ${title}`);
    assert.deepEqual(
      titles.filter((title: string) => commands.includes(title)),
      [],
    );
    await page.keyboard.press("Escape");
    assert.deepEqual(await vscode.readNotifications(page), []);
    await vscode.runCommand(page, "Call Every Command of Gradlens by Its Id");
    await page.locator(".notification-list-item-message").first().waitFor();
    await page.waitForTimeout(500);
    assert.deepEqual(await vscode.readNotifications(page), [where]);
    await vscode.clearNotifications(page);
  });

  step("says so in the view of Gradlens, and offers to open a file there, and nothing else", async (page) => {
    await page.locator(".activitybar [aria-label='Gradlens']").first().click();
    const welcome = page.locator(".welcome-view-content:visible");
    await welcome.locator("text=Models run on the desktop or in a remote window.").waitFor();
    assert.deepEqual(await welcome.locator(".monaco-button").allInnerTexts(), ["Open File"]);
    assert.equal(
      await page
        .locator(".pane-composite-part.sidebar .title-actions .codicon[class*=codicon-type-hierarchy]")
        .count(),
      0,
    );
    await welcome.locator(".monaco-button").click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "chain.gradlens" }).waitFor();
    await page.keyboard.press("Escape");
  });

  step("offers no walkthrough of what cannot be done there", async (page) => {
    await vscode.runCommand(page, "Welcome: Open Walkthrough...");
    const rows = page.locator(".quick-input-list .monaco-list-row .label-name");
    await rows.filter({ hasText: "Learn the Fundamentals" }).waitFor();
    assert.equal(await rows.filter({ hasText: "Gradlens" }).count(), 0);
    await page.keyboard.press("Escape");
  });

  step("shows a trace again after a reload of the window, in every theme", async (page) => {
    await vscode.runCommand(page, "View: Close All Editors");
    await open("chain.gradlens");
    await vscode.findWebview(page, "text=chain.ts, saved on");
    await Promise.all([page.waitForEvent("load"), vscode.runCommand(page, "Developer: Reload Window")]);
    const frame = await vscode.findWebview(page, "text=chain.ts, saved on", { timeout: 60_000 });
    await frame.locator(".status", { hasText: "loss 501" }).waitFor();
    for (const theme of ["dark", "light", "hc-dark", "hc-light"] as const) {
      await vscode.setTheme(page, theme);
      await vscode.takeScreenshot(page, `web-${theme}`);
    }
  });
});
