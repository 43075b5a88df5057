/** Derivatives from differences: extrapolation is worth what theory promises of it. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  centralDerivative,
  LADDER,
  leftDerivative,
  rightDerivative,
  type Samples,
} from "../../engine/check/differences/difference";

/** exp around 0.5, whose derivative is itself, with the first few steps of the ladder: rounding plays no part. */
const steps = LADDER.slice(0, 5);
const samples: Samples = {
  steps,
  plus: steps.map((h) => Math.exp(0.5 + h)),
  minus: steps.map((h) => Math.exp(0.5 - h)),
  middle: Math.exp(0.5),
  noise: 1e-17,
};
const finest = steps.at(-1) ?? 0;

describe("derivatives from differences", () => {
  it("from both sides come far nearer than the finest difference: its error is h²/6 of the third derivative", () => {
    const { value, error } = centralDerivative(samples);
    const missed = Math.abs(value - samples.middle);
    assert.ok(missed < 1e-3 * ((finest ** 2 / 6) * samples.middle), `missed by ${missed}`);
    assert.ok(missed <= error, `missed by ${missed}, said ${error}`);
  });

  for (const [name, derivative] of Object.entries({ left: leftDerivative, right: rightDerivative }))
    it(`from the ${name} come far nearer than the finest difference: its error is h/2 of the second derivative`, () => {
      const { value, error } = derivative(samples);
      const missed = Math.abs(value - samples.middle);
      assert.ok(missed < 1e-2 * ((finest / 2) * samples.middle), `missed by ${missed}`);
      assert.ok(missed <= error, `missed by ${missed}, said ${error}`);
    });
});
