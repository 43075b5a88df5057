/** What backward() refuses: used-up graphs, missing gradients, leaves that changed on the way. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { parameter, type Tensor, tensor } from "../../engine";

const weights = (...values: number[]) => parameter(values, { dtype: "float64" });

describe("backward: what it refuses", () => {
  const refuses = (fn: () => unknown, message: RegExp) => assert.throws(fn, { name: "ModelError", message });

  it("a second pass through the same operations, unless the graph is kept", () => {
    const x = weights(1, 2);
    const loss = gl.sum(gl.exp(x));
    loss.backward(undefined, { retainGraph: true });
    loss.backward();
    refuses(() => loss.backward(), /a second time/);
    assert.ok(Math.abs((x.grad?.data[0] as number) - 2 * Math.E) < 1e-12);
  });

  it("a tensor of several elements without a gradient, and a gradient of another shape", () => {
    refuses(() => gl.exp(weights(1, 2)).backward(), /shape \[2\] and no gradient/);
    refuses(
      () => gl.exp(weights(1, 2)).backward(tensor([1])),
      /shape \[1\], expected the output's shape \[2\]/,
    );
  });

  it("a tensor that nothing leads to", () => {
    refuses(() => gl.exp(tensor(1)).backward(), /nothing to differentiate/);
  });

  const changes: Record<string, (x: Tensor) => void> = {
    "one element": (x) => {
      x.data[1] = 7;
    },
    "two elements exchanged": (x) => x.data.reverse(),
    "all elements": (x) => {
      x.data.fill(0.5);
    },
  };
  for (const [title, change] of Object.entries(changes)) {
    it(`a leaf changed between forward and backward: ${title}`, () => {
      const x = weights(1, 2, 3);
      const loss = gl.sum(gl.mul(x, x));
      change(x);
      refuses(() => loss.backward(), /shape \[3\] or \[3\] was changed after mul\(\) used it/);
    });
  }

  const gates: Record<string, [before: number[], after: number]> = {
    "from zero": [[0, 0], 1],
    "beside infinity": [[2, Number.POSITIVE_INFINITY], 1],
    "beside NaN": [[2, Number.NaN], 1],
  };
  for (const [title, [before, after]] of Object.entries(gates)) {
    it(`a gate that changed ${title}`, () => {
      const [x, gate] = [gl.exp(weights(1, 2)), tensor(before, { dtype: "float64" })];
      const loss = gl.sum(gl.mul(x, gate));
      gate.data[0] = after;
      refuses(() => loss.backward(), /was changed after mul\(\) used it/);
    });
  }

  it("two numbers that changed against each other", () => {
    const [a, b] = [weights(1), weights(2)];
    const loss = gl.mul(a, b);
    a.data[0] = 3;
    b.data[0] = 1;
    refuses(() => loss.backward(), /was changed after mul\(\) used it/);
  });

  it("one element of a weight matrix of a small network", () => {
    const w = gl.randn([64, 50], { requiresGrad: true });
    const loss = gl.sum(gl.square(w));
    w.data[1234] = 5;
    refuses(() => loss.backward(), /was changed after square\(\) used it/);
  });

  it("an input without gradient that changed", () => {
    const [x, batch] = [weights(1, 2), tensor([3, 4], { dtype: "float64" })];
    const loss = gl.sum(gl.mul(x, batch));
    batch.data[0] = 9;
    refuses(() => loss.backward(), /was changed after mul\(\) used it/);
  });

  it("an update of large weights", () => {
    const w = gl.randn([300, 200], { requiresGrad: true });
    const loss = gl.sum(gl.matmul(gl.ones([2, 300]), w).square());
    for (let i = 0; i < w.size; i++) w.data[i] = (w.data[i] as number) * 0.999;
    refuses(() => loss.backward(), /was changed after matmul\(\) used it/);
  });

  it("but not changes between steps, nor where no derivative looks at the values", () => {
    const x = weights(1, 2);
    for (let step = 0; step < 3; step++) {
      gl.sum(gl.mul(x, x)).backward();
      x.data[0] = (x.data[0] as number) + 1;
    }
    const total = gl.sum(gl.add(x, 1));
    x.data[0] = 5;
    total.backward();
    assert.deepEqual(Array.from(x.grad?.data ?? []), [2 + 4 + 6 + 1, 4 * 3 + 1]);
  });
});

describe("long chains", () => {
  it("200,000 operations run backward, and 50,000 forward, without overflow", () => {
    const x = parameter(0.5, { dtype: "float64" });
    const chain = (from: Tensor, length = 200_000) => {
      let y = from;
      for (let i = 0; i < length; i++) y = i % 2 === 0 ? gl.mul(y, 1.5) : gl.div(y, 1.5);
      return y;
    };
    chain(x).backward();
    assert.ok(Math.abs((x.grad?.item() ?? 0) - 1) < 1e-9);
    const [, t] = gl.jvp((y) => chain(y, 50_000), x.detach(), tensor(1, { dtype: "float64" }));
    assert.ok(Math.abs(t.item() - 1) < 1e-9);
  });
});
