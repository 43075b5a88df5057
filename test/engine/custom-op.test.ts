/** Operations that a model file defines: both modes, several inputs, and what their mistakes say. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { customOp, type Tensor, tensor } from "../../engine";
import { record, Tape } from "../../engine/core/tape";
import { checks } from "./derivative-checks";

const cube = customOp({
  name: "cube",
  forward: (x) => gl.mul(x, gl.mul(x, x)),
  backward: ({ grad, inputs: [x] }) => gl.mul(grad, gl.mul(gl.square(x as Tensor), 3)),
});

const product = customOp({
  name: "product",
  forward: (x, y) => gl.mul(x, y),
  backward: ({ grad, inputs: [x, y] }) => [gl.mul(grad, y as Tensor), gl.mul(grad, x as Tensor)],
});

/** A backward pass that computes on plain numbers: right, but not differentiable itself. */
const plain = customOp({
  name: "plain",
  forward: (x) =>
    tensor(
      Float64Array.from(x.data, (v) => Math.sin(v)),
      { shape: x.shape },
    ),
  backward: ({ grad, inputs: [x] }) => {
    const values = Float64Array.from((x as Tensor).data, (v, i) => Math.cos(v) * (grad.data[i] as number));
    return tensor(values, { shape: grad.shape });
  },
});

const leaf = (...values: number[]) => tensor(values, { dtype: "float64", requiresGrad: true });

describe("customOp", () => {
  const samples = { inputs: [leaf(0.4, -1.2, 0.7)], attrs: {} };
  const pair = { inputs: [leaf(0.4, -1.2), leaf(2, 3)], attrs: {} };

  for (const [title, check] of Object.entries(checks)) {
    it(`${title}: one input`, () => assert.equal(check(cube.op, samples), null));
    it(`${title}: two inputs`, () => assert.equal(check(product.op, pair), null));
  }

  it("a backward pass on plain numbers works in both modes", () => {
    for (const title of Object.keys(checks).filter((each) => each !== "second derivatives")) {
      assert.equal(checks[title]?.(plain.op, samples), null, title);
    }
  });

  it("a backward pass may keep what it gets and makes", () => {
    const kept: { tensor: Tensor; values: number[] }[] = [];
    const keeps = customOp({
      name: "keeps",
      forward: (x) => gl.mul(x, 3),
      backward({ grad }) {
        const made = gl.mul(grad, 3);
        for (const each of [grad, made]) kept.push({ tensor: each, values: Array.from(each.data) });
        return gl.mul(made, 1);
      },
    });
    const train = () => {
      const x = gl.randn([300, 300], { requiresGrad: true });
      gl.sum(gl.square(keeps(gl.exp(x)))).backward();
    };
    record(new Tape(), () => {
      for (let i = 0; i < 5; i++) train();
    });
    for (const { tensor: each, values } of kept) assert.deepEqual(Array.from(each.data), values);
  });

  it("its value may be kept beyond the tape", () => {
    let kept: Tensor | undefined;
    const remembers = customOp({
      name: "remembers",
      forward: (x) => {
        kept = gl.mul(x, 3);
        return kept;
      },
      backward: ({ grad }) => gl.mul(grad, 3),
    });
    const tape = new Tape();
    record(tape, () => remembers(gl.ones([300, 300])));
    tape.drop();
    gl.neg(gl.randn([300, 300]));
    assert.ok(kept?.data.every((v) => v === 3));
  });

  it("is one operation on the tape, whatever happens inside", () => {
    const tape = new Tape();
    record(tape, () => cube(leaf(2)));
    assert.deepEqual(
      tape.nodes.map((node) => node.op.name),
      ["cube"],
    );
  });

  it("runs its backward pass once for several inputs", () => {
    let runs = 0;
    const counted = customOp({
      name: "counted",
      forward: (x, y) => gl.add(x, y),
      backward: ({ grad }) => {
        runs++;
        return [grad, grad];
      },
    });
    gl.sum(counted(leaf(1, 2), leaf(3, 4))).backward();
    assert.equal(runs, 1);
  });

  it("null leaves an input without a gradient", () => {
    const [x, y] = [leaf(2), leaf(3)];
    const half = customOp({
      name: "half",
      forward: (a, b) => gl.mul(a, b),
      backward: ({ grad, inputs: [, b] }) => [gl.mul(grad, b as Tensor), null],
    });
    half(x, y).backward();
    assert.equal(x.grad?.item(), 3);
    assert.equal(y.grad?.item() ?? 0, 0);
  });

  const wrong = (returned: unknown) =>
    customOp({ name: "wrong", forward: (x) => gl.mul(x, 2), backward: () => returned as Tensor });
  const table: [string, () => unknown, RegExp][] = [
    [
      "a gradient of another shape",
      () => wrong(tensor([1])),
      /returned shape \[1\] for input 0, expected the input's shape \[2\]/,
    ],
    ["too many gradients", () => wrong([null, null]), /returned 2 gradients, expected one per input: 1/],
    ["no tensor", () => wrong(["1"]), /returned a string \(1\) for input 0, expected a tensor/],
  ];
  for (const [title, make, message] of table) {
    it(`says: ${title}`, () => {
      const op = make() as (x: Tensor) => Tensor;
      assert.throws(() => gl.sum(op(leaf(1, 2))).backward(), { name: "ModelError", message });
    });
  }

  it("compares with finite differences on first use when asked", () => {
    const spec = { name: "cubed", forward: (x: Tensor) => gl.pow(x, 3), check: true };
    const right = customOp({
      ...spec,
      backward: ({ grad, inputs: [x] }) => gl.mul(grad, gl.mul(gl.square(x as Tensor), 3)),
    });
    assert.equal(right(leaf(2)).item(), 8);
    assert.equal(right(tensor([0.5, -2], { requiresGrad: true })).dtype, "float32");
    const wrong = customOp({
      ...spec,
      backward: ({ grad, inputs: [x] }) => gl.mul(grad, gl.square(x as Tensor)),
    });
    assert.throws(() => wrong(leaf(1, 2)), {
      name: "ModelError",
      message:
        /cubed: backward gives 1 for element 0 of input 0 of shape \[2\], expected 3\.?\d* from finite/,
    });
    const bent = customOp({
      name: "bent",
      forward: (x) => gl.abs(x),
      backward: ({ grad, inputs: [x] }) => gl.mul(grad, gl.sign(x as Tensor)),
      check: true,
    });
    assert.equal(bent(leaf(0)).item(), 0);
  });

  it("says: forward without a tensor, and a missing part", () => {
    const empty = customOp({ name: "empty", forward: () => undefined as never, backward: () => null });
    assert.throws(() => empty(leaf(1)), {
      name: "ModelError",
      message: /empty.forward returned undefined, expected a tensor/,
    });
    assert.throws(
      () => customOp({ name: "x", forward: (x: Tensor) => x } as never),
      /backward is undefined, expected a function/,
    );
    assert.throws(
      () => customOp({ name: "x", foward: (x: Tensor) => x } as never),
      /unknown option "foward"/,
    );
  });
});
