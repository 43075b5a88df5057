/** Inputs and targets of the wrong size: found, and silent where they are as usual, few or rare. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine } from "../sample-run";
import { findingsIn, foundAtAnyScale } from "./findings-in";

/** Data of 60 rows, made on line 3, in front of two layers; targets of size 1. */
function network(rows: () => g.Tensor, before: (x: g.Tensor) => g.Tensor = (x) => x) {
  return () => {
    g.manualSeed(12);
    const x = onLine(3, rows);
    const [first, last] = [new g.nn.Linear(x.shape[1] ?? 1, 20), new g.nn.Linear(20, 1)];
    return g.mseLoss(last.forward(g.relu(first.forward(before(x)))), g.randn([60, 1]));
  };
}

const normal = (columns: number) => g.randn([60, columns]);
/** Columns with factors and offsets of their own. */
const columns = (factors: readonly number[], offsets: readonly number[] = []) =>
  g.add(g.mul(normal(factors.length), g.tensor(factors)), g.tensor(factors.map((_, i) => offsets[i] ?? 0)));

describe("diagnosis of the data", () => {
  it("finds inputs that are large, far from 0, tiny, or large in one feature", () => {
    const rule = "inputs-not-normalised";
    const cases: readonly [() => g.Tensor, RegExp][] = [
      [() => g.mul(g.rand([60, 9]), 255), /numbers from .* to 25\d/],
      [() => columns([9, 3], [2005, 0]), /Feature 0 .* lies around 2,00\d and varies by/],
      [() => columns([1, 1, 1, 1e4]), /Feature 3 .* times as large as the others/],
      [() => g.sub(g.rand([60, 9]), 12), /lies around -11\.\d/],
      [() => g.mul(normal(9), 1e-4), /tiny numbers/],
    ];
    for (const [rows, text] of cases) {
      const [found, ...others] = foundAtAnyScale(rule, network(rows));
      assert.deepEqual(others, []);
      assert.equal(found?.site?.line, 3);
      assert.match(found.message, text);
    }
  });

  it("is silent about usual inputs, and where a normalisation follows", () => {
    const hot = () => g.eq(g.reshape(g.arange(60), [60, 1]), g.arange(60)).to("float32");
    const norm = new g.nn.BatchNorm1d(9);
    for (const rows of [() => normal(9), () => g.mul(g.rand([60, 9]), 16), () => g.rand([60, 9]), hot])
      assert.deepEqual(findingsIn(network(rows)), []);
    const pixels = () => g.mul(g.rand([60, 9]), 255);
    assert.deepEqual(findingsIn(network(pixels, (x) => norm.forward(x))), []);
  });

  it("finds targets that are large, tiny, or large in one column", () => {
    const rule = "targets-not-normalised";
    const towards =
      (targets: () => g.Tensor, loss = g.mseLoss) =>
      () => {
        g.manualSeed(12);
        const y = onLine(3, targets);
        const layer = new g.nn.Linear(4, y.shape[1] ?? 1);
        return onLine(9, () => loss(layer.forward(normal(4)), y));
      };
    const prices = () => columns([90_000], [310_000]);
    const [found] = foundAtAnyScale(rule, towards(prices));
    assert.equal(found?.site?.line, 3);
    assert.match(found.message, /are 3\d\d,\d+ on average, the predictions 0\.\d/);
    assert.equal(found.related[0]?.site.line, 9);
    assert.equal(foundAtAnyScale(rule, towards(prices, g.l1Loss)).length, 1);
    assert.match(
      foundAtAnyScale(
        rule,
        towards(() => columns([1, 1, 1, 5000])),
      )[0]?.message ?? "",
      /Column 3/,
    );
    assert.match(
      foundAtAnyScale(
        rule,
        towards(() => g.mul(normal(1), 1e-7)),
      )[0]?.message ?? "",
      /is lost beside them/,
    );
    for (const usual of [() => normal(1), () => g.mul(normal(3), 4), () => g.zeros([60, 1])])
      assert.deepEqual(findingsIn(towards(usual)), []);
  });

  it("finds items that are nearly all of one class, where nothing counters it", () => {
    const classes = (rare: number, weight?: g.Tensor) => () => {
      g.manualSeed(12);
      const labels = onLine(3, () =>
        g.tensor(
          Array.from({ length: 200 }, (_, i) => +(i < rare)),
          { dtype: "int32" },
        ),
      );
      const logits = new g.nn.Linear(4, 2).forward(g.randn([200, 4]));
      return weight === undefined ? g.crossEntropy(logits, labels) : g.crossEntropy(logits, labels, weight);
    };
    const [found, ...others] = foundAtAnyScale("class-imbalance", classes(4));
    assert.deepEqual(others, []);
    assert.equal(found?.severity, "info");
    assert.equal(found.site?.line, 3);
    assert.match(found.message, /98 % of the targets are class 0: 196 of 200/);
    for (const healthy of [classes(60), classes(4, g.tensor([1, 49]))])
      assert.deepEqual(findingsIn(healthy), []);
  });
});
