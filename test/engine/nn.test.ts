/** Modules: names, states, modes, initial values, and what is refused. */
import "../../engine/ops";
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ModelError } from "../../engine/core/error";
import { manualSeed } from "../../engine/core/random";
import { type Tensor, zeroFilled } from "../../engine/core/tensor";
import { ones, randn, tensor, zeros } from "../../engine/creation/create";
import * as nn from "../../engine/nn";
import { backward } from "../../engine/sweeps/reverse";

class Net extends nn.Module {
  readonly stem = new nn.Sequential(new nn.Linear(4, 3), new nn.ReLU(), new nn.Linear(3, 2));
  readonly heads = new nn.ModuleList([new nn.Linear(2, 1), new nn.Linear(2, 1)]);
  readonly extra = [new nn.Linear(2, 1, { bias: false })];
  readonly norm = new nn.BatchNorm1d(2);
  readonly table = tensor([1, 2]);

  forward(x: Tensor): Tensor {
    return this.heads.at(0).forward(this.norm.forward(this.stem.forward(x)));
  }
}

const names = [
  "stem.0.weight",
  "stem.0.bias",
  "stem.2.weight",
  "stem.2.bias",
  "heads.0.weight",
  "heads.0.bias",
  "heads.1.weight",
  "heads.1.bias",
  "extra.0.weight",
  "norm.weight",
  "norm.bias",
];

describe("nn.Module", () => {
  it("names parameters as PyTorch does", () => {
    assert.deepEqual(
      new Net().namedParameters().map(([name]) => name),
      names,
    );
  });

  it("keeps running statistics among its state, not among its parameters", () => {
    const buffers = ["norm.running_mean", "norm.running_var", "norm.num_batches_tracked"];
    assert.deepEqual(Object.keys(new Net().stateDict()), [...names, ...buffers]);
    assert.deepEqual(
      new Net().namedBuffers().map(([name]) => name),
      buffers,
    );
  });

  it("loads the state of another module", () => {
    const [a, b] = [new Net(), new Net()];
    const x = randn([5, 4]);
    a.forward(x);
    b.loadStateDict(a.stateDict());
    assert.deepEqual(b.eval().forward(x).toArray(), a.eval().forward(x).toArray());
  });

  it("says which names or shapes of a state do not fit, and loads nothing then", () => {
    const net = new nn.Linear(2, 2);
    const before = [...net.weight.data];
    const weight = ones([2, 2]);
    assert.throws(() => net.loadStateDict({ weight }), /missing: bias/);
    assert.throws(() => net.loadStateDict({ weight, bias: ones([2]), b: ones([1]) }), /unexpected: b/);
    assert.throws(
      () => net.loadStateDict({ weight, bias: ones([3]) }),
      /bias has shape \[3\], expected shape \[2\]/,
    );
    assert.deepEqual([...net.weight.data], before);
    net.loadStateDict({ weight, other: ones([1]) }, { strict: false });
    assert.deepEqual([...net.weight.data], [1, 1, 1, 1]);
  });

  it("drops in training only", () => {
    manualSeed(1);
    const layer = new nn.Dropout(0.5);
    const x = ones([1000]);
    const dropped = [...layer.forward(x).data];
    assert.deepEqual([...new Set(dropped)].sort(), [0, 2]);
    const zeroed = dropped.filter((v) => v === 0).length;
    assert.ok(zeroed > 400 && zeroed < 600, `${zeroed} of 1000 dropped`);
    assert.equal(layer.eval().forward(x), x);
  });

  it("clips once a gradient that two parameters share", () => {
    const p = tensor([3], { requiresGrad: true });
    const q = tensor([4], { requiresGrad: true });
    backward(p.add(q).sum());
    assert.ok(Math.abs(nn.utils.clipGradNorm([p, q], 1).item() - Math.SQRT2) < 1e-6);
    const clipped = [p, q].map((x) => x.grad?.item() as number);
    for (const g of clipped) assert.ok(Math.abs(g - Math.SQRT1_2) < 1e-5, `${g}`);
  });

  it("penalises weights", () => {
    const p = tensor([1, -2], { requiresGrad: true });
    assert.equal(nn.l1Penalty([p]).item(), 3);
    assert.equal(nn.l2Penalty([p]).item(), 5);
  });
});

