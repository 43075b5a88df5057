/** Layers with hand-written backward passes: on plain arrays, numbers and tensors; right ones and planted faults. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { Pace } from "../../engine/check/differences/pace";
import {
  checkHandWritten,
  type HandWritten,
  handWrittenClass,
  handWrittenPair,
} from "../../engine/check/hand-written";
import type { Undecided } from "../../engine/check/judging/verdict";
import * as g from "../../engine/index";
import { lineSite } from "./sample-run";

type Matrix = number[][];

const x: Matrix = [
  [0.2, -1, 0.7],
  [1.5, 0.4, -0.3],
];
const w: Matrix = [
  [0.5, -0.2],
  [1.1, 0.8],
  [-0.6, 0.3],
];

const product = (a: Matrix, b: Matrix) =>
  a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((sum, v, k) => sum + v * (b[k]?.[j] ?? 0), 0)));
const transposed = (a: Matrix) => (a[0] ?? []).map((_, j) => a.map((row) => row[j] ?? 0));

/** A dense layer with tanh, as homework has it: plain arrays, a cache, gradients in fields. */
class Dense {
  W = w;
  b = [0.1, -0.4];
  dW: Matrix = [];
  db: number[] = [];
  cache: { x: Matrix; out: Matrix } = { x: [], out: [] };

  forward(input: Matrix): Matrix {
    const out = product(input, this.W).map((row) => row.map((v, j) => Math.tanh(v + (this.b[j] ?? 0))));
    this.cache = { x: input, out };
    return out;
  }

  backward(grad: Matrix): Matrix {
    const inner = grad.map((row, i) => row.map((v, j) => v * this.slope(this.cache.out[i]?.[j] ?? 0)));
    this.dW = product(transposed(this.cache.x), inner);
    this.db = inner.reduce((sum, row) => sum.map((v, j) => v + (row[j] ?? 0)), [0, 0]);
    return product(inner, transposed(this.W));
  }

  slope(out: number): number {
    return 1 - out * out;
  }
}

class WrongSign extends Dense {
  override slope(out: number): number {
    return out * out - 1;
  }
}

class OneSum extends Dense {
  override backward(grad: Matrix): Matrix {
    const result = super.backward(grad);
    this.db = this.db.map((v) => v / 2);
    return result;
  }
}

class Forgetful extends Dense {
  override backward(grad: Matrix): Matrix {
    const result = super.backward(grad);
    this.dW = transposed(this.dW);
    return result;
  }
}

const named = (name: string) => ({ name, parts: [], rest: false });

const tolerances = { rtol: 1e-6, atol: 0 };

async function check(layer: HandWritten): Promise<readonly Undecided[]> {
  return (await checkHandWritten(layer, tolerances, new Pace({}))).checks;
}

function ofClass(instance: object): Promise<readonly Undecided[]> {
  return check(
    handWrittenClass(instance, {
      name: "Dense",
      inputs: [x],
      called: { inputs: [named("x")] },
      backwardSite: lineSite(24),
    }),
  );
}

const verdicts = (checks: readonly Undecided[]) =>
  checks.map(({ parameter, verdict }) => `${parameter} ${verdict}`);

describe("hand-written layers", () => {
  it("passes a right class on plain arrays, and leaves the instance as it was", async () => {
    const layer = new Dense();
    assert.deepEqual(verdicts(await ofClass(layer)), ["x ok", "W ok", "b ok"]);
    assert.deepEqual([layer.dW, layer.db, layer.W], [[], [], w]);
  });

  it("names sign, factor and shape of wrong ones, with the line of backward", async () => {
    const sign = await ofClass(new WrongSign());
    assert.deepEqual(verdicts(sign), ["x wrong-derivative", "W wrong-derivative", "b wrong-derivative"]);
    assert.match(sign[0]?.message ?? "", /wrong sign/);
    assert.deepEqual(sign[0]?.culprit, { op: "Dense.backward", site: lineSite(24), pattern: "sign" });
    const factor = await ofClass(new OneSum());
    assert.deepEqual(verdicts(factor), ["x ok", "W ok", "b wrong-derivative"]);
    assert.match(factor[2]?.message ?? "", /1\/2 of/);
    const shape = await ofClass(new Forgetful());
    assert.deepEqual(verdicts(shape), ["x ok", "W wrong-derivative", "b ok"]);
  });

  it("checks pairs of functions on numbers", async () => {
    const pair = (factor: number) =>
      handWrittenPair(
        (a, b) => Math.sin(Number(a)) * Number(b),
        (grad, a, b) => [
          Number(grad) * Math.cos(Number(a)) * Number(b),
          factor * Number(grad) * Math.sin(Number(a)),
        ],
        { name: "wave", inputs: [0.3, 2], called: { inputs: [named("a"), named("b")] } },
      );
    assert.deepEqual(verdicts(await check(pair(1))), ["a ok", "b ok"]);
    assert.deepEqual(verdicts(await check(pair(-1))), ["a ok", "b wrong-derivative"]);
  });

  it("checks pairs with a cache on tensors", async () => {
    const pair = (stale: boolean) => {
      const old = g.tensor([9, 9, 9]);
      return handWrittenPair(
        (a) => [g.square(a as g.Tensor), a],
        (grad, cache) => g.mul(g.mul(grad as g.Tensor, 2), stale ? old : (cache as g.Tensor)),
        { name: "square", inputs: [g.tensor([1, -2, 3])], called: { isNamedForward: true } },
      );
    };
    assert.deepEqual(verdicts(await check(pair(false))), ["input 1 ok"]);
    assert.deepEqual(verdicts(await check(pair(true))), ["input 1 wrong-derivative"]);
  });

  it("draws the same random numbers in every call, as those that the backward pass kept", async () => {
    const dropout = (again: boolean) => {
      const draw = () => x.map((row) => row.map(() => (Math.random() < 0.5 ? 0 : 2)));
      const times = (a: Matrix, b: Matrix) => a.map((row, i) => row.map((v, j) => v * (b[i]?.[j] ?? 0)));
      return handWrittenPair(
        (a) => {
          const mask = draw();
          return [times(a as Matrix, mask), mask];
        },
        (grad, mask) => times(grad as Matrix, again ? draw() : (mask as Matrix)),
        { name: "dropout", inputs: [x], called: { isNamedForward: true } },
      );
    };
    assert.deepEqual(verdicts(await check(dropout(false))), ["input 1 ok"]);
    assert.deepEqual(verdicts(await check(dropout(true))), ["input 1 wrong-derivative"]);
  });

  it("says when forward is different each time", async () => {
    const noisy = handWrittenPair(
      (a) => Number(a) * performance.now(),
      (grad) => Number(grad),
      { name: "noisy", inputs: [1] },
    );
    assert.deepEqual(verdicts(await check(noisy)), ["input 1 non-deterministic"]);
  });
});
