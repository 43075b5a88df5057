/** Copies of modules, initial values and vectors of parameters. */
import "../../engine/ops";
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { manualSeed, nn, ones, randn, tensor, zeros } from "../../engine";
import type { Tensor } from "../../engine/core/tensor";
import { sum } from "../../engine/ops";
import { backward } from "../../engine/sweeps/reverse";

const moments = (x: Tensor) => {
  const values = Array.from(x.data);
  const mean = values.reduce((total, v) => total + v, 0) / values.length;
  return { mean, std: Math.sqrt(values.reduce((total, v) => total + (v - mean) ** 2, 0) / values.length) };
};
const near = (found: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(found - expected) <= tolerance, `found ${found}, expected ${expected}`);

describe("copies of modules", () => {
  it("have weights of their own, with the same values, names and buffers", () => {
    const net = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
    net.requiresGrad_(false);
    const copy = net.deepCopy();
    assert.deepEqual(Object.keys(copy.stateDict()), Object.keys(net.stateDict()));
    assert.ok(copy.parameters().every((p) => !p.requiresGrad));
    const x = tensor([[1, 2], [3, 4]]); // biome-ignore format: a matrix
    assert.deepEqual(copy.forward(x).toArray(), net.forward(x).toArray());
    copy.parameters()[0]?.data.fill(0);
    assert.notEqual(net.parameters()[0]?.data[0], 0);
  });

  it("share what was shared, and forward runs on the copy", () => {
    class Tied extends nn.Module {
      a = new nn.Linear(2, 2, { bias: false });
      b = this.a;
      forward(x: Tensor): Tensor {
        return this.b.forward(this.a.forward(x));
      }
    }
    const copy = new Tied().deepCopy();
    assert.equal(copy.a, copy.b);
    copy.a.weight.data.set([2, 0, 0, 2]);
    assert.deepEqual(copy.forward(tensor([1, 2])).toArray(), [4, 8]);
    backward(sum(copy.forward(tensor([1, 2]))));
    assert.notEqual(copy.a.weight.grad, null);
  });
});

describe("the encoder of a transformer", () => {
  const layer = () => new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8, dropout: 0 });

  it("copies its layer, and takes a norm by name or by position", () => {
    const first = layer();
    const byName = new nn.TransformerEncoder(first, 2, { norm: new nn.LayerNorm(4) });
    const byPlace = new nn.TransformerEncoder(first, 2, new nn.LayerNorm(4));
    const x = ones([3, 2, 4]);
    assert.deepEqual(byName.forward(x).toArray(), byPlace.forward(x).toArray());
    assert.deepEqual(Object.keys(byName.stateDict()), Object.keys(byPlace.stateDict()));
    assert.equal(byName.parameters().includes(first.linear1.weight), false);
  });

  it("says what is wrong", () => {
    const make = nn.TransformerEncoder as unknown as new (...args: unknown[]) => nn.Module;
    assert.throws(() => new make(3, 2), /the layer is 3, expected an nn.TransformerEncoderLayer/);
    assert.throws(() => new make(layer(), 0), /numLayers is 0/);
    assert.throws(() => new make(layer(), 1, { norms: 1 }), /unknown option "norms"/);
    assert.throws(() => new nn.TransformerEncoder(layer(), 1).forward(ones([2, 4]), { masks: 1 } as never));
  });
});

describe("modules in an order", () => {
  it("are appended, counted and found", () => {
    const list = new nn.ModuleList<nn.Linear>().append(new nn.Linear(1, 2)).extend([new nn.Linear(2, 3)]);
    assert.deepEqual([list.length, list.at(-1).outFeatures], [2, 3]);
    const net = new nn.Sequential(new nn.ReLU(), new nn.Tanh());
    assert.deepEqual([net.length, net.at(-1).constructor.name], [2, "Tanh"]);
    assert.throws(() => net.at(2), /no module 2 among 2/);
  });
});

describe("more initial values", () => {
  it("truncNormal has the moments of its distribution and keeps the bounds", () => {
    manualSeed(1);
    const x = nn.init.truncNormal(zeros([40_000], { dtype: "float64" }));
    // Of a standard normal distribution between −2 and 2.
    near(moments(x).mean, 0, 0.02);
    near(moments(x).std, 0.8796, 0.01);
    assert.ok(x.data.every((v) => v >= -2 && v <= 2));
    const tail = nn.init.truncNormal(zeros([1000]), 0, 1, 3, 4);
    assert.ok(tail.data.every((v) => v >= 3 && v <= 4));
    near(moments(tail).mean, 3.283, 0.03);
    assert.throws(() => nn.init.truncNormal(zeros([2]), { a: 1, b: 0 }), /expected a below b/);
  });

  it("eye and dirac hand on what comes in", () => {
    assert.deepEqual(nn.init.eye(zeros([2, 3])).toArray(), [[1, 0, 0], [0, 1, 0]]); // biome-ignore format: a matrix
    const conv = new nn.Conv2d(2, 2, 3, { padding: 1, bias: false });
    nn.init.dirac(conv.weight);
    const x = tensor(Float32Array.from({ length: 32 }, (_, i) => i)).view(1, 2, 4, 4);
    assert.deepEqual(conv.forward(x).toArray(), x.toArray());
  });

  it("sparse has zeros in each column", () => {
    manualSeed(2);
    const x = nn.init.sparse(ones([10, 4]), 0.25);
    for (const column of [0, 1, 2, 3]) {
      const rows = Array.from({ length: 10 }, (_, i) => x.data[i * 4 + column]);
      assert.equal(rows.filter((v) => v === 0).length, 3);
    }
  });
});

describe("parameters as a vector", () => {
  it("go there and back", () => {
    const net = new nn.Linear(2, 3);
    const vector = nn.utils.parametersToVector(net.parameters());
    assert.deepEqual(vector.shape, [9]);
    const other = new nn.Linear(2, 3);
    nn.utils.vectorToParameters(vector, other.parameters());
    assert.deepEqual(other.weight.toArray(), net.weight.toArray());
    assert.throws(() => nn.utils.vectorToParameters(ones([8]), other.parameters()), /of 9 elements/);
  });
});

describe("functions as nn.functional", () => {
  it("are there", () => assert.equal(nn.functional.relu(tensor([-1])).item(), 0));
});

describe("attention", () => {
  const layer = () => {
    manualSeed(3);
    return new nn.MultiheadAttention(4, 2, { batchFirst: true });
  };
  const copyOf = (x: Tensor) => tensor(x.data.slice(), { shape: x.shape });
  const made = (query: Tensor, key: Tensor, value: Tensor) => layer().forward(query, key, value)[0].toArray();

  it("gives the same whether its inputs are one tensor or equal ones, of all three or of two", () => {
    const [x, y] = [randn([2, 3, 4]), randn([2, 3, 4])];
    assert.deepEqual(made(x, x, x), made(x, copyOf(x), copyOf(x)));
    // A decoder asks with its own sequence and finds keys and values in another one.
    assert.deepEqual(made(x, y, y), made(x, y, copyOf(y)));
    assert.deepEqual(made(x, x, y), made(x, copyOf(x), y));
    assert.notDeepEqual(made(x, y, y), made(x, x, x));
    assert.notDeepEqual(made(x, x, y), made(x, x, x));
  });
});
