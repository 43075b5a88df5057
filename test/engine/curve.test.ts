/** The error of differences over their step. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { downstreamOf } from "../../engine/check/differences/batch";
import { curveOf } from "../../engine/check/differences/curve";
import { replay } from "../../engine/check/differences/replay";
import * as g from "../../engine/index";

describe("error curve", () => {
  const w = g.tensor([0.3, 1.2], { dtype: "float64", requiresGrad: true });
  const again = replay(g.sum(g.exp(g.sin(w))));
  const slot = again.slotOf(w) ?? -1;
  const analytic = again.gradients[slot]?.data[1] ?? 0;
  const { points } = curveOf(downstreamOf(again, slot), analytic, 1);

  it("falls with the step until rounding takes over, and rises again", () => {
    const best = points.reduce((a, b, i) => (b.error < (points[a]?.error ?? 0) ? i : a), 0);
    assert.ok(best > 4 && best < 18, `best at ${best}`);
    assert.ok((points[best]?.error ?? 1) < 1e-8);
    assert.ok((points[0]?.error ?? 0) > 1e-4 && (points.at(-1)?.error ?? 0) > 1e-6);
  });

  it("goes down from step to step, and each error is the distance to the gradient", () => {
    points.forEach(({ step, numeric, error }, i) => {
      assert.ok(step < (points[i - 1]?.step ?? Number.POSITIVE_INFINITY));
      assert.equal(error, Math.abs(numeric - analytic));
    });
  });
});
