/** A training loop that never yields ends with the resident memory that it had near its beginning. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { fixture, openEngine, paramsFor, reportOf } from "./engine";

/** How much larger the process is after 10,000 steps than after 100; each time in a new process. */
async function growth(): Promise<number> {
  const { engine, printed } = openEngine();
  try {
    const report = reportOf(await engine.trace(paramsFor(fixture("runner/training-loop.ts"))));
    assert.equal(report.failure, null);
  } finally {
    engine.dispose();
  }
  const [early, late] = printed.join("").trim().split("\n").map(Number);
  return (late ?? NaN) / (early ?? NaN) - 1;
}

describe("memory of training", function () {
  this.timeout(120_000);

  it("after 10,000 steps is within 10 % of what it was after 100, in most runs", async () => {
    const found = [await growth(), await growth(), await growth()].sort((a, b) => a - b);
    assert.ok(
      (found[1] as number) < 0.1,
      `grew by ${found.map((g) => `${(100 * g).toFixed(1)} %`).join(", ")}`,
    );
  });
});
