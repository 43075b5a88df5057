/** What is decided about one element, from the loss on both sides of it. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { LADDER, type Samples } from "../../engine/check/differences/difference";
import { divergence, isUnsettled, judge, scaleOf } from "../../engine/check/judging/judge";
import * as g from "../../engine/index";

/** The loss along the ladder, at distances from the element; there it is a half more. */
function along(loss: (distance: number) => number, noise = 0, scale = 1): Samples {
  const steps = LADDER.map((step) => scale * step);
  const side = (sign: number) => steps.map((step) => 0.5 + loss(sign * step));
  return { steps, plus: side(1), minus: side(-1), middle: 0.5 + loss(0), noise };
}

const tolerances = { rtol: 1e-6, atol: 0 };
const outcome = (analytic: number, loss: (distance: number) => number, noise = 1e-16) =>
  judge(3, analytic, along(loss, noise), tolerances).outcome;

describe("the judgement of one element", () => {
  const relu = (d: number) => Math.max(0, d);

  it("is ok for the slope of a smooth loss, and wrong for any other", () => {
    for (const [loss, slope] of [
      [(d: number) => Math.exp(1 + d), Math.E],
      [(d: number) => -3 * Math.sin(d), -3],
      [(d: number) => 5 + d * d, 0],
    ] as const) {
      assert.equal(outcome(slope, loss), "ok");
      for (const gap of [0.001, -0.001, 2]) assert.equal(outcome(slope + gap, loss), "wrong");
    }
    const { index, analytic, numeric, slopes, step } = judge(3, 2, along(Math.exp), tolerances);
    assert.deepEqual([index, analytic], [3, 2]);
    assert.ok(
      [numeric, ...(slopes ?? [])].every((slope) => Math.abs(slope - 1) < 1e-6) && LADDER.includes(step),
    );
  });

  it("accepts what is allowed beside the error", () => {
    const off = (analytic: number, rtol: number, atol: number) =>
      judge(
        0,
        analytic,
        along((d) => 100 * d),
        { rtol, atol },
      ).outcome;
    assert.deepEqual([off(100.5, 0.01, 0), off(102, 0.01, 0), off(99.5, 0.01, 0)], ["ok", "wrong", "ok"]);
    assert.equal(off(50, 0.6, 0), "ok");
    assert.deepEqual([off(100.5, 0, 1), off(102, 0, 1), off(99.5, 0, 1)], ["ok", "wrong", "ok"]);
  });

  it("is a kink for any slope between both sides", () => {
    for (const slope of [0, 0.3, 0.5, 1]) assert.equal(outcome(slope, relu), "kink");
    for (const slope of [-0.1, 1.1, -1]) assert.equal(outcome(slope, relu), "wrong");
    for (const slope of [0, -2, -1])
      assert.equal(
        outcome(slope, (d) => 2 * relu(-d)),
        "kink",
      );
    assert.equal(
      outcome(0, (d) => Math.abs(d)),
      "kink",
    );
  });

  it("knows the slope beside a kink by the smallest steps", () => {
    for (const at of [1e-4, 1e-6, -1e-6, 1e-8, -1e-8, 2e-9]) {
      const loss = (d: number) => 3 * relu(at + d) + d;
      const slope = at > 0 ? 4 : 1;
      assert.equal(outcome(slope, loss), "ok");
      // So close to the kink, the slope of the other side is not told from one at it.
      const isClose = Math.abs(at) < 1e-7;
      assert.equal(outcome(5 - slope, loss), isClose ? "kink" : "wrong");
    }
  });

  it("goes by one side at the end of a domain", () => {
    for (const sign of [1, -1]) {
      const loss = (d: number) => (sign * d >= 0 ? 4 * d + d * d : Number.NaN);
      assert.equal(outcome(4, loss), "ok");
      assert.equal(outcome(4.01, loss), "wrong");
      const { numeric } = judge(0, 4, along(loss), tolerances);
      assert.ok(Math.abs(numeric - 4) < 1e-6);
    }
  });

  it("is not finite where the gradient is not, or no side of the loss", () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) assert.equal(outcome(bad, Math.exp), "non-finite");
    assert.equal(
      outcome(1, (d) => (d === 0 ? 0 : Number.NaN)),
      "non-finite",
    );
  });

  it("is undecided where rounding hides the slope, but not where there is none", () => {
    assert.equal(
      outcome(1e-9, (d) => 1e-9 * d, 1e-6),
      "undecided",
    );
    assert.equal(
      outcome(1e-9, () => 7, 1e-6),
      "undecided",
    );
    assert.equal(
      outcome(0, (d) => 1e-9 * d, 1e-6),
      "undecided",
    );
    assert.equal(
      outcome(0, () => 7, 1e-6),
      "ok",
    );
    assert.equal(
      outcome(1, (d) => d, 1e-9),
      "ok",
    );
    assert.equal(
      outcome(1, (d) => 0.45 * d, 0.0031),
      "ok",
    );
  });

  it("allows for the unit in which a loss beside 0 is rounded, and for no larger one", () => {
    const rounded = (unit: number, slope: number) => (d: number) => unit * Math.round((slope * d) / unit);
    const unit = Number.EPSILON;
    assert.notEqual(outcome(20 * unit, rounded(unit, 20 * unit), 0), "wrong");
    assert.notEqual(outcome(400 * unit, rounded(unit, 400 * unit), 0), "wrong");
    const far = along(rounded(1000 * unit, 20 * unit), 0, 1000);
    assert.notEqual(judge(0, 20 * unit, far, tolerances).outcome, "wrong");
    assert.equal(outcome(1e-9, rounded(unit, 20 * unit), 0), "wrong");
    assert.equal(outcome(2e4 * unit, rounded(1e3 * unit, 2e4 * unit), 0), "wrong");
  });
});

