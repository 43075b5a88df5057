// The colour scale can be read by everyone: lighter step by step, with texts that stand out on every colour.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  colourAt,
  contrast,
  gradientKind,
  logDomain,
  luminance,
  positionOf,
  type Rgb,
  textOn,
} from "../../webview/scale";
import { statsOf } from "./reports";

const places = Array.from({ length: 101 }, (_, i) => i / 100);

/** What people without cones for red (protan), green (deutan) or blue (tritan) see; Machado, Oliveira, Fernandes 2009. */
const simulations: Readonly<Record<string, readonly (readonly number[])[]>> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function simulate(colour: Rgb, matrix: readonly (readonly number[])[]): Rgb {
  const toLinear = (channel: number) => (channel / 255) ** 2.2;
  const linear = colour.map(toLinear);
  const seen = matrix.map((row) => {
    const sum = row.reduce((total, factor, i) => total + factor * (linear[i] ?? 0), 0);
    return 255 * Math.min(1, Math.max(0, sum)) ** (1 / 2.2);
  });
  return [seen[0] ?? 0, seen[1] ?? 0, seen[2] ?? 0];
}

describe("panels: colour scale", () => {
  it("grows in luminance with the gradient", () => {
    const values = places.map((at) => luminance(colourAt(at)));
    for (let i = 1; i < values.length; i += 1)
      assert.ok((values[i] ?? 0) > (values[i - 1] ?? 0), `at ${i} %`);
  });

  for (const [name, matrix] of Object.entries(simulations))
    it(`grows in luminance for ${name} eyes too`, () => {
      const values = places
        .filter((_, i) => i % 5 === 0)
        .map((at) => luminance(simulate(colourAt(at), matrix)));
      for (let i = 1; i < values.length; i += 1)
        assert.ok((values[i] ?? 0) > (values[i - 1] ?? 0), `step ${i}`);
    });

  it("carries texts with a contrast of 4.5 at least", () => {
    for (const at of places) assert.ok(contrast(textOn(colourAt(at)), colourAt(at)) >= 4.5, `at ${at}`);
  });

  it("spans whole decades, four at least, whatever the norms are", () => {
    assert.deepEqual(logDomain([0.02, 0.5]), { low: -4, high: 0 });
    assert.deepEqual(logDomain([3e-9, 40]), { low: -9, high: 2 });
    assert.deepEqual(logDomain([0, Number.NaN, Number.POSITIVE_INFINITY]), { low: -4, high: 0 });
    assert.equal(positionOf(1e-2, { low: -4, high: 0 }), 0.5);
    assert.equal(positionOf(0, { low: -4, high: 0 }), 0);
  });

  it("tells zero, non-finite and missing gradients apart", () => {
    assert.equal(gradientKind(null), "none");
    assert.equal(gradientKind(statsOf(4, 0)), "zero");
    assert.equal(gradientKind({ ...statsOf(4, 2), nonFinite: 1 }), "nonFinite");
    assert.equal(gradientKind(statsOf(4, 2)), "norm");
  });
});
