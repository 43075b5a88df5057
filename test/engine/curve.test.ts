/** The error of differences over their step. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { errorCurve } from "../../engine/check/differences/curve";
import * as g from "../../engine/index";
import { sampleRun } from "./sample-run";

describe("error curve", () => {
  const run = sampleRun(({ name }) => {
    const w = name("w", g.tensor([0.3, 1.2], { dtype: "float64", requiresGrad: true }));
    return g.sum(g.exp(g.sin(w)));
  });

  it("falls with the step until rounding takes over, and rises again", () => {
    const { points } = errorCurve(run, "w", 1);
    const best = points.reduce((a, b, i) => (b.error < (points[a]?.error ?? 0) ? i : a), 0);
    assert.ok(best > 4 && best < 18, `best at ${best}`);
    assert.ok((points[best]?.error ?? 1) < 1e-8);
    assert.ok((points[0]?.error ?? 0) > 1e-4 && (points.at(-1)?.error ?? 0) > 1e-6);
  });

  it("refuses what is not there", () => {
    assert.throws(() => errorCurve(run, "w", 2), /has 2 elements/);
    assert.throws(() => errorCurve(run, "v", 0), /nothing to check/);
  });
});
