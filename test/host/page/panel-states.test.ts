// Each state of a trace and of a check says in every panel what it is and what to do next.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Failure } from "../../../engine/report/report";
import { deepSigmoid, someChecks } from "../../webview/reports";
import { usePanels } from "../../webview/use-panels";

const failed = (reason: Failure["kind"], message: string, hint: string | null) => ({
  state: { kind: "failed", reason, message, hint, site: null },
});
const slow = failed(
  "timeout",
  "The run took longer than its limit of 10 s",
  "is there a loop that does not end?",
);

interface Case {
  readonly name: string;
  readonly state: object;
  readonly says: readonly string[];
  /** What can be clicked, and what the panel then asks for. */
  readonly offers: readonly (readonly [button: string, type: string])[];
}

const cases: readonly Case[] = [
  {
    name: "nothing traced",
    state: { state: { kind: "empty" } },
    says: ["Nothing traced yet", "Open a model file"],
    offers: [["Trace Backprop", "trace"]],
  },
  {
    name: "running",
    state: { state: { kind: "running", message: "Running net.ts" } },
    says: ["Running net.ts", "you can go on editing"],
    offers: [["Stop", "stop"]],
  },
  {
    name: "stopped",
    state: { state: { kind: "stopped" } },
    says: ["Stopped", "before there was anything to show"],
    offers: [["Trace Again", "trace"]],
  },
  {
    name: "stopped with an older trace",
    state: { state: { kind: "stopped" }, report: deepSigmoid(3) },
    says: ["Stopped. Shown below is what was known before."],
    offers: [["Trace Again", "trace"]],
  },
  {
    name: "out of time",
    state: slow,
    says: ["Out of time", "longer than its limit of 10 s", "Is there a loop"],
    offers: [
      ["Trace Again", "trace"],
      ["Change the Limit", "limit"],
    ],
  },
  {
    name: "out of memory with an older trace",
    state: {
      ...failed("memory", "The run needs more memory than its limit of 2 GiB", null),
      report: deepSigmoid(3),
    },
    says: ["Out of memory", "2 GiB", "Make the model smaller, or raise the limit.", "Shown below"],
    offers: [
      ["Trace Again", "trace"],
      ["Change the Limit", "limit"],
    ],
  },
  {
    name: "failed without a hint",
    state: failed("model", "x is not a function", null),
    says: ["The model failed", "x is not a function", "Mend the line, then trace again."],
    offers: [["Trace Again", "trace"]],
  },
  {
    name: "stale",
    state: { report: deepSigmoid(3), stale: true },
    says: ["The file has changed since this trace.", "what the older text gave"],
    offers: [["Trace Again", "trace"]],
  },
];

describe("states of a panel", function () {
  this.timeout(120_000);
  const withPanel = usePanels();

  for (const panel of ["graph", "gradients", "precision", "checks", "findings"])
    it(`say in ${panel} what to do next, in 300 pixels too`, () =>
      withPanel(panel, { width: 300 }, async ({ page, sendState, posted, audit }) => {
        for (const { name, state, says, offers } of cases) {
          await sendState(state);
          const notice = page.locator(".notice");
          for (const text of says) await notice.getByText(text).first().waitFor();
          assert.deepEqual(await audit(), [], name);
          const [wide, visible] = await page.evaluate(() => [
            document.documentElement.scrollWidth,
            document.documentElement.clientWidth,
          ]);
          assert.ok(wide <= visible, `${name}: ${wide} pixels`);
          for (const [button, type] of offers) {
            const before = (await posted(type)).length;
            await notice.locator("vscode-button", { hasText: button }).click();
            assert.equal((await posted(type)).length, before + 1, `${name}: ${button}`);
          }
        }
      }));

  it("lead to the limit that was reached", () =>
    withPanel("graph", {}, async ({ page, sendState, posted }) => {
      await sendState(slow);
      await page.locator("vscode-button", { hasText: "Change the Limit" }).click();
      assert.equal((await posted("limit"))[0].setting, "timeout");
    }));

  it("say how far a check is, that it was stopped, and that it ran out of time", () =>
    withPanel("checks", { state: { report: deepSigmoid(3) } }, async ({ page, sendState, posted, audit }) => {
      const doing = "net.fc1.weight: 300 of 9,408 compared";
      await sendState({ checking: { target: "net.fc1", fraction: 0.25, doing } });
      await page.getByText(`Checking net.fc1, 25 % · ${doing}`).waitFor();
      const cut = { target: "net.fc1", reason: "cancelled", message: "stopped", hint: null };
      await sendState({ checks: someChecks(), interrupted: cut });
      await page.getByText("The check of net.fc1 was stopped.").waitFor();
      await page.locator("div.progress").waitFor({ state: "hidden" });
      assert.deepEqual(await audit(), []);
      await page.locator("vscode-button", { hasText: "Check Again" }).click();
      assert.equal((await posted("check"))[0].target, "net.fc1");
      const late = { target: null, reason: "timeout", message: "The check took too long", hint: null };
      await sendState({ checks: someChecks(), interrupted: late });
      await page.getByText("The check of the model did not finish: The check took too long.").waitFor();
      await page.locator("vscode-button", { hasText: "Change the Limit" }).click();
      assert.equal((await posted("limit"))[0].setting, "check.budget");
      await sendState({ checks: someChecks(), checking: { target: null, fraction: 0, doing: "" } });
      await page.locator(".content .banner").waitFor({ state: "detached" });
    }));
});
