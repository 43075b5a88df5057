// The panels in a real browser under the extension's own policy: keys, numbers, links, themes, widths, and axe-core.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Report } from "../../../engine/report/report";
import { deepSigmoid, randomReport, someChecks, sumTimes } from "../../webview/reports";
import { type OpenedPanel, type PanelOptions, usePanels } from "../../webview/use-panels";

const panels = ["graph", "gradients", "precision", "checks", "findings"];
const themeNames = ["light", "dark", "hc-dark", "hc-light"] as const;

describe("panels", function () {
  this.timeout(60_000);
  const withOpened = usePanels();

  /** A test with one panel, which must not log an error. */
  function withPanel(
    title: string,
    panel: string,
    options: PanelOptions,
    body: (opened: OpenedPanel) => Promise<void>,
  ) {
    it(title, () => withOpened(panel, options, body));
  }

  const ready = (report: Report) => ({ report, checks: someChecks() });

  for (const panel of panels) {
    for (const theme of themeNames)
      withPanel(
        `${panel} has nothing for axe-core to find in ${theme}`,
        panel,
        { theme, state: { ...ready(deepSigmoid()), stale: true } },
        async ({ page, audit }) => {
          if (panel === "graph") await page.locator("canvas").press("End");
          if (panel === "checks") await page.locator("[aria-expanded]").nth(2).click();
          assert.deepEqual(await audit(), []);
        },
      );

    withPanel(
      `${panel} fits into 300 pixels`,
      panel,
      { width: 300, state: ready(deepSigmoid()) },
      async ({ page }) => {
        const [wide, visible] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ]);
        assert.ok(wide <= visible, `${wide} pixels wide`);
      },
    );

    withPanel(
      `${panel} says what to do when nothing was traced, runs, was stopped, or failed`,
      panel,
      {},
      async ({ page, sendState, posted, audit }) => {
        await sendState({ state: { kind: "empty" } });
        await page.locator("vscode-button", { hasText: "Trace Backprop" }).click();
        assert.equal((await posted("trace")).length, 1);
        assert.deepEqual(await audit(), []);
        await sendState({ state: { kind: "running", message: "Tracing net.ts" } });
        await page.locator(".notice vscode-button", { hasText: "Stop" }).click();
        assert.equal((await posted("stop")).length, 1);
        await sendState({ state: { kind: "stopped" } });
        await page.locator("h1", { hasText: "Stopped" }).waitFor();
        assert.deepEqual(await audit(), []);
        const site = { file: "/m/net.ts", line: 7, column: 3, endLine: 7, endColumn: 9 };
        await sendState({
          state: {
            kind: "failed",
            reason: "model",
            message: "Shapes do not match",
            hint: "Transpose w.",
            site,
          },
        });
        await page.locator("text=Transpose w.").waitFor();
        await page.locator("button", { hasText: "net.ts:7" }).click();
        assert.deepEqual((await posted("reveal"))[0].site, site);
        assert.deepEqual(await audit(), []);
      },
    );
  }

  withPanel(
    "graph shows −4, −4 and 3, explains add, and leads to the line, by keys alone",
    "graph",
    { state: ready(sumTimes()) },
    async ({ page, posted }) => {
      await page.locator("canvas").press("End");
      await page.keyboard.press("ArrowUp");
      const inspector = page.locator("aside");
      await inspector.locator("h2", { hasText: /^q$/ }).waitFor();
      const text = await inspector.innerText();
      assert.match(text, /add distributes: hands the gradient on unchanged/);
      assert.match(text, /Number\s+3\s+−4/);
      await inspector.locator(".formula math").waitFor();
      assert.match(text, /x\s+x\s*value −2 · gradient −4\s+y\s+y\s*value 5 · gradient −4/);
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.equal((await posted("reveal"))[0].site.line, 4);
    },
  );

  withPanel(
    "graph says the same in its table",
    "graph",
    { state: ready(sumTimes()) },
    async ({ page, audit }) => {
      await page.locator("[title='Show the same nodes as a table']").click();
      const rows: string[] = await page.locator("tbody tr").allInnerTexts();
      const gradients = rows.map((row) => /gradient (\S+)/.exec(row)?.[1]);
      assert.deepEqual(gradients, ["−4", "−4", "3", "−4", "1"]);
      assert.deepEqual(await audit(), []);
    },
  );

  withPanel(
    "graph fetches elements a page at a time",
    "graph",
    { state: ready(deepSigmoid()) },
    async ({ page, tell, posted }) => {
      await tell("select", { node: 5 });
      await page.locator("aside h2", { hasText: "matmul" }).waitFor();
      await page.locator("aside vscode-button", { hasText: /^Show 2,048 elements/ }).click();
      await page.locator("aside", { hasText: "1 to 32 of 2,048" }).waitFor();
      await page.locator("aside vscode-button", { hasText: "Next" }).click();
      await page.locator("aside", { hasText: "33 to 64 of 2,048" }).waitFor();
      await page.locator("aside th", { hasText: /^\[1, 31\]$/ }).waitFor();
      assert.deepEqual(
        (await posted("values")).map(({ of, start }: { of: string; start: number }) => `${of} ${start}`),
        ["value 0", "grad 0", "value 32", "grad 32"],
      );
    },
  );

  withPanel(
    "graph opens the layer of a node that is asked for, and closes it again",
    "graph",
    { state: ready(deepSigmoid()) },
    async ({ page, tell }) => {
      await tell("select", { node: 6 });
      await page.locator("aside vscode-button", { hasText: "Collapse net.fc1" }).click();
      await page.locator("aside h2", { hasText: /^net\.fc1$/ }).waitFor();
      await page.locator("aside vscode-button", { hasText: "Gradcheck This Layer" }).waitFor();
      await page.locator("canvas").press("e");
      await page.locator("aside vscode-button", { hasText: "Collapse net.fc1" }).waitFor();
    },
  );

  withPanel("graph gives a picture away", "graph", { state: ready(sumTimes()) }, async ({ page, posted }) => {
    await page.locator(".legend").waitFor();
    await page.locator("[title='Save as picture']").first().click();
    await page.waitForFunction(() =>
      Reflect.get(globalThis, "posted").some(({ type }: { type: string }) => type === "save"),
    );
    const [{ name, bytes }] = await posted("save");
    assert.equal(name, "graph.png");
    assert.deepEqual(Object.values(bytes).slice(0, 4), [0x89, 0x50, 0x4e, 0x47]);
    await page.locator("[title='Save as SVG']").first().click();
    await page.waitForFunction(
      () =>
        Reflect.get(globalThis, "posted").filter(({ type }: { type: string }) => type === "save").length ===
        2,
    );
    const svg = (await posted("save"))[1];
    assert.equal(svg.name, "graph.svg");
    const drawn = new TextDecoder().decode(Uint8Array.from(Object.values<number>(svg.bytes)));
    const { texts, problem } = await page.evaluate((source: string) => {
      const picture = new DOMParser().parseFromString(source, "image/svg+xml");
      const words = Array.from(picture.querySelectorAll("text"), ({ textContent }) => textContent);
      return { texts: words, problem: picture.querySelector("parsererror")?.textContent ?? null };
    }, drawn);
    assert.equal(problem, null);
    for (const text of ["q", "f", "gradient −4", "Gradient norm"]) assert.ok(texts.includes(text), text);
  });

  withPanel("graph finds nodes", "graph", { state: ready(deepSigmoid()) }, async ({ page }) => {
    await page.locator("vscode-text-field").locator("input").fill("crossEntropy");
    await page.locator(".found", { hasText: "1 found" }).waitFor();
    await page.keyboard.press("Enter");
    await page.locator("aside h2", { hasText: "loss" }).waitFor();
  });

  withPanel(
    "graph lays 5 000 operations out in a worker",
    "graph",
    { state: ready(randomReport(5000)) },
    async ({ page }) => {
      await page.locator(".legend").waitFor();
      await page.locator("vscode-button", { hasText: "Open All" }).click();
      await page.waitForFunction(() => !document.querySelector(".is-busy"));
      assert.equal(page.workers().length, 1);
      await page.locator("canvas").press("End");
      await page.locator("aside h2").waitFor();
    },
  );

  withPanel(
    "graph is where it was after a reload",
    "graph",
    { state: ready(deepSigmoid()) },
    async ({ page, tell, sendState }) => {
      await tell("select", { node: 6 });
      await page.locator("aside h2").waitFor();
      const title = await page.locator("aside h2").innerText();
      await page.waitForFunction(() => JSON.parse(sessionStorage.getItem("state") ?? "{}").selected === 6);
      await page.reload();
      await sendState(ready(deepSigmoid()));
      await page.locator("aside h2", { hasText: title }).waitFor();
    },
  );

  withPanel(
    "graph follows a change of theme",
    "graph",
    { theme: "dark", state: ready(sumTimes()) },
    async ({ page, setTheme }) => {
      const corner = () =>
        page.evaluate(() => {
          const canvas = document.querySelector("canvas");
          return canvas ? [...(canvas.getContext("2d")?.getImageData(2, 2, 1, 1).data ?? [])] : [];
        });
      await page.locator(".legend").waitFor();
      await page.waitForTimeout(100);
      assert.deepEqual(await corner(), [31, 31, 31, 255]);
      await setTheme("light");
      await page.waitForTimeout(200);
      assert.deepEqual(await corner(), [255, 255, 255, 255]);
    },
  );

  withPanel(
    "gradients shows every layer in order, marks zeros, copies numbers in full",
    "gradients",
    { state: ready(deepSigmoid()) },
    async ({ page, posted }) => {
      const names: string[] = await page.locator(".bar .name button").allInnerTexts();
      assert.deepEqual(
        names,
        Array.from({ length: 12 }, (_, i) => `net.fc${i + 1}`),
      );
      await page.locator("vscode-dropdown").first().press("ArrowDown");
      await page.locator(".bar", { hasText: "net.fc2.bias" }).locator(".is-zero").waitFor();
      await page.locator("vscode-button", { hasText: "Copy as CSV" }).click();
      const [{ text }] = await posted("copy");
      assert.match(text, /^part,name,what,norm,file,line\r\nparameter,net\.fc1\.weight,32×64,1\.638/);
      assert.match(text, /net\.fc2\.bias,32,0,/);
    },
  );

  withPanel(
    "gradients reads the depth chart by keys and leads to the line",
    "gradients",
    { state: ready(deepSigmoid()) },
    async ({ page, posted }) => {
      await page.locator(".plot").press("End");
      await page.locator(".readout", { hasText: "loss" }).waitFor();
      await page.keyboard.press("ArrowLeft");
      await page.locator(".readout", { hasText: "h12" }).waitFor();
      await page.keyboard.press("Enter");
      assert.equal((await posted("reveal")).length, 1);
    },
  );

  withPanel(
    "checks shows verdicts in words, opens details, runs checks and shows their progress",
    "checks",
    { state: ready(deepSigmoid(3)) },
    async ({ page, sendState, posted }) => {
      const wrong = page.locator("tr.error");
      assert.match(
        await wrong.innerText(),
        /weight\s+Wrong derivative\s+320 \/ 320\s+0\.5\s+\[9, 31\]\s+0\.41\s+0\.82\s+swish/,
      );
      const details = page.locator("text=apart by 0.41");
      await details.waitFor();
      await wrong.locator("button").press("Enter");
      await details.waitFor({ state: "hidden" });
      await wrong.locator("button").press("Enter");
      await details.waitFor();
      await page.locator("button", { hasText: "net.ts:31" }).click();
      assert.equal((await posted("reveal"))[0].site.line, 31);
      await page.locator("vscode-button", { hasText: "Gradcheck This Layer" }).nth(1).click();
      await page.locator("vscode-button", { hasText: "Check All" }).click();
      const targets = (await posted("check")).map(({ target }: { target: string | null }) => target);
      assert.deepEqual(targets, ["net.fc2", null]);
      const checking = { target: null, fraction: 0.25, doing: "weight: 9 of 320 compared" };
      await sendState({ ...ready(deepSigmoid(3)), checking });
      await page.locator("text=Checking the model, 25 % · weight: 9 of 320 compared").waitFor();
      const stop = await page.locator(".progress vscode-button").elementHandle();
      await sendState({ ...ready(deepSigmoid(3)), checking: { target: null, fraction: 0.5, doing: "" } });
      await page.locator("text=Checking the model, 50 %").waitFor();
      assert.ok(await stop.evaluate((button: Element) => button.isConnected), "the button was replaced");
    },
  );
});
