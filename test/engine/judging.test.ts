/** The gradient check where differences are hard to read: kinks upon kinks, infinities, ladders that do not settle. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { checkGradients } from "../../engine/check";
import { showPair } from "../../engine/core/number-text";
import * as g from "../../engine/index";
import type { Check } from "../../engine/report/report";
import { onLine, sampleRun } from "./sample-run";

type Model = (w: g.Tensor) => g.Tensor;

async function verdictOf(values: number[] | number[][], model: Model): Promise<Check> {
  const run = sampleRun(({ name }) => {
    const w = onLine(2, () => g.parameter(values, { dtype: "float64" }));
    return model(name("w", w));
  });
  const [check] = await checkGradients(run, { kind: "all" });
  assert.ok(check);
  return check;
}

describe("gradient check: several kinks at once", () => {
  const kinked: readonly [string, number[], Model][] = [
    ["relus of both signs", [0, 0, 0], (w) => g.sub(g.sum(g.relu(w)), g.sum(g.relu(g.neg(w))))],
    ["an absolute value and a relu", [0, 0], (w) => g.sub(g.sum(g.abs(w)), g.mul(g.sum(g.relu(w)), 3))],
    [
      "a relu of the file",
      [0, 1, 0],
      (w) => {
        const mine = g.customOp({
          name: "mine",
          forward: (x) => g.relu(x),
          backward: ({ grad, inputs: [x] }) => g.where(g.gt(x as g.Tensor, 0), grad, 0),
        });
        return g.sub(g.sum(mine(w)), g.sum(mine(g.neg(w))));
      },
    ],
    [
      "a layer that starts at 0",
      [0, 0],
      (w) => {
        const x = g.tensor(
          [
            [1, -2],
            [-1, 1],
            [3, 1],
          ],
          { dtype: "float64" },
        );
        return g.sum(g.relu(g.matmul(x, g.reshape(w, [2, 1]))));
      },
    ],
  ];
  for (const [name, values, model] of kinked) {
    it(`kink: ${name}`, async () => {
      const check = await verdictOf(values, model);
      assert.equal(check.verdict, "kink", check.message);
    });
  }

  it("a wrong rule beside kinks is wrong", async () => {
    const mine = g.customOp({
      name: "mine",
      forward: (x) => g.sin(x),
      backward: ({ grad }) => g.mul(grad, 3),
    });
    const check = await verdictOf([0, 0], (w) =>
      g.add(g.sum(onLine(7, () => mine(w))), g.sum(g.sub(g.relu(w), g.relu(g.neg(w))))),
    );
    assert.deepEqual([check.verdict, check.culprit?.site?.line], ["wrong-derivative", 7], check.message);
  });

  it("an order that changes at equal values is no cut", async () => {
    const weights = g.tensor([0.5, -1, 2, 0.1], { dtype: "float64" });
    const check = await verdictOf([1, 2, 2, 0], (w) => g.sum(g.mul(weights, g.sort(w)[0])));
    assert.ok(["ok", "kink"].includes(check.verdict), check.message);
  });
});

describe("gradient check: what is not finite", () => {
  const values = [0, 0.5, 0.2];

  it("a gradient of −∞ is non-finite, with its element and line, though the differences are finite", async () => {
    const entropy = g.customOp({
      name: "entropy",
      forward: (x) => g.where(g.gt(x, 0), g.mul(x, g.log(g.clamp(x, { min: 1e-30 }))), 0),
      backward: ({ grad, inputs: [x] }) => g.mul(grad, g.add(g.log(x as g.Tensor), 1)),
    });
    const check = await verdictOf(values, (w) => g.sum(onLine(5, () => entropy(w))));
    assert.deepEqual([check.verdict, check.worst?.index], ["non-finite", [0]], check.message);
    assert.deepEqual([check.culprit?.op, check.culprit?.site?.line], ["entropy", 5]);
    assert.match(check.message, /\[0\]/);
  });

  it("differences that grow without bound are non-finite, though the gradient is finite", async () => {
    const root = g.customOp({
      name: "root",
      forward: (x) => g.mul(g.sign(x), g.pow(g.abs(x), 1 / 3)),
      backward: ({ grad, inputs: [x] }) =>
        g.where(g.eq(x as g.Tensor, 0), 0, g.mul(g.div(grad, 3), g.pow(g.abs(x as g.Tensor), -2 / 3))),
    });
    const check = await verdictOf(values, (w) => g.sum(onLine(5, () => root(w))));
    assert.deepEqual([check.verdict, check.worst?.index], ["non-finite", [0]], check.message);
    assert.deepEqual([check.culprit?.op, check.culprit?.site?.line], ["root", 5]);
  });

  it("differences that are NaN are non-finite, with the operation that gives it", async () => {
    const hole = g.customOp({
      name: "hole",
      forward: (x) => g.where(g.eq(x, 0.5), x, g.mul(x, Number.NaN)),
      backward: ({ grad }) => grad,
    });
    const check = await verdictOf([0.5, 0.5], (w) => g.sum(onLine(5, () => hole(w))));
    assert.deepEqual([check.verdict, check.culprit?.site?.line], ["non-finite", 5], check.message);
    assert.ok(Number.isNaN(check.worst?.numeric), check.message);
  });

  it("steep functions are not infinite", async () => {
    const x = g.tensor([1e8, 1, 1e-8, 1e12], { dtype: "float64" });
    const check = await verdictOf([1e-8, 1, 1e8, 0], (w) => g.sum(g.tanh(g.mul(w, x))));
    assert.ok(["ok", "noise-floor"].includes(check.verdict), check.message);
  });
});

describe("gradient check: differences that do not settle", () => {
  it("ok: a ripple finer than the steps", async () => {
    const check = await verdictOf([0.3, 0.7], (w) => g.sum(g.add(w, g.mul(g.sin(g.mul(w, 1e9)), 1e-6))));
    assert.ok(["ok", "noise-floor"].includes(check.verdict), check.message);
  });

  it("noise floor: chaos, where every operation by itself is right", async () => {
    const check = await verdictOf([3.9], (w) => {
      let x = g.tensor([0.4], { dtype: "float64" });
      for (let i = 0; i < 60; i++) x = g.mul(w, g.mul(x, g.sub(1, x)));
      return g.sum(x);
    });
    assert.equal(check.verdict, "noise-floor", check.message);
  });

  it("wrong: a rule that clips the gradient that arrives, and no smaller one", async () => {
    const clipped = g.customOp({
      name: "clipped",
      forward: (x) => g.mul(x, 1),
      backward: ({ grad }) => g.clamp(grad, { min: -5, max: 5 }),
    });
    const check = await verdictOf([0.3, 0.7], (w) =>
      g.sum(
        g.mul(
          onLine(6, () => clipped(w)),
          100,
        ),
      ),
    );
    assert.deepEqual([check.verdict, check.culprit?.site?.line], ["wrong-derivative", 6], check.message);
    assert.match(check.message, /not proportional/);
  });
});

describe("gradient check: what is shown", () => {
  it("two numbers have as many digits as tell them apart", () => {
    assert.deepEqual(showPair(1.0000001, 1.0000002), ["1.0000001", "1.0000002"]);
    assert.deepEqual(showPair(0.5, 0.25), ["0.5", "0.25"]);
    assert.deepEqual(showPair(3, 3), ["3", "3"]);
    const close: readonly [number, number][] = [
      [1 / 3, 1 / 3 + 1e-16],
      [1.234561e-9, 1.234562e-9],
      [-7e20, -7e20 * (1 + 1e-12)],
      [0, -1e-300],
    ];
    for (const [a, b] of close) {
      const [first, second] = showPair(a, b);
      assert.notEqual(first, second);
    }
  });

  it("a factor close to 1 is no factor of 1, and the worst element is the wrong one", async () => {
    const nearly = g.customOp({
      name: "nearly",
      forward: (x) => g.mul(x, g.tensor([1, 1000, 1], { dtype: "float64" })),
      backward: ({ grad }) => g.mul(grad, g.tensor([1, 1000, 1.00002], { dtype: "float64" })),
    });
    const check = await verdictOf([0.1, 0.2, 0.3], (w) => g.sum(nearly(w)));
    assert.deepEqual([check.verdict, check.worst?.index], ["wrong-derivative", [2]]);
    assert.match(check.message, /gives 1\.00002, differences give 1[;. ]/);
  });
});