describe("nn.init", () => {
  const spread = (x: Tensor) => {
    const squares = [...x.data].reduce((sum, v) => sum + v * v, 0);
    return { std: Math.sqrt(squares / x.size), max: Math.max(...[...x.data].map(Math.abs)) };
  };
  const near = (found: number, expected: number) =>
    assert.ok(Math.abs(found / expected - 1) < 0.03, `found ${found}, expected ${expected}`);

  it("draws with the variance that the fans ask for", () => {
    manualSeed(2);
    const make = () => zeroFilled([80, 20, 3]);
    assert.deepEqual(nn.init.fansOf([80, 20, 3]), { in: 60, out: 240 });
    near(spread(nn.init.xavierNormal(make())).std, Math.sqrt(2 / 300));
    near(spread(nn.init.xavierUniform(make(), { gain: 2 })).max, 2 * Math.sqrt(6 / 300));
    near(spread(nn.init.heNormal(make(), { nonlinearity: "relu" })).std, Math.sqrt(2 / 60));
    near(spread(nn.init.heUniform(make(), { a: Math.sqrt(5) })).max, Math.sqrt(1 / 60));
    near(spread(nn.init.heNormal(make(), { mode: "fanOut" })).std, Math.sqrt(2 / 240));
    near(spread(nn.init.lecunNormal(make())).std, Math.sqrt(1 / 60));
    near(spread(nn.init.lecunUniform(make())).max, Math.sqrt(3 / 60));
    near(spread(nn.init.normal(make(), { std: 0.5 })).std, 0.5);
  });

  it("makes orthonormal rows or columns", () => {
    for (const shape of [
      [3, 5],
      [5, 3],
      [4, 2, 2],
    ]) {
      const x = nn.init.orthogonal(zeroFilled(shape, "float64"), { gain: 2 });
      const [rows, columns] = [shape[0] as number, x.size / (shape[0] as number)];
      const m = x.reshape([rows, columns]);
      const product = rows <= columns ? m.matmul(m.transpose(0, 1)) : m.transpose(0, 1).matmul(m);
      const n = Math.min(rows, columns);
      product.data.forEach((value: number, i: number) => {
        const expected = i % (n + 1) === 0 ? 4 : 0;
        assert.ok(Math.abs(value - expected) < 1e-12, `${shape}: found ${value} at ${i}`);
      });
    }
  });

  it("starts layers as PyTorch does: uniform within 1/√fan", () => {
    manualSeed(3);
    const { weight, bias } = new nn.Linear(100, 400);
    near(spread(weight).max, 0.1);
    near(spread(bias as Tensor).max, 0.1);
    near(spread(new nn.Conv2d(8, 50, 3).weight).max, 1 / Math.sqrt(72));
    near(spread(new nn.LSTM(25, 64).stateDict().weight_ih_l0 as Tensor).max, 1 / 8);
    near(spread(new nn.Embedding(100, 50).weight).std, 1);
  });

  it("repeats with the same seed", () => {
    const draw = () => {
      manualSeed(5);
      return new nn.Linear(3, 3).weight.toArray();
    };
    assert.deepEqual(draw(), draw());
  });
});

describe("nn, used wrongly", () => {
  const cases: [() => unknown, RegExp][] = [
    [() => new nn.Linear(0, 3), /nn.Linear\(\): inFeatures is 0, expected an integer of at least 1/],
    [() => new nn.Linear(3, undefined as never), /outFeatures is undefined/],
    [() => new nn.Linear(3, 2).forward(zeros([4, 5])), /shape \[4, 5\], expected a last dimension of 3/],
    [() => new nn.Conv2d(3, 4, 3, { groups: 2 }), /inChannels \/ groups is 1.5/],
    [() => new nn.Conv2d(3, 4, [3, 0]), /kernelSize is \[3,0\]/],
    [() => new nn.Conv2d(3, 4, 3).forward(zeros([1, 2, 5, 5])), /has 2 channels, expected 3/],
    [() => new nn.BatchNorm2d(3).forward(zeros([2, 3])), /expected \[items, 3, size, size\]/],
    [() => new nn.BatchNorm1d(3).forward(zeros([1, 3])), /one value per channel/],
    [() => new nn.LSTM(3, 4).forward(zeros([5, 2, 2])), /nn.LSTM: x has shape \[5, 2, 2\]/],
    [() => new nn.MultiheadAttention(8, 3), /embedDim \/ numHeads is 2.66/],
    [() => new nn.Dropout(2), /p is 2, expected a probability/],
    [() => new nn.Sequential((() => 1) as never), /item 0 is .*function.*, expected a module/],
    [() => nn.init.xavierNormal(zeros([3])), /shape \[3\] has no fans/],
  ];
  for (const [run, message] of cases) {
    it(`${message.source}`, () => {
      assert.throws(run, (error) => {
        assert.ok(error instanceof ModelError, String(error));
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
