/** Edges of operations on shapes, windows and classes that the reference values do not reach. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ModelError } from "../../engine/core/error";
import { manualSeed } from "../../engine/core/random";
import type { Tensor } from "../../engine/core/tensor";
import { arange, full, ones, randn, tensor, zeros } from "../../engine/creation/create";
import * as ops from "../../engine/ops";
import { backward } from "../../engine/sweeps/reverse";

const values = (x: Tensor | null) => Array.from((x as Tensor).data);
const leaf = (data: number[] | number[][], shape?: number[]) =>
  tensor(data, { dtype: "float64", requiresGrad: true, ...(shape ? { shape } : {}) });

describe("operations at their edges", () => {
  it("crossEntropy ignores classes whose logit is −∞", () => {
    const x = leaf([[1, -Infinity, 2]]);
    const loss = ops.crossEntropy(x, tensor([2]));
    backward(loss);
    const rest = leaf([[1, 2]]);
    const expected = ops.crossEntropy(rest, tensor([1]));
    backward(expected);
    assert.equal(loss.item(), expected.item());
    const [first, last] = values(rest.grad);
    assert.deepEqual(values(x.grad), [first, 0, last]);
  });

  it("crossEntropy of ignored items only is NaN, as a mean of nothing is", () => {
    assert.ok(Number.isNaN(ops.crossEntropy(zeros([2, 3]), tensor([-100, -100])).item()));
  });

  it("crossEntropy takes a one-hot target as probabilities", () => {
    const x = randn([4, 3]);
    const y = tensor([0, 2, 1, 2], { dtype: "int32" });
    const [a, b] = [ops.crossEntropy(x, y), ops.crossEntropy(x, ops.oneHot(y, { numClasses: 3 }))];
    assert.ok(Math.abs(a.item() - b.item()) < 1e-6);
  });

  it("an infinity reaches only the windows that hold it", () => {
    const x = zeros([1, 1, 4, 4]);
    x.data[0] = Infinity;
    for (const pooled of [ops.avgPool2d(x, 2), ops.maxPool2d(x, 2), ops.adaptiveAvgPool2d(x, 2)]) {
      assert.deepEqual(values(pooled), [Infinity, 0, 0, 0]);
    }
    const padded = ops.pad(x, [1, 1], { mode: "replicate" });
    assert.deepEqual(
      values(padded).filter((v) => v !== 0),
      [Infinity, Infinity],
    );
  });

  it("maxPool2d keeps a NaN", () => {
    const x = zeros([1, 2, 2]);
    x.data[2] = Number.NaN;
    assert.deepEqual(values(ops.maxPool2d(x, 2)), [Number.NaN]);
  });

  it("a convolution with one image and one without the batch agree, gradients too", () => {
    const [x, w] = [randn([2, 5, 5], { requiresGrad: true }), randn([3, 2, 3, 3])];
    const one = ops.conv2d(x, w, { padding: "same" });
    const [many, weight] = [ops.unsqueeze(x.detach(), 0), w];
    assert.deepEqual(one.shape, [3, 5, 5]);
    assert.deepEqual(values(one), values(ops.conv2d(many, weight, { padding: 1 })));
    backward(one.sum());
    assert.deepEqual(x.grad?.shape, x.shape);
  });

  it("conv1d is conv2d of one row", () => {
    const [x, w, b] = [randn([2, 3, 9]), randn([4, 3, 3]), randn([4])];
    const row = ops.conv2d(ops.unsqueeze(x, 2), ops.unsqueeze(w, 2), b, { stride: [1, 2], padding: [0, 1] });
    assert.deepEqual(values(ops.conv1d(x, w, b, { stride: 2, padding: 1 })), values(row));
  });

  it("narrow, split and cat undo each other", () => {
    const x = randn([3, 7]);
    for (const dim of [0, 1, -1]) {
      assert.deepEqual(ops.cat(ops.chunk(x, 3, { dim }), { dim }).toArray(), x.toArray());
    }
    assert.deepEqual(ops.cat(ops.split(x, 2, { dim: 1 }), { dim: 1 }).toArray(), x.toArray());
    assert.deepEqual(
      ops.split(x, 2, { dim: 1 }).map((part) => part.shape[1]),
      [2, 2, 2, 1],
    );
  });

  it("sort and topk give values with their places, NaN as the largest", () => {
    const x = tensor([3, Number.NaN, 1, 2]);
    const [sorted, places] = ops.sort(x);
    assert.deepEqual(
      [values(sorted), values(places)],
      [
        [1, 2, 3, Number.NaN],
        [2, 3, 0, 1],
      ],
    );
    const [top, at] = ops.topk(tensor([[3, 1, 2]]), { k: 2 });
    assert.deepEqual([top.toArray(), at.toArray()], [[[3, 2]], [[0, 2]]]);
    assert.deepEqual(values(ops.topk(x, { k: 1, largest: false })[0]), [1]);
  });

  it("interpolate keeps constants and, by nearest, repeats pixels", () => {
    for (const options of [{ scaleFactor: 1.7 }, { size: [2, 9] }]) {
      for (const mode of ["nearest", "bilinear"] as const) {
        const resized = ops.interpolate(full([1, 1, 3, 4], 2), { ...options, mode });
        assert.ok(values(resized).every((v) => Math.abs(v - 2) < 1e-6));
      }
    }
    const x = ops.reshape(arange(4, undefined, 1, { dtype: "float32" }), [1, 2, 2]);
    assert.deepEqual(
      values(ops.interpolate(x, { scaleFactor: 2 })),
      [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3],
    );
  });

  it("dropout divides what it keeps, and its gradient has the same mask", () => {
    manualSeed(4);
    const x = ones([200], { dtype: "float64", requiresGrad: true });
    const out = ops.dropout(x, { p: 0.25 });
    backward(out.sum());
    assert.deepEqual(values(x.grad), values(out));
    assert.deepEqual(new Set(values(out)), new Set([0, 1 / 0.75]));
    assert.deepEqual(values(ops.dropout(x, { training: false })), values(x));
  });

  const nothingToDo: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    "roll all the way round": (x) => ops.roll(x, 3, { dim: 1 }),
    "roll by nothing": (x) => ops.roll(x, 0),
    "expand to its shape": (x) => ops.expand(x, [2, 3]),
    "flip of no dimension": (x) => ops.flip(x, []),
    "pad by nothing": (x) => ops.pad(x, [0, 0]),
    "reshape to its shape": (x) => ops.reshape(x, [2, 3]),
    "squeeze without ones": (x) => ops.squeeze(x),
    "cast to its type": (x) => ops.cast(x, "float64"),
  };
  for (const [name, fn] of Object.entries(nothingToDo)) {
    it(`an operation with nothing to do is one all the same: ${name}`, () => {
      const x = leaf([
        [1, -2, 3],
        [4, 5, -6],
      ]);
      const y = fn(x);
      assert.ok(x.isLeaf && y !== x);
      assert.deepEqual(y.data, x.data);
      backward(ops.sum(ops.mul(y, 3)));
      assert.deepEqual(values(x.grad), new Array(6).fill(3));
    });
  }

  it("cosineSimilarity repeats what is broadcast before it measures lengths", () => {
    const x = leaf([[0.5], [2]]);
    const y = leaf([
      [0.3, -1, 2],
      [1, 2, 3],
    ]);
    const repeated = ops.cosineSimilarity(ops.expand(x, [2, 3]), y, { dim: 1 });
    assert.deepEqual(ops.cosineSimilarity(x, y, { dim: 1 }).data, repeated.data);
  });

  it("embedding's padding row takes no gradient", () => {
    const w = leaf([1, 2, 3, 4], [2, 2]);
    backward(ops.embedding(tensor([0, 1, 1]), w, { paddingIdx: 1 }).sum());
    assert.deepEqual(values(w.grad).slice(2), [0, 0]);
    assert.ok(values(w.grad)[0] !== 0);
  });

  it("embedding's padding row is one of its rows, counted from either end", () => {
    const w = leaf([1, 2, 3, 4], [2, 2]);
    const padded = (paddingIdx: number) => () => ops.embedding(tensor([0, 1]), w, { paddingIdx });
    for (const row of [0.5, 2, -3]) assert.throws(padded(row), ModelError, String(row));
    for (const row of [1, -2]) assert.doesNotThrow(padded(row));
  });

  it("attention with dropout 0 and a mask of all true changes nothing", () => {
    const [q, k, v] = [randn([2, 3, 4]), randn([2, 5, 4]), randn([2, 5, 4])];
    const expected = values(ops.scaledDotProductAttention(q, k, v));
    const mask = ops.ge(ones([3, 5]), 1);
    assert.deepEqual(values(ops.scaledDotProductAttention(q, k, v, mask)), expected);
    const dropped = ops.scaledDotProductAttention(q, k, v, { dropoutP: 0.5 });
    assert.deepEqual(dropped.shape, [2, 3, 4]);
  });
});

describe("operations, used wrongly", () => {
  const x = zeros([2, 3]);
  const image = zeros([1, 3, 8, 8]);
  const cases: [() => unknown, RegExp][] = [
    [
      () => ops.cat([x, zeros([2, 3, 1])]),
      /cat\(\): tensor 1 has shape \[2, 3, 1\], expected that of the first, \[2, 3\]/,
    ],
    [() => ops.cat([]), /cat\(\): found no tensors/],
    [() => ops.stack([x, zeros([3, 2])]), /stack\(\): tensor 1 has shape \[3, 2\]/],
    [
      () => ops.narrow(x, 1, 2, 2),
      /narrow\(\): start 2 and length 2 do not fit dimension 1 of shape \[2, 3\]/,
    ],
    [() => ops.split(x, [1, 1], { dim: 1 }), /split\(\): sizes are \[1, 1\], expected a sum of 3/],
    [
      () => ops.gather(x, tensor([[3]])),
      /gather\(\): index holds 3 at position 0, expected an integer from 0 to 1/,
    ],
    [() => ops.indexSelect(x, tensor([0.5])), /indexSelect\(\): index holds 0.5/],
    [() => ops.pad(x, [1]), /pad\(\): pad is \[1\], expected an array of integers/],
    [
      () => ops.pad(x, [3, 0], { mode: "reflect" }),
      /does not fit dimension 1 of size 3 in mode "reflect": at most 2/,
    ],
    [
      () => ops.conv2d(image, zeros([4, 2, 3, 3])),
      /conv2d\(\): x of shape \[1, 3, 8, 8\] has 3 channels, expected 2/,
    ],
    [() => ops.conv2d(image, zeros([4, 3, 9, 9])), /kernel of size \[9, 9\] is larger than the padded image/],
    [() => ops.conv2d(image, zeros([4, 3, 3, 3]), { strides: 2 } as never), /unknown option "strides"/],
    [
      () => ops.conv2d(x, zeros([4, 3, 3, 3])),
      /x has shape \[2, 3\], expected \[images, channels, height, width\]/,
    ],
    [
      () => ops.conv2d(image, zeros([4, 3, 3, 3]), { stride: 0 }),
      /stride is 0, expected an integer of at least 1/,
    ],
    [
      () => ops.maxPool2d(image, 2, { padding: 2 }),
      /padding is \[2,2\], expected at most half of kernelSize/,
    ],
    [() => ops.batchNorm(x, { training: false }), /batchNorm\(\): runningMean is missing/],
    [() => ops.layerNorm(x, { normalizedShape: 4 }), /normalizedShape is 4, expected the last sizes of x/],
    [() => ops.groupNorm(image, { numGroups: 2 }), /numGroups is 2, expected a divisor of the 3 channels/],
    [
      () => ops.crossEntropy(x, tensor([0, 3])),
      /crossEntropy\(\): target holds 3 at position 1, expected a class from 0 to 2/,
    ],
    [() => ops.crossEntropy(x, tensor([0])), /target has shape \[1\], expected \[2\]/],
    [() => ops.mseLoss(x, zeros([4])), /mseLoss\(\): shapes \[2, 3\] and \[4\] do not broadcast/],
    [
      () => ops.mseLoss(x, x, { reduction: "max" as never }),
      /reduction is "max", expected "mean" or "sum" or "none"/,
    ],
    [
      () => ops.binaryCrossEntropy(full([2], 2), zeros([2])),
      /x holds 2 at position 0, expected probabilities/,
    ],
    [() => ops.topk(x, { k: 4 }), /topk\(\): k is 4, expected at most 3/],
    [() => ops.interpolate(image, {}), /interpolate\(\): expected either size or scaleFactor/],
    [() => ops.dropout(x, { p: 1.5 }), /dropout\(\): p is 1.5, expected a probability/],
    [() => ops.scaledDotProductAttention(x, zeros([2, 4]), x), /query, key and value have shapes/],
  ];
  for (const [run, message] of cases) {
    it(message.source, () => {
      assert.throws(run, (error) => {
        assert.ok(error instanceof ModelError, String(error));
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
