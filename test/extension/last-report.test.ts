// A report that sleeps is let go of: what editors tell of it stays, and it comes back once, whoever asks.
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, it } from "mocha";
import type { OpenReport } from "../../engine/report/open-bytes";
import { LastReport } from "../../extension/last-report";
import { openEngine, paramsFor } from "../runner/engine";

const file = "/models/nan.ts";
const model = `import { tensor } from "gradlens";
const start = tensor(-3, { requiresGrad: true });
export const loss = () => start.log();
`;

async function trace(): Promise<OpenReport> {
  const { engine } = openEngine();
  try {
    const result = await engine.trace(paramsFor(file, { overlays: { [file]: model } }));
    if ("failure" in result) throw new Error(result.failure.message);
    return result.report;
  } finally {
    engine.dispose();
  }
}

describe("the last report of a file", () => {
  it("tells its files and findings while it sleeps", async () => {
    const last = new LastReport();
    const report = await trace();
    last.accept(report);
    const findings = structuredClone(report.findings);
    assert.ok(findings.length > 0);
    last.sleep(trace);
    assert.deepEqual([last.report, last.previous, last.isAsleep, last.exists], [null, null, true, true]);
    assert.deepEqual(last.findings, findings);
    assert.deepEqual([...last.files], [file]);
  });

  it("leaves no memory behind", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const last = new LastReport();
    const take = async () => {
      const report = await trace();
      last.accept(report);
      return new WeakRef(report);
    };
    const reports = [await take(), await take()];
    assert.equal(last.previous, reports[0]?.deref());
    last.sleep(trace);
    for (let round = 0; round < 5 && reports.some((each) => each.deref()); round += 1) {
      await wait(20);
      collect();
    }
    assert.deepEqual(
      reports.map((each) => each.deref()),
      [undefined, undefined],
    );
  });

  it("is read once for all who ask, and gives way to a newer run", async () => {
    const [first, second] = [await trace(), await trace()];
    const last = new LastReport();
    let reads = 0;
    const recall = async () => {
      reads += 1;
      await wait(10);
      return first;
    };
    last.accept(first);
    last.sleep(recall);
    assert.deepEqual((await Promise.all([last.wake(), last.wake()])).toSorted(), ["back", "here"]);
    assert.deepEqual([reads, last.report, await last.wake()], [1, first, "here"]);
    last.sleep(recall);
    const woken = last.wake();
    last.accept(second);
    assert.equal(await woken, "here");
    assert.equal(last.report, second);
    last.sleep(async () => null);
    assert.equal(await last.wake(), "lost");
    assert.deepEqual([last.exists, last.findings, last.files.size], [false, [], 0]);
  });
});
