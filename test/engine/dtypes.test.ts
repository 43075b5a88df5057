/** Element types as PyTorch combines them, and tensors without elements or without dimensions. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { type DType, grad, type Tensor, tensor } from "../../engine";

const of = (dtype: DType, ...values: number[]) => tensor(values, { dtype });
const half = (dtype: DType) => tensor(1, { dtype });
const values = (x: Tensor) => Array.from(x.data);

describe("element types", () => {
  const sums: [string, () => Tensor, DType][] = [
    ["bool + bool", () => gl.add(of("bool", 1), of("bool", 1)), "bool"],
    ["bool + int32", () => gl.add(of("bool", 1), of("int32", 1)), "int32"],
    ["int32 + float32", () => gl.add(of("int32", 1), of("float32", 1)), "float32"],
    ["float32 + float64", () => gl.add(of("float32", 1), of("float64", 1)), "float64"],
    ["float32 + float64 without dimensions", () => gl.add(of("float32", 1), half("float64")), "float32"],
    ["int32 + float32 without dimensions", () => gl.add(of("int32", 1), half("float32")), "float32"],
    ["int32 + 1", () => gl.add(of("int32", 1), 1), "int32"],
    ["int32 + 1.5", () => gl.add(of("int32", 1), 1.5), "float32"],
    ["float64 + 1.5", () => gl.add(of("float64", 1), 1.5), "float64"],
    ["bool + 1", () => gl.add(of("bool", 1), 1), "int32"],
    ["int32 / int32", () => gl.div(of("int32", 1), of("int32", 2)), "float32"],
    ["int32 ** 2", () => gl.pow(of("int32", 3), 2), "int32"],
    ["exp of int32", () => gl.exp(of("int32", 1)), "float32"],
    ["relu of int32", () => gl.relu(of("int32", -1)), "int32"],
    ["sum of bool", () => gl.sum(of("bool", 1, 1)), "int32"],
    ["mean of int32", () => gl.mean(of("int32", 1, 2)), "float32"],
    ["cumsum of bool", () => gl.cumsum(of("bool", 1, 1), { dim: 0 }), "int32"],
    ["x > y", () => gl.gt(of("int32", 1), of("float64", 0.5)), "bool"],
    ["where", () => gl.where(of("bool", 1), of("int32", 1), of("float64", 2)), "float64"],
    ["maskedFill of int32", () => gl.maskedFill(of("int32", 1), of("bool", 1), 7), "int32"],
    ["argmax", () => gl.argmax(of("float64", 1, 3)), "int32"],
  ];
  for (const [title, make, dtype] of sums)
    it(`${title} is ${dtype}`, () => assert.equal(make().dtype, dtype));

  it("sums and products of booleans are booleans", () => {
    const [x, y] = [of("bool", 0, 0, 1, 1), of("bool", 0, 1, 0, 1)];
    assert.deepEqual(values(gl.add(x, y)), [0, 1, 1, 1]);
    assert.deepEqual(values(gl.mul(x, y)), [0, 0, 0, 1]);
    assert.deepEqual(values(gl.add(half("bool"), half("bool"))), [1]);
  });

  it("a boolean beside a number counts as 1 or 0", () => {
    const [x, y] = [of("bool", 0, 1), of("float32", 2.5, 2.5)];
    for (const op of [gl.add, gl.sub, gl.mul]) {
      assert.deepEqual(values(op(x, y)), values(op(gl.cast(x, "float32"), y)));
      assert.deepEqual(values(op(y, x)), values(op(y, gl.cast(x, "float32"))));
    }
  });

  it("a gradient has the element type of its tensor", () => {
    const x = tensor([1, 2], { dtype: "float32", requiresGrad: true });
    const y = tensor([3, 4], { dtype: "float64", requiresGrad: true });
    const [gx, gy] = grad(gl.sum(gl.mul(x, y)), [x, y]);
    assert.equal(gx?.dtype, "float32");
    assert.equal(gy?.dtype, "float64");
    const [, t] = gl.jvp((a) => gl.mul(a, y.detach()), x.detach(), tensor([1, 1]));
    assert.equal(t.dtype, "float64");
  });

  it("casts to integers towards zero and to booleans by not being zero", () => {
    assert.deepEqual(values(gl.cast(of("float64", -1.7, 1.7), "int32")), [-1, 1]);
    assert.deepEqual(values(gl.cast(of("float64", -1.7, 0, 0.2), "bool")), [1, 0, 1]);
  });

  it("rounds halves to the even number", () => {
    assert.deepEqual(values(gl.round(of("float64", 0.5, 1.5, 2.5, -0.5, -1.5, 2.4))), [0, 2, 2, -0, -2, 2]);
  });
});

describe("tensors without elements or dimensions", () => {
  const none = tensor(new Float64Array(0), { shape: [0, 3], requiresGrad: true });

  it("elementwise and reducing operations take no elements", () => {
    for (const f of [gl.exp, gl.relu, gl.abs, gl.sigmoid]) assert.deepEqual(f(none).shape, [0, 3]);
    assert.deepEqual(gl.add(none, tensor([1, 2, 3])).shape, [0, 3]);
    assert.deepEqual(values(gl.sum(none, { dim: 0 })), [0, 0, 0]);
    assert.deepEqual(values(gl.prod(none, { dim: 0 })), [1, 1, 1]);
    assert.deepEqual(gl.sum(none, { dim: 1 }).shape, [0]);
    assert.ok(Number.isNaN(gl.mean(none).item()));
    assert.deepEqual(gl.softmax(none, { dim: 1 }).shape, [0, 3]);
    assert.deepEqual(gl.matmul(none, gl.ones([3, 2], { dtype: "float64" })).shape, [0, 2]);
    assert.deepEqual(gl.linear(none, gl.ones([2, 3], { dtype: "float64" })).shape, [0, 2]);
  });

  it("gradients flow through no elements", () => {
    assert.deepEqual(grad(gl.sum(gl.exp(none)), none).shape, [0, 3]);
    const w = gl.ones([3, 2], { dtype: "float64", requiresGrad: true });
    assert.deepEqual(values(grad(gl.sum(gl.matmul(none, w)), w)), [0, 0, 0, 0, 0, 0]);
  });

  it("reductions along a dimension take a tensor without dimensions", () => {
    const x = tensor(2, { dtype: "float64", requiresGrad: true });
    for (const f of [gl.sum, gl.mean, gl.amax, gl.prod]) assert.equal(f(x, { dim: 0 }).item(), 2);
    assert.equal(gl.softmax(x, { dim: 0 }).item(), 1);
    assert.equal(gl.logSoftmax(x, { dim: -1 }).item(), 0);
    assert.equal(gl.cumsum(x, { dim: 0 }).item(), 2);
    assert.equal(gl.argmax(x).item(), 0);
    assert.equal(gl.max(x, { dim: 0 })[0].item(), 2);
    assert.equal(grad(gl.prod(x, { dim: 0 }), x).item(), 1);
  });

  it("not-a-numbers and infinities flow as in IEEE 754", () => {
    const x = of("float64", Number.NaN, Number.POSITIVE_INFINITY, -1);
    assert.deepEqual(values(gl.relu(x)), [Number.NaN, Number.POSITIVE_INFINITY, 0]);
    assert.deepEqual(values(gl.maximum(x, 0)), [Number.NaN, Number.POSITIVE_INFINITY, 0]);
    assert.ok(Number.isNaN(gl.amax(x).item()));
    assert.equal(gl.argmax(x).item(), 0);
    assert.ok(Number.isNaN(gl.log(of("float64", -1)).item()));
    assert.equal(gl.div(of("float64", 1), 0).item(), Number.POSITIVE_INFINITY);
  });
});

describe("methods", () => {
  it("give what the functions give", () => {
    const x = tensor(
      [
        [1, -2],
        [3, 4],
      ],
      { dtype: "float64", requiresGrad: true },
    );
    const w = tensor(
      [
        [1, 0.5],
        [-1, 2],
      ],
      { dtype: "float64" },
    );
    const byMethods = x.matmul(w).add(1).relu().sum({ dim: 1 }).mul(2).mean();
    const byFunctions = gl.mean(gl.mul(gl.sum(gl.relu(gl.add(gl.matmul(x, w), 1)), { dim: 1 }), 2));
    assert.equal(byMethods.item(), byFunctions.item());
    byMethods.backward();
    assert.deepEqual(values(x.grad as Tensor), values(grad(byFunctions, x)));
    assert.deepEqual(x.t().shape, [2, 2]);
    assert.equal(x.to("float32").dtype, "float32");
    assert.deepEqual(values(x.max({ dim: 1 })[1]), [0, 1]);
    assert.equal(x.max().item(), 4);
  });
});
