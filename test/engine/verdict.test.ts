/** What verdicts come to: one table for the terminal, the editor and the reports. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { giveVerdict } from "../../engine/check/judging/verdict";
import { checksText } from "../../engine/cli/check-text";
import { toJUnit } from "../../engine/cli/junit";
import { toSarif } from "../../engine/cli/sarif";
import { styleFor } from "../../engine/cli/terminal";
import { countVerdicts, gravest, isFine } from "../../engine/report/checks";
import type { Check, Verdict } from "../../engine/report/report";
import { verdicts } from "../../engine/report/verdicts";

const style = styleFor({ isTTY: true }, { TERM: "xterm" });
const green = "\u001b[32m";

function checkOf(verdict: Verdict): Check {
  return giveVerdict({
    target: "net",
    parameter: verdict,
    site: null,
    verdict,
    message: `This is ${verdict}.`,
    elements: 4,
    checked: 4,
    method: "every-element",
    worst: null,
    culprit: null,
    step: 1e-5,
    durationMs: 1,
  });
}

const all = (Object.keys(verdicts) as Verdict[]).map(checkOf);
const lastLine = (checks: readonly Check[]) =>
  checksText({ checks, findings: [] }, style).split("\n").at(-1) ?? "";
const outcome = (checks: readonly Check[]) => ({
  file: "/net.ts",
  checks,
  findings: [],
  failure: null,
  tookMs: 0,
});

describe("the outcome of a check", () => {
  it("is fine for passes and notes, and for nothing that failed or was left out", () => {
    const fine = all.filter(isFine).map(({ verdict }) => verdict);
    assert.deepEqual(fine, ["ok", "intended", "kink", "vacuous", "noise-floor"]);
  });

  it("is green in the terminal only where something passed, nothing failed and nothing was left out", () => {
    const ok = checkOf("ok");
    for (const check of all) {
      assert.equal(lastLine([check]).startsWith(green), check.verdict === "ok", check.verdict);
      assert.equal(lastLine([ok, check]).startsWith(green), isFine(check), check.verdict);
    }
  });

  it("is counted by verdict", () => {
    const checks = (["ok", "ok", "kink", "not-checked", "wrong-derivative", "ok"] as const).map(checkOf);
    assert.equal(countVerdicts(checks), "3 ok · 1 kink · 1 wrong derivative · 1 not checked");
    assert.equal(gravest(checks)?.verdict, "wrong-derivative");
  });

  it("is the same in JUnit and SARIF: failures are failures, what is not complete is an error there", () => {
    for (const check of all) {
      const xml = toJUnit(outcome([check]));
      assert.equal(/<failure/.test(xml), check.outcome === "fail", check.verdict);
      assert.equal(/<error/.test(xml), !check.complete, check.verdict);
      const [result] = JSON.parse(toSarif(outcome([check]), "1.0.0")).runs[0].results;
      assert.equal(result?.level === "error", check.outcome === "fail", check.verdict);
      assert.equal(result?.level === "warning", !check.complete, check.verdict);
      assert.equal(result?.suppressions !== undefined, check.verdict === "intended", check.verdict);
    }
  });
});
