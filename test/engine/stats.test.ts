/** Statistics of tensors: against definitions evaluated the long way, and at the ends of the number range. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "mocha";
import { normOf } from "../../engine/core/norm-of";
import { histogramOf, measure } from "../../engine/report/stats";

const close = (a: number, b: number, size: number) =>
  assert.ok(Math.abs(a - b) <= 1e-9 * size, `${a} and ${b}`);

describe("stats", () => {
  it("agrees with the definitions", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
        const stats = measure(Float64Array.from(values));
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        const size = Math.max(1, ...values.map(Math.abs));
        assert.equal(stats.min, Math.min(...values));
        assert.equal(stats.max, Math.max(...values));
        close(stats.mean, mean, size);
        close(stats.std, Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / values.length), size);
        close(stats.norm, Math.hypot(...values), size * values.length);
        assert.equal(stats.zeros, values.filter((v) => v === 0).length);
        assert.equal(
          histogramOf(Float64Array.from(values)).counts.reduce((a, b) => a + b, 0),
          values.length,
        );
      }),
    );
  });

  it("leaves out what is not finite, and counts it", () => {
    const stats = measure(Float32Array.of(1, Number.NaN, Infinity, 3, -Infinity));
    assert.equal(stats.nonFinite, 3);
    assert.equal(stats.mean, 2);
    assert.equal(stats.norm, Math.hypot(1, 3));
    assert.ok(Number.isNaN(measure(Float32Array.of(Number.NaN)).min));
  });

  it("gives the norm of numbers whose squares leave the range", () => {
    for (const v of [1e200, 1e-200]) {
      close(measure(Float64Array.of(3 * v, 4 * v)).norm / v, 5, 1);
      close(normOf([3 * v, 4 * v]) / v, 5, 1);
    }
    assert.ok(Number.isNaN(normOf([1, Number.NaN, 2])));
  });
});
