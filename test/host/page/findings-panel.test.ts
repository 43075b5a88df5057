// The findings panel in a real browser: the plot, the fixes and what became of them, what went away, and what it means.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Report, TriedFix } from "../../../engine/report/report";
import { deepSigmoid, sumTimes } from "../../webview/reports";
import { type OpenedPanel, type PanelOptions, usePanels } from "../../webview/use-panels";

describe("the findings panel", function () {
  this.timeout(60_000);
  const withOpened = usePanels();
  const withFindings = (
    title: string,
    state: NonNullable<PanelOptions["state"]>,
    body: (opened: OpenedPanel) => Promise<void>,
  ) => it(title, () => withOpened("findings", { state }, body));

  const [finding] = deepSigmoid().findings;
  const effect = { label: "gradient of the first layer", before: 6.4e-13, after: 4e-4 };
  const trial = { cured: true, seeds: 3, effect, added: [], removed: [], gradients: [], failure: null };

  withFindings(
    "shows the numbers, the places and what helps",
    { report: deepSigmoid() },
    async ({ page, posted }) => {
      const card = page.locator("article");
      assert.match(await card.innerText(), /Warning · Vanishing gradient/);
      await card.locator("summary", { hasText: "The numbers" }).click();
      assert.match(await card.innerText(), /ratio\s+2e-8/);
      await card.locator("button", { hasText: "net.ts:8" }).click();
      await card.locator("button", { hasText: "Show in graph" }).click();
      assert.equal((await posted("reveal"))[0].site.line, 8);
      assert.equal((await posted("show"))[0].panel, "graph");
    },
  );

  withFindings(
    "draws the gradient of every layer with the culprit, says the same in words, and gives it away",
    { report: deepSigmoid() },
    async ({ page, posted }) => {
      const plot = page.locator("article svg");
      const words = /12 layers, log axis: \S+ in net\.fc1, \S+ in net\.fc12; sigmoid stands after net\.fc4/;
      assert.match((await plot.getAttribute("aria-label")) ?? "", words);
      assert.equal(await plot.locator("circle").count(), 12);
      await page.locator("summary", { hasText: "As a table" }).press("Enter");
      assert.equal(await page.locator("figcaption tbody tr").count(), 12);
      await page.locator("[title='Copy as CSV']").press("Enter");
      assert.match((await posted("copy"))[0].text, /^layer,gradient,[^\r]*\r\nnet\.fc1,norm,/);
      await page.locator("[title='Save as picture']").press("Enter");
      await page.waitForFunction(() =>
        Reflect.get(globalThis, "posted").some(({ type }: { type: string }) => type === "save"),
      );
      const [{ name, bytes }] = await posted("save");
      assert.equal(name, "vanishing-gradient.png");
      assert.deepEqual(Object.values(bytes).slice(0, 4), [0x89, 0x50, 0x4e, 0x47]);
    },
  );

  withFindings(
    "says where a fix stands, keeps what a person opened, and applies it",
    { report: deepSigmoid() },
    async ({ page, sendState, posted, audit }) => {
      const said = page.locator(".outcome");
      assert.equal(await said.innerText(), "Not tried yet.");
      const learn = page.locator(".learn");
      await learn.locator("summary").press("Enter");
      const report = deepSigmoid();
      const told = (outcome: TriedFix["outcome"]) =>
        sendState({ report, trials: [{ finding: 0, fix: 0, outcome }] });
      await told("trying");
      await said.locator("text=Being tried").waitFor();
      await told({ ...trial, cured: false, added: ["dead-units"] });
      await page.locator("text=Did not cure: gradient of the first layer was").waitFor();
      await page.locator("text=It brings dead units.").waitFor();
      await told({ ...trial, cured: false, failure: "relu is not defined" });
      await page.locator("text=relu is not defined").waitFor();
      assert.equal(await page.locator("vscode-button", { hasText: "Apply" }).count(), 0);
      const gradients = [
        { parameter: "net.fc2.weight", before: 0.3, after: null, isStarved: true },
        { parameter: "net.fc1.weight", before: 6.4e-13, after: 0.02, isStarved: false },
      ];
      await told({ ...trial, cured: false, gradients });
      await page.locator("text=It starves net.fc2.weight, whose gradient was 0.3, now none.").waitFor();
      await page.locator("summary", { hasText: "Gradient by parameter, before → after" }).press("Enter");
      assert.match(await page.locator(".fixes table").innerText(), /net\.fc1\.weight\s+6\.4e-13\s+0\.02\s+×/);
      assert.deepEqual(await audit(), []);
      await told(trial);
      await page
        .locator("text=: gradient of the first layer was 6.4e-13, now 4e-4. Tried with 3 seeds.")
        .waitFor();
      await learn.locator("text=The first layers hardly change.").waitFor();
      assert.deepEqual(await audit(), []);
      await page.locator("vscode-button", { hasText: "Apply" }).click();
      const [{ run, finding: at, fix }] = await posted("apply");
      assert.deepEqual([run, at, fix], ["1", 0, 0]);
    },
  );

  withFindings(
    "offers nothing that an edit made old",
    { report: deepSigmoid(), stale: true },
    async ({ page }) => {
      await page.locator("article").waitFor();
      assert.equal(await page.locator("article vscode-button", { hasText: /Apply|Ignore/ }).count(), 0);
      await page.locator(".notice", { hasText: "The file has changed since this trace." }).waitFor();
    },
  );

  withFindings(
    "says what an edit did, and what went away until it was seen",
    { report: deepSigmoid(), findings: { changes: [effect], gone: [{ finding, effect: null }] } },
    async ({ page, sendState }) => {
      await page
        .locator("text=Since the run before: gradient of the first layer was 6.4e-13, now 4e-4")
        .waitFor();
      const gone = page.locator(".gone");
      assert.match(await gone.innerText(), /Vanishing gradient: The gradient vanishes/);
      await gone.locator("vscode-button", { hasText: "Dismiss" }).click();
      assert.equal(await gone.count(), 0);
      await sendState({ report: deepSigmoid(), findings: { changes: ["new"], gone: [{ finding, effect }] } });
      await page.locator("text=Since the run before: new").waitFor();
      assert.equal(await gone.count(), 0);
    },
  );

  const nothing: Report = { ...sumTimes(), lookedFor: ["Vanishing gradient", "Dead units"] };
  withFindings("says how much it looked at, and for what", { report: nothing }, async ({ page, audit }) => {
    await page.locator("h1", { hasText: "Nothing found in 2 operations and 3 parameters" }).waitFor();
    await page.locator("summary", { hasText: "What was looked for: 2 causes" }).click();
    await page.locator("li", { hasText: "Dead units" }).waitFor();
    assert.deepEqual(await audit(), []);
  });

  const failure = { kind: "model", message: "no", hint: null, site: null, stack: [] } as const;
  withFindings(
    "says that a run that failed was not looked at to its end",
    { report: { ...sumTimes(), failure } },
    async ({ page }) => {
      await page.locator("h1", { hasText: "Nothing found before the run failed" }).waitFor();
    },
  );

  withFindings(
    "goes to a finding that somebody asks about and says what it means",
    { report: deepSigmoid() },
    async ({ page, tell }) => {
      await tell("explain", { finding: 0 });
      await page.locator(".learn dd", { hasText: "The first layers learn nothing." }).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.id), "finding-0");
    },
  );

  withFindings(
    "shows how the elements of what is to blame are spread, where no layers are compared",
    {
      report: {
        ...deepSigmoid(),
        findings: deepSigmoid().findings.map((each) => ({ ...each, evidence: { share: 1 } })),
      },
    },
    async ({ page }) => {
      await page.locator("figure h3", { hasText: "Elements of the gradient" }).waitFor();
      assert.equal(await page.locator("figure svg.histogram").count(), 2);
    },
  );
});