describe("slopes that grow without bound", () => {
  it("are infinite with the sign that both sides have, or the only one", () => {
    assert.equal(divergence(along(Math.cbrt)), Infinity);
    assert.equal(divergence(along((d) => -Math.cbrt(d))), -Infinity);
    assert.equal(divergence(along(Math.sqrt)), Infinity);
    assert.equal(divergence(along((d) => -Math.sqrt(-d))), Infinity);
    assert.equal(divergence(along((d) => Math.sqrt(-d))), -Infinity);
  });

  it("are none that differ in sign, end, or are rounding", () => {
    assert.equal(divergence(along((d) => Math.sqrt(Math.abs(d)))), null);
    assert.equal(divergence(along(Math.exp)), null);
    assert.equal(divergence(along((d) => Math.sign(d) * Math.abs(d) ** 0.9)), null);
    assert.equal(divergence(along((d) => (d > 0 ? Math.sqrt(d) : d))), null);
    assert.equal(divergence(along((d) => (d < 0 ? -Math.sqrt(-d) : d))), null);
    assert.equal(divergence(along(() => Number.NaN)), null);
    assert.equal(divergence(along((d) => 1e-12 * Math.cbrt(d), 1e-14)), null);
    assert.equal(divergence(along((d) => (Math.abs(d) > 1e-5 ? Math.cbrt(d) : d))), null);
  });
});

describe("a slope of the finest steps", () => {
  const unsettled = (numeric: number, noise: number, loss = (d: number) => 3 * d) => {
    const element = { ...judge(0, 3, along(loss), tolerances), numeric };
    return isUnsettled(along(loss, noise), element);
  };

  it("is another one by more than a hundredth and rounding", () => {
    assert.deepEqual(
      [3, 3.02, 2.98, -3].map((v) => unsettled(v, 0)),
      [false, false, false, true],
    );
    assert.deepEqual(
      [3.1, 2.9].map((v) => unsettled(v, 0)),
      [true, true],
    );
    assert.deepEqual(
      [1e-12, 1e-10].map((noise) => unsettled(3.1, noise)),
      [true, false],
    );
    assert.equal(
      unsettled(3, 0, (d) => (Math.abs(d) < 1e-8 ? 4 * d : 3 * d)),
      true,
    );
    assert.equal(
      unsettled(3, 0, (d) => (Math.abs(d) > 1e-8 ? 4 * d : 3 * d)),
      false,
    );
  });
});

describe("the size of the numbers around an element", () => {
  it("is its own, or that of the others, and at least what is asked", () => {
    const at = (values: number[], least?: number) => {
      const x = g.tensor(values, { dtype: "float64" });
      return values.map((_, i) => scaleOf(x, least)(i));
    };
    assert.deepEqual(at([3, 4, -12, 0]), [6.5, 6.5, 12, 6.5]);
    assert.deepEqual(at([0, 0]), [1, 1]);
    assert.deepEqual(at([0.3, -0.4], 2), [2, 2]);
    assert.deepEqual(at([3, 4, -12, 0], 7), [7, 7, 12, 7]);
  });
});
