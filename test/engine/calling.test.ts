/** The calling convention: by name, in PyTorch's positions, or first so and then so; nothing is ignored. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { allOps } from "../../engine/core/op";

const m = () => gl.tensor([1, -2, 3, 4, 5, 6], { shape: [2, 3], dtype: "float64" });
const image = () =>
  gl.tensor(
    Float64Array.from({ length: 32 }, (_, i) => Math.sin(i)),
    { shape: [1, 2, 4, 4] },
  );
const filter = () =>
  gl.tensor(
    Float64Array.from({ length: 36 }, (_, i) => Math.cos(i)),
    { shape: [2, 2, 3, 3] },
  );
const vector = (...values: number[]) => gl.tensor(Float64Array.from(values));
const classes = () => gl.tensor(Int32Array.of(2, 0));
const onRow = () => gl.tensor(Int32Array.of(0, 2, 1, 1), { shape: [2, 2] });

/** Calls that say the same. */
const pairs: readonly [string, () => unknown, () => unknown][] = [
  ["sum", () => gl.sum(m(), 1), () => gl.sum(m(), { dim: 1 })],
  ["sum, two positions", () => gl.sum(m(), 1, true), () => gl.sum(m(), { dim: 1, keepdim: true })],
  [
    "sum, a position and a name",
    () => gl.sum(m(), 1, { keepdim: true }),
    () => gl.sum(m(), { dim: 1, keepdim: true }),
  ],
  ["sum, None", () => gl.sum(m(), null, true), () => gl.sum(m(), { keepdim: true })],
  ["x.sum", () => m().sum(0), () => gl.sum(m(), { dim: 0 })],
  ["x.mean", () => m().mean([0, 1], true), () => gl.mean(m(), { dim: [0, 1], keepdim: true })],
  ["x.max", () => m().max(1), () => gl.max(m(), { dim: 1 })],
  ["max", () => gl.max(m(), 1, true), () => gl.max(m(), { dim: 1, keepdim: true })],
  ["var", () => gl.var(m(), 1, false, true), () => gl.var(m(), { dim: 1, correction: 0, keepdim: true })],
  ["norm", () => gl.norm(m(), 1, 1), () => gl.norm(m(), { ord: 1, dim: 1 })],
  ["softmax", () => gl.softmax(m(), 1), () => gl.softmax(m(), { dim: 1 })],
  ["cumsum", () => gl.cumsum(m(), 1), () => gl.cumsum(m(), { dim: 1 })],
  ["reshape", () => gl.reshape(m(), 3, 2), () => gl.reshape(m(), [3, 2])],
  ["x.reshape", () => m().reshape(3, -1), () => gl.reshape(m(), [3, 2])],
  ["x.permute", () => m().permute(1, 0), () => gl.permute(m(), [1, 0])],
  ["x.expand", () => m().expand(2, 2, 3), () => gl.expand(m(), [2, 2, 3])],
  ["tile", () => gl.tile(m(), 2, 1), () => gl.tile(m(), [2, 1])],
  ["flip", () => gl.flip(m(), 0, 1), () => gl.flip(m(), [0, 1])],
  ["roll", () => gl.roll(m(), 1, 1), () => gl.roll(m(), 1, { dim: 1 })],
  ["flatten", () => gl.flatten(image(), 1, 2), () => gl.flatten(image(), { startDim: 1, endDim: 2 })],
  ["cat", () => gl.cat([m(), m()], 1), () => gl.cat([m(), m()], { dim: 1 })],
  ["chunk", () => gl.chunk(m(), 3, 1), () => gl.chunk(m(), 3, { dim: 1 })],
  ["split", () => m().split([1, 2], 1), () => gl.split(m(), [1, 2], { dim: 1 })],
  ["topk", () => gl.topk(m(), 2, 1, false), () => gl.topk(m(), { k: 2, dim: 1, largest: false })],
  ["sort", () => gl.sort(m(), 0, true), () => gl.sort(m(), { dim: 0, descending: true })],
  ["clamp", () => gl.clamp(m(), 0, 1), () => gl.clamp(m(), { min: 0, max: 1 })],
  ["clamp, None", () => gl.clamp(m(), null, 1), () => gl.clamp(m(), { max: 1 })],
  ["leakyRelu", () => gl.leakyRelu(m(), 0.3), () => gl.leakyRelu(m(), { negativeSlope: 0.3 })],
  ["hardtanh", () => gl.hardtanh(m(), -2, 2), () => gl.hardtanh(m(), { minVal: -2, maxVal: 2 })],
  ["pad", () => gl.pad(m(), [1, 1], "constant", 7), () => gl.pad(m(), [1, 1], { value: 7 })],
  [
    "conv2d",
    () => gl.conv2d(image(), filter(), null, 1, 1),
    () => gl.conv2d(image(), filter(), { padding: 1 }),
  ],
  [
    "conv2d, by name",
    () => gl.conv2d(image(), filter(), vector(1, 2), 1),
    () => gl.add(gl.conv2d(image(), filter()), gl.reshape(vector(1, 2), 2, 1, 1)),
  ],
  [
    "maxPool2d",
    () => gl.maxPool2d(image(), 3, 1, 1),
    () => gl.maxPool2d(image(), 3, { stride: 1, padding: 1 }),
  ],
  [
    "avgPool2d",
    () => gl.avgPool2d(image(), 3, 2, 1, true, false),
    () => gl.avgPool2d(image(), 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
  ],
  [
    "layerNorm",
    () => gl.layerNorm(m(), [3], vector(1, 2, 3), vector(0, 1, 0), 0.1),
    () => gl.layerNorm(m(), vector(1, 2, 3), vector(0, 1, 0), { normalizedShape: 3, eps: 0.1 }),
  ],
  ["groupNorm", () => gl.groupNorm(image(), 2), () => gl.groupNorm(image(), { numGroups: 2 })],
  [
    "batchNorm",
    () => gl.batchNorm(image(), vector(0, 1), vector(1, 2), null, null, false),
    () => gl.batchNorm(image(), { runningMean: vector(0, 1), runningVar: vector(1, 2), training: false }),
  ],
  ["gather", () => gl.gather(m(), 1, onRow()), () => gl.gather(m(), onRow(), { dim: 1 })],
  ["indexSelect", () => gl.indexSelect(m(), 1, classes()), () => gl.indexSelect(m(), classes(), { dim: 1 })],
  [
    "crossEntropy",
    () => gl.crossEntropy(m(), classes(), vector(1, 2, 3)),
    () => gl.crossEntropy(m(), classes(), { weight: vector(1, 2, 3) } as object),
  ],
  [
    "crossEntropy, all positions",
    () => gl.crossEntropy(m(), classes(), null, null, -100, null, "sum", 0.1),
    () => gl.crossEntropy(m(), classes(), { reduction: "sum", labelSmoothing: 0.1 }),
  ],
  [
    "smoothL1Loss",
    () => gl.smoothL1Loss(m(), gl.neg(m()), null, null, "sum", 0.5),
    () => gl.smoothL1Loss(m(), gl.neg(m()), { reduction: "sum", beta: 0.5 }),
  ],
  [
    "huberLoss",
    () => gl.huberLoss(m(), gl.neg(m()), "sum", 0.5),
    () => gl.huberLoss(m(), gl.neg(m()), { reduction: "sum", delta: 0.5 }),
  ],
  [
    "multiMarginLoss",
    () => gl.multiMarginLoss(m(), classes(), 2, 0.5),
    () => gl.multiMarginLoss(m(), classes(), { p: 2, margin: 0.5 }),
  ],
  [
    "cosineSimilarity",
    () => gl.cosineSimilarity(m(), gl.exp(m()), 0),
    () => gl.cosineSimilarity(m(), gl.exp(m()), { dim: 0 }),
  ],
  ["cdist", () => gl.cdist(m(), m(), 1), () => gl.cdist(m(), m(), { p: 1 })],
  ["zeros", () => gl.zeros(2, 3), () => gl.zeros([2, 3])],
  ["ones, and options", () => gl.ones(2, 3, { dtype: "int32" }), () => gl.ones([2, 3], { dtype: "int32" })],
  ["randn", () => gl.sign(gl.square(gl.randn(2, 3))), () => gl.ones([2, 3])],
  ["arange", () => gl.arange(1, 7, 2), () => gl.tensor(Int32Array.of(1, 3, 5))],
  ["arange, options first", () => gl.arange(3, { dtype: "float32" }), () => gl.tensor([0, 1, 2])],
  ["diagonal", () => gl.diagonal(m(), 1), () => gl.diagonal(m(), { offset: 1 })],
  ["triu", () => gl.triu(m(), 1), () => gl.triu(m(), { diagonal: 1 })],
];

const valuesOf = (result: unknown): unknown =>
  Array.isArray(result) ? result.map(valuesOf) : (result as gl.Tensor).toArray();

/** A call of any function with anything. */
const call = (name: string, ...args: unknown[]) =>
  (gl as unknown as Record<string, (...all: unknown[]) => unknown>)[name]?.(...args);

function complains(fn: () => unknown, message: RegExp): void {
  assert.throws(fn, (error) => error instanceof gl.ModelError && message.test(error.message));
}

describe("the calling convention", () => {
  for (const [name, first, second] of pairs) {
    it(`positions and names say the same: ${name}`, () =>
      assert.deepEqual(valuesOf(first()), valuesOf(second())));
  }

  it("takes a function of one tensor as the callback of map", () => {
    const [x, y] = [m(), gl.neg(m())];
    assert.deepEqual(valuesOf([x, y].map(gl.relu)), valuesOf([gl.relu(x), gl.relu(y)]));
    complains(() => [x, y].map((each, i) => call("relu", each, i)), /relu\(\): found 0 as argument 2/);
  });

  it("takes the options of backward with and without a gradient", () => {
    const gradient = (run: (loss: gl.Tensor) => void) => {
      const x = gl.parameter([1, 2]);
      run(gl.sum(gl.square(x)));
      return x.grad?.toArray();
    };
    const twice: Record<string, (loss: gl.Tensor) => void> = {
      options: (loss) => loss.backward({ retainGraph: true }),
      "gradient and options": (loss) => loss.backward(null, { retainGraph: true }),
      positions: (loss) => loss.backward(undefined, true),
    };
    for (const [name, first] of Object.entries(twice)) {
      const found = gradient((loss) => {
        first(loss);
        loss.backward();
      });
      assert.deepEqual(found, [4, 8], name);
    }
  });

  const wrong: readonly [() => unknown, RegExp][] = [
    [
      () => gl.sum(gl.parameter([1])).backward({ retain: true } as never),
      /backward\(\): unknown option "retain"/,
    ],
    [
      () => gl.sum(gl.parameter([1])).backward(3 as never),
      /backward\(\): the gradient is 3, expected a tensor/,
    ],
    [
      () => call("grad", gl.sum(gl.parameter([1])), [], { create: true }),
      /grad\(\): unknown option "create"/,
    ],
    [() => call("jacobian", gl.square, m(), { createGraph: true }), /jacobian\(\): found .* as argument 3/],
    [() => call("vjp", gl.square, m(), m()), /vjp\(\): found a tensor .* as argument 3/],
    [
      () => call("batchNorm", image(), vector(1, 2), vector(1, 2)),
      /batchNorm\(\): found two tensors behind x/,
    ],
    [() => call("manualSeed", "a"), /manualSeed\(\): seed is "a"/],
    [() => (m() as unknown as { t(n: number): unknown }).t(3), /t\(\): found 3 as argument 1, expected none/],
    [() => (m() as unknown as { float(n: number): unknown }).float(3), /float\(\): found 3 as argument 1/],
    [
      () => call("sum", m(), 1, true, 3),
      /sum\(\): found 3 as argument 4, expected at most 3: x, dim, keepdim/,
    ],
    [() => call("add", m(), m(), 2), /add\(\): found 2 as argument 3, expected at most 2: x, y/],
    [() => call("add", m(), m(), { alpha: 2 }), /add\(\): unknown option "alpha"/],
    [() => call("relu", m(), true), /relu\(\): found true as argument 2/],
    [() => call("matmul", m(), m(), { transX: true }), /matmul\(\): unknown option "transX"/],
    [() => call("sum", m(), 1, 1), /sum\(\): keepdim is 1, expected true or false/],
    [() => call("sum", m(), 0.5), /sum\(\): dim is 0.5, expected an integer/],
    [() => call("sum", m(), Number.NaN), /sum\(\): dim is NaN, expected an integer/],
    [() => call("sum", m(), 1, { dim: 1 }), /sum\(\): dim is given twice/],
    [() => call("sum", m(), { keepdim: 1 }), /sum\(\): keepdim is 1, expected true or false/],
    [() => call("sum", m(), { constructor: 1 }), /sum\(\): unknown option "constructor"/],
    [() => call("leakyRelu", m(), "0.2"), /leakyRelu\(\): negativeSlope is "0.2", expected a number/],
    [() => call("leakyRelu", m(), Number.NaN), /leakyRelu\(\): negativeSlope is NaN, expected a number/],
    [
      () => call("crossEntropy", m(), classes(), "sum"),
      /crossEntropy\(\): weight is a string \(sum\), expected a tensor/,
    ],
    [
      () => call("crossEntropy", m(), classes(), null, true),
      /sizeAverage is true, expected nothing: reduction says the same/,
    ],
    [() => call("max", m(), 1, true, 2), /max\(\): found 2 as argument 4/],
    [() => call("split", m(), 1, 0, 2), /split\(\): found 2 as argument 4/],
    [() => call("conv2d", image(), filter(), null, 1, 0, 1, 1, 5), /conv2d\(\): found 5 as argument 8/],
  ];
  for (const name of ["tensor", "parameter", "zeros", "ones", "randn", "rand", "full", "arange"]) {
    it(`${name} refuses what it does not read`, () => {
      complains(() => call(name, [2], { dType: "float32" }), /^\w+\(\): unknown option "dType"/);
      complains(() => call(name, [2], 1, 1, {}, 7), /^\w+\(\): found .* as argument|^\w+\(\): start is/);
    });
  }

  for (const [fn, message] of wrong) it(`says no: ${message.source}`, () => complains(fn, message));
});

describe("every function", () => {
  const open = [...allOps().values()].filter(
    ({ name }) => typeof (gl as Record<string, unknown>)[name] === "function",
  );

  it("is many", () => assert.ok(open.length > 110, String(open.length)));

  for (const { name } of open.filter((op) => op.name !== "einsum")) {
    it(`${name} refuses an option that it does not have`, () => {
      complains(() => call(name, m(), { nobodyReadsThis: 1 }), /^\w+\(\): unknown option "nobodyReadsThis"/);
    });
    it(`${name} refuses more arguments than it has`, () => {
      const many = Array.from({ length: 12 }, () => undefined);
      complains(() => call(name, m(), ...many, 7), /\w+\(\): found 7 as argument 14, expected at most/);
    });
  }
});
