/** The error function against series that need no table. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { erf, tensor } from "../../engine";

/** Kummer's series, all terms positive: 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (1 · 3 ⋯ (2n + 1)). */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 3; term > sum * 1e-18; n += 2) {
    term *= (2 * x * x) / n;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Laplace's continued fraction of 1 − erf(x), for x ≥ 2. */
function fraction(x: number): number {
  let tail = 0;
  for (let k = 300; k > 0; k--) tail = (0.5 * k) / (x + tail);
  return 1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail);
}

describe("erf", () => {
  const points = Array.from({ length: 700 }, (_, i) => i / 100);

  it("agrees with its series everywhere, on both sides", () => {
    const found = erf(tensor(Float64Array.from(points))).data;
    const mirrored = erf(tensor(Float64Array.from(points, (x) => -x))).data;
    points.forEach((x, i) => {
      const expected = x < 2.5 ? series(x) : fraction(x);
      assert.ok(
        Math.abs((found[i] as number) - expected) < 1e-15,
        `erf(${x}): ${found[i]}, expected ${expected}`,
      );
      assert.ok(-(mirrored[i] as number) === found[i], `erf(${-x}): ${mirrored[i]}`);
    });
  });

  it("keeps its relative precision near 0", () => {
    for (const x of [1e-300, 1e-10, 1e-3]) {
      const expected = (2 / Math.sqrt(Math.PI)) * (x - x ** 3 / 3 + x ** 5 / 10);
      assert.ok(Math.abs(erf(tensor(Float64Array.of(x))).item() / expected - 1) < 4e-16);
    }
  });

  it("ends at ±1 and passes on what is no number", () => {
    const ends = erf(tensor(Float64Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN)));
    assert.deepEqual(Array.from(ends.data), [1, -1, Number.NaN]);
  });
});
