/** The budget of a check as the engine process and the terminal keep it: ends, counts, what is kept, what is said. */
import assert from "node:assert/strict";
import { after, describe, it } from "mocha";
import { progressOn } from "../../engine/cli/progress";
import type { ProgressParams } from "../../engine/runner/protocol";
import { gradlens } from "./command";
import { fixture, openEngine, paramsFor, reportOf } from "./engine";

const slow = fixture("budget/slow.ts");

describe("a check within its budget", () => {
  const { engine } = openEngine();
  after(() => engine.dispose());

  it("ends a check that does not come back, shortly after its budget, and says where it was", async () => {
    reportOf(await engine.trace(paramsFor(fixture("budget/endless.ts"))));
    const result = await engine.check({ target: { kind: "all" }, settings: { budgetMs: 200 } });
    assert.ok("failure" in result);
    const { kind, message, site } = result.failure;
    assert.deepEqual([kind, message], ["timeout", "The check did not end within its budget of 0.2 s"]);
    assert.ok(site === null || site.file.endsWith("endless.ts"));
  });

  it("counts elements on the way, and keeps what was compared when it is cancelled", async () => {
    reportOf(await engine.trace(paramsFor(slow)));
    const controller = new AbortController();
    const told: string[] = [];
    const onProgress = ({ message }: ProgressParams) => {
      told.push(message);
      if (/^net\.weight: [1-9]\d* of 900 compared$/.test(message)) controller.abort();
    };
    const result = await engine.check({ target: { kind: "all" } }, { signal: controller.signal, onProgress });
    assert.ok("checks" in result, JSON.stringify(result));
    const weight = result.checks.find(({ parameter }) => parameter === "weight");
    assert.equal(weight?.verdict, "unfinished", told.join("\n"));
    assert.match(weight.message, /^\d+ of 900 elements compared, no fault so far/);
    assert.equal(engine.hasTape, true);
  });

  it("is not the time-out of the run: neither ends the other's work", async () => {
    const limits = { timeoutMs: 1_000, memoryMiB: 1024, maxOperations: 1_000_000 };
    reportOf(await engine.trace(paramsFor(slow, { limits })));
    const result = await engine.check({ target: { kind: "all" }, settings: { budgetMs: 2_500 } });
    assert.ok("checks" in result, JSON.stringify(result));
    assert.equal(result.checks.length, 2);
  });

  it("is set in the terminal by --budget: exit code 1, and how to give it more", async () => {
    const { code, out, err } = await gradlens("check", slow, "--budget", "1");
    assert.equal(code, 1, err);
    // A busy machine may not get to the first element.
    assert.match(out, /of 900 elements compared, no fault so far|the check was over before its turn/);
    assert.match(out, /The check had 1 s\. --budget SECONDS gives it more/);
    const wrong = await gradlens("check", slow, "--budget", "none");
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /--budget is "none"; expected a number above 0/);
  });
});

describe("progress in the terminal", () => {
  const show = (isTTY: boolean, steps: readonly [ms: number, message: string][]) => {
    let [ms, text] = [0, ""];
    const write = (more: string) => {
      text += more;
    };
    const { onProgress, end } = progressOn({ isTTY, columns: 20, write }, () => ms);
    for (const [at, message] of steps) {
      ms = at;
      onProgress({ message, fraction: 0.5 });
    }
    end();
    return text;
  };

  it("is one line that changes and goes away, no longer than the terminal is wide", () => {
    assert.equal(show(true, [[10, "early"]]), "");
    const text = show(true, [
      [150, "w: 1 of 9"],
      [300, "a name that is longer than the line"],
    ]);
    assert.deepEqual(text.split("\r\u001b[2K"), ["", "50 %  w: 1 of 9", "50 %  a name that i", ""]);
  });

  it("is a line every few seconds in a log", () => {
    const text = show(false, [
      [1_000, "early"],
      [5_000, "w: 1 of 9"],
      [6_000, "too soon"],
      [10_000, "w: 5 of 9"],
    ]);
    assert.equal(text, "50 %  w: 1 of 9\n50 %  w: 5 of 9\n");
  });
});
