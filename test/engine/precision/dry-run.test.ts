/** The dry run of a backward pass in fewer bits: shares, sizes and the loss scale that is advised. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { dryRun } from "../../../engine/precision/dry-run";
import { floatFormats, roundInFormat, roundUnbounded } from "../../../engine/precision/number-format";
import { measureSizes } from "../../../engine/precision/sizes";
import { Tally } from "../../../engine/precision/tally";
import type { Precision } from "../../../engine/report/precision";
import { recordTrace } from "../../../engine/tracing/record-trace";
import { type Pen, sampleRun } from "../sample-run";

function run(model: (pen: Pen) => g.Tensor, precision: Precision) {
  const { report, gradOf } = recordTrace(sampleRun(model));
  // The loss and its factor stay in float32.
  const counted = report.nodes.filter(({ kind, value }) => kind !== "operation" || value.size > 1);
  const gradients = counted.flatMap(({ id }) => [...(gradOf(id)?.data ?? [])]);
  return { ...dryRun(report, (node) => gradOf(node)?.data ?? null, precision), gradients };
}

/** Twelve layers; with sigmoids the first ones get gradients that fp16 does not hold. */
const deep =
  (scale = 1, activation: (x: g.Tensor) => g.Tensor = (x) => g.sigmoid(x)) =>
  ({ name }: Pen) => {
    g.manualSeed(0);
    const { images, labels } = g.data.digits({ count: 32 });
    const sizes = Array.from({ length: 12 }, (_, i) => [i === 0 ? 64 : 32, i === 11 ? 10 : 32] as const);
    const layers = sizes.map(([from, to]) => new g.nn.Linear(from, to));
    name("net", new g.nn.Sequential(...layers));
    for (const { weight } of layers) g.nn.init.xavierUniform(weight);
    let h: g.Tensor = images;
    for (const [i, layer] of layers.entries()) h = i === 11 ? layer.forward(h) : activation(layer.forward(h));
    return g.mul(g.crossEntropy(h, labels), scale);
  };

/** A leaf whose gradient is given, element by element. */
const given = (values: readonly number[]) => () => {
  const x = g.parameter(g.zeros([values.length]));
  return g.sum(g.mul(x, g.tensor([...values])));
};

