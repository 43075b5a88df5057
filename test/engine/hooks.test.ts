/** Hooks of tensors and modules, frozen parameters, and walks over modules. */
import "../../engine/ops";
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { grad, hvp, nn, optim, Tensor, tensor } from "../../engine";
import { add, mul, relu, square, sum } from "../../engine/ops";
import { backward } from "../../engine/sweeps/reverse";

const leaf = (...values: number[]) => tensor(values, { dtype: "float64", requiresGrad: true });

class Net extends nn.Module {
  fc1 = new nn.Linear(3, 4);
  act = new nn.Sequential(new nn.ReLU(), new nn.Tanh());
  fc2 = new nn.Linear(4, 2);
  forward(x: Tensor): Tensor {
    return this.fc2.forward(this.act.forward(this.fc1.forward(x)));
  }
}

describe("gradient hooks of tensors", () => {
  it("see the whole gradient, of leaves and of others, and may change it", () => {
    const x = leaf(1, 2);
    const h = square(x);
    const seen: number[][] = [];
    h.registerHook((g) => {
      seen.push([...g.data]);
      return mul(g, 10);
    });
    x.registerHook((g) => {
      seen.push([...g.data]);
    });
    backward(sum(add(h, mul(h, 2))));
    assert.deepEqual(seen, [
      [3, 3],
      [60, 120],
    ]);
    assert.deepEqual(x.grad?.toArray(), [60, 120]);
  });

  it("run until they are removed, also in grad() and in recorded sweeps", () => {
    const x = leaf(3);
    const h = mul(square(x), x);
    const handle = h.registerHook((g) => mul(g, 2));
    assert.deepEqual(grad(sum(h), x).toArray(), [54]);
    const [first] = grad(sum(h), [x], { createGraph: true }) as [Tensor];
    assert.deepEqual(grad(sum(first), x).toArray(), [36]);
    handle.remove();
    assert.deepEqual(grad(sum(h), x).toArray(), [27]);
  });

  it("keep the gradient of a tensor that is no leaf", () => {
    const x = leaf(1, 2);
    const h = square(x);
    h.retainGrad();
    const loss = sum(mul(h, 3));
    backward(loss, undefined, { retainGraph: true });
    backward(loss);
    assert.deepEqual(h.grad?.toArray(), [6, 6]);
  });

  it("may keep large gradients: their memory is not used again", () => {
    const x = tensor(new Float64Array(50_000).fill(2), { requiresGrad: true });
    const kept: Tensor[] = [];
    for (let i = 0; i < 4; i++) {
      const h = square(x);
      h.registerHook((g) => {
        kept.push(g, mul(g, i + 1));
      });
      backward(sum(mul(h, i + 1)));
    }
    const firsts = kept.map(({ data }) => new Set(data));
    assert.deepEqual(
      firsts.map((values) => [...values]),
      [[1], [1], [2], [4], [3], [9], [4], [16]],
    );
  });

  it("say what a hook must return", () => {
    const x = leaf(1, 2);
    x.registerHook(() => tensor([1]));
    assert.throws(() => backward(sum(x)), /a gradient hook returned float32 of shape \[1\]/);
    assert.throws(() => tensor([1]).registerHook(() => {}), /takes no gradient/);
    assert.throws(() => leaf(1).registerHook(3 as never), /expected a function/);
  });
});

describe("hooks of modules", () => {
  const layer = () => {
    const fc = new nn.Linear(2, 1, { bias: false });
    fc.weight.data.set([2, 3]);
    return fc;
  };

  it("see and change inputs and outputs", () => {
    const fc = layer();
    const log: unknown[] = [];
    const before = fc.registerForwardPreHook((module, inputs) => {
      log.push(module === fc, inputs.length);
      return mul(inputs[0] as Tensor, 10);
    });
    const after = fc.registerForwardHook((_, inputs, output) => {
      log.push((inputs[0] as Tensor).toArray());
      return add(output as Tensor, 1);
    });
    const x = tensor([1, 1]);
    assert.deepEqual(fc.forward(x).toArray(), [51]);
    assert.deepEqual(log, [true, 1, [10, 10]]);
    before.remove();
    after.remove();
    assert.deepEqual(fc.forward(x).toArray(), [5]);
  });

  it("see the gradients that flow through one module, and change them", () => {
    const fc = layer();
    const x = tensor([1, 1], { requiresGrad: true });
    const seen: unknown[] = [];
    const handle = fc.registerFullBackwardHook((_, gradInput, gradOutput) => {
      seen.push(gradInput[0]?.toArray(), gradOutput[0]?.toArray());
      return [mul(gradInput[0] as Tensor, 100)];
    });
    backward(add(sum(mul(fc.forward(x), 5)), sum(x)));
    assert.deepEqual(seen, [[10, 15], [5]]);
    assert.deepEqual(x.grad?.toArray(), [1001, 1501]);
    handle.remove();
    backward(sum(fc.forward(x)));
    assert.equal(seen.length, 2);
  });

  it("see the gradient of the output where no input takes one", () => {
    const fc = layer();
    const seen: unknown[] = [];
    fc.registerFullBackwardHook((_, gradInput, gradOutput) => {
      seen.push(gradInput, gradOutput[0]?.toArray());
    });
    backward(sum(fc.forward(tensor([1, 1]))));
    assert.deepEqual(seen, [[null], [1]]);
  });

  it("leave derivatives of any order as they are when they only look", () => {
    const fc = layer();
    fc.registerFullBackwardHook(() => {});
    const x = tensor([0.3, 0.2]);
    const [product] = hvp((v) => sum(square(fc.forward(v))), [x], [tensor([1, 0])]) as [Tensor];
    assert.deepEqual(
      [...product.data].map((v) => Math.round(v * 1e4) / 1e4),
      [8, 12],
    );
  });
});

describe("walks over modules", () => {
  it("gives children, modules and buffers, and applies a function from below", () => {
    const net = new Net();
    assert.deepEqual(
      net.children().map((each) => each.constructor.name),
      ["Linear", "Sequential", "Linear"],
    );
    const names: string[] = [];
    assert.equal(
      net.apply((module) => names.push(module.constructor.name)),
      net,
    );
    assert.deepEqual(names, ["Linear", "ReLU", "Tanh", "Sequential", "Linear", "Net"]);
    assert.equal(net.modules().length, 6);
    assert.equal(new nn.BatchNorm1d(2).buffers().length, 3);
  });

  it("freezes parameters: they take no gradient, and stay in the state", () => {
    const net = new Net();
    const names = Object.keys(net.stateDict());
    net.fc1.requiresGrad_(false);
    net.fc2.weight.requiresGrad = false;
    assert.deepEqual(Object.keys(net.stateDict()), names);
    assert.equal(net.parameters().length, 4);
    const optimizer = new optim.SGD(net.parameters(), { lr: 1 });
    const before = [...net.fc1.weight.data];
    backward(sum(relu(net.forward(tensor([[1, 2, 3]])))));
    optimizer.step();
    assert.equal(net.fc1.weight.grad, null);
    assert.ok(net.fc2.bias?.grad instanceof Tensor);
    assert.deepEqual([...net.fc1.weight.data], before);
    net.requiresGrad_();
    assert.ok(net.parameters().every((p) => p.requiresGrad));
  });
});