describe("dry run in fewer bits", () => {
  it("counts what is lost, what overflows and how sizes are spread", () => {
    const values = [2 ** -25, 2 ** -24, 1, 3, 65519, 65520, 0, 2 ** -30];
    const leaf = run(given(values), "fp16");
    // The product has eight gradients of 1.
    assert.deepEqual(
      [leaf.all.elements, leaf.all.nonZero, leaf.all.lost, leaf.all.overflowed, leaf.all.low],
      [16, 15, 2, 1, -30],
    );
    assert.equal(
      leaf.all.counts.reduce((a, b) => a + b),
      15,
    );
    assert.equal(leaf.all.counts[0], 1);
    assert.equal(leaf.all.counts[30], 9);
  });

  it("tells of the layers of twelve, the first of which loses most", () => {
    const { layers, all } = run(deep(), "fp16");
    const named = layers.filter(({ layer }) => layer !== "");
    assert.equal(named.length, 12);
    const [first, last] = [named[0], named.at(-1)];
    assert.ok(first && last && first.lost / first.nonZero > 0.9 && last.lost / last.nonZero < 0.5);
    const sum = (of: "elements" | "lost" | "overflowed") =>
      layers.reduce((total, each) => total + each[of], 0);
    for (const of of ["elements", "lost", "overflowed"] as const) assert.equal(sum(of), all[of]);
  });

  for (const precision of ["fp16", "fp8-e5m2", "fp8-e4m3", "bf16"] as const)
    it(`advises a loss scale for ${precision} that saves what it says`, () => {
      const format = floatFormats[precision];
      const { lossScale, gradients } = run(deep(), precision);
      assert.ok(lossScale && format);
      const { scale, saved } = lossScale;
      // The whole pass again, with the loss multiplied.
      const scaled = run(deep(scale), precision);
      assert.equal(scaled.all.overflowed, 0);
      const kept = gradients.filter((v) => v !== 0 && roundInFormat(v * scale, format) !== 0).length;
      assert.equal(saved, kept / gradients.filter((v) => v !== 0).length);
      const again = 1 - scaled.all.lost / scaled.all.nonZero;
      assert.ok(Math.abs(again - saved) < 1e-3, `${again} and ${saved}`);
      const isEnough = saved >= 0.999;
      const next = run(deep(isEnough ? scale / 2 : scale * 2), precision);
      if (isEnough && scale > 1) assert.ok(1 - next.all.lost / next.all.nonZero < 0.9995);
      if (!isEnough) assert.ok(next.all.overflowed > 0);
    });

  for (const precision of ["fp16", "bf16", "fp8-e5m2", "fp8-e4m3"] as const)
    it(`tells of any scale what rounding itself makes of every element in ${precision}`, () => {
      const format = floatFormats[precision];
      assert.ok(format);
      const { fraction, lowest, largest } = format;
      const near = [2 ** (lowest - fraction), 2 ** (lowest - fraction - 1), 2 ** lowest, largest, 1];
      const steps = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2].map((halves) => halves * 2 ** -fraction);
      const around = steps.flatMap((step) => [1 + step, 1 + step + 2 ** -40, 1 + step - 2 ** -40, 2 - step]);
      const values = near.flatMap((edge) => around.map((part) => edge * part)).concat(3e-39, 2 ** -149, 0);
      const tally = new Tally(format);
      tally.add(measureSizes(values, format));
      for (let exponent = -6; exponent <= 12; exponent++) {
        const rounded: readonly number[] = values
          .filter((v) => v !== 0)
          .map((v) => roundUnbounded(v * 2 ** exponent, format));
        const count = (isMeant: (v: number) => boolean) => rounded.filter((v) => isMeant(Math.abs(v))).length;
        assert.deepEqual(
          tally.fateAt(exponent),
          {
            lost: count((v) => v === 0),
            subnormal: count((v) => v > 0 && v < 2 ** lowest),
            overflowed: count((v) => v > largest),
          },
          `times 2^${exponent}`,
        );
      }
    });

  it("tells of each parameter alone, and what the advised scale leaves", () => {
    const { parameters, layers, all, lossScale, range } = run(deep(), "fp16");
    assert.deepEqual(range, { smallest: 2 ** -24, normal: 2 ** -14, largest: 65504 });
    assert.equal(parameters.length, 24);
    assert.deepEqual(
      parameters.slice(0, 2).map(({ name, elements }) => [name, elements]),
      [
        ["net.0.weight", 2048],
        ["net.0.bias", 32],
      ],
    );
    const scaled = run(deep(lossScale?.scale), "fp16");
    assert.ok(all.scaled.lost < all.lost && all.scaled.overflowed === 0);
    // Scaling a float32 pass rounds a few elements in another way.
    const near = (a: number, b: number) => assert.ok(Math.abs(a - b) <= 2e-3 * all.nonZero, `${a} and ${b}`);
    near(all.scaled.lost, scaled.all.lost);
    near(all.scaled.subnormal, scaled.all.subnormal);
    for (const [i, layer] of layers.entries()) near(layer.scaled.lost, scaled.layers[i]?.lost ?? Number.NaN);
  });

  it("saves 99.9 % of twelve tanh layers in fp16", () => {
    const tanh = (x: g.Tensor) => g.tanh(x);
    const { lossScale, all } = run(deep(1e-4, tanh), "fp16");
    assert.ok(lossScale && lossScale.saved >= 0.999 && lossScale.scale > 1);
    assert.ok(all.lost / all.nonZero > 0.05);
    const scaled = run(deep(1e-4 * lossScale.scale, tanh), "fp16").all;
    assert.equal(scaled.overflowed, 0);
    assert.ok(scaled.lost / scaled.nonZero <= 0.001);
  });

  it("advises a scale below 1 where gradients are too large, and none for int8", () => {
    assert.deepEqual(run(given([1e6, 1]), "fp16").lossScale, { scale: 2 ** -4, saved: 1 });
    assert.equal(run(given([1e6, 1]), "int8").lossScale, null);
    assert.equal(run(given([1e6, 1]), "int8").all.lost, 1);
    assert.equal(run(given([1e6, 1]), "bf16").lossScale?.scale, 1);
  });

  it("does not count what is not finite, and says what could not be read", () => {
    const { all, lossScale } = run(given([Number.NaN, Number.POSITIVE_INFINITY, 1]), "fp16");
    assert.deepEqual([all.nonFinite, all.overflowed, lossScale?.scale], [2, 0, 1]);
    const { report } = recordTrace(sampleRun(given([1, 2])));
    const blind = dryRun(report, () => null, "fp16");
    assert.deepEqual([blind.all.elements, blind.layers, blind.lossScale, blind.unread], [0, [], null, 2]);
  });
});
