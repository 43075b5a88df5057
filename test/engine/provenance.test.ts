/** What a trace tells beside its operations: optimisers, acts of training, writes to leaves, and cuts. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../engine/index";
import { onLine, sampleRun } from "./sample-run";
import { asLoss, ofModel, pick, tableOf } from "./table-rows";

describe("operations of a trace", () => {
  const attributes = (model: () => g.Tensor) => pick(ofModel("operations", model), "name", "attributes");

  it("tell the plain attributes of their calls, by name, each kind once", () => {
    const x = g.parameter([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    assert.deepEqual(
      attributes(() => {
        const rows = [g.softmax(x, 1), g.softmax(x, 1), g.softmax(x, 0)].map((y) => g.square(y));
        return g.sum(g.add(g.add(rows[0] as g.Tensor, rows[1] as g.Tensor), rows[2] as g.Tensor));
      }),
      [
        ["softmax", '{"dim":1}'],
        ["softmax", '{"dim":0}'],
        ["square", ""],
        ["add", ""],
        ["sum", '{"dims":[0,1],"keepdim":false}'],
      ],
    );
  });

  it("tell no long lists, and no number that JSON does not know", () => {
    const x = g.parameter(new Float32Array(9).fill(1));
    const many = g.tensor([0, 1, 2, 3, 4, 5, 6, 7, 8], { dtype: "int32" });
    const found = attributes(() => g.sum(g.clamp(g.indexSelect(x, 0, many), { min: 0, max: Infinity })));
    for (const [, text] of found) {
      if (text === "") continue;
      const values = Object.values(JSON.parse(String(text)) as object);
      for (const value of values.filter(Array.isArray)) assert.ok(value.length <= 8);
    }
  });
});

describe("optimisers of a trace", () => {
  const train = (steps: number) => {
    const w = g.parameter([3, 4]);
    const idle = g.parameter([1]);
    const frozen = g.parameter([1, 1]);
    const optimizer = onLine(
      5,
      () =>
        new g.optim.SGD([{ params: [w, idle] }, { params: [frozen], lr: 0.5, weightDecay: 0.25 }], {
          lr: 0.1,
          momentum: 0.5,
        }),
    );
    for (let i = 0; i < steps; i++) {
      onLine(6, () => optimizer.zeroGrad());
      onLine(7, () => g.sum(w).backward());
      onLine(8, () => optimizer.step());
    }
    return g.sum(g.mul(w, g.sum(frozen)));
  };

  it("have their class, site, options and counts", () => {
    const [row, ...others] = ofModel("optimizers", () => train(3));
    assert.deepEqual(others, []);
    const { type, site, learningRate, momentum, weightDecay, steps, clears } = row ?? {};
    assert.deepEqual([type, site, learningRate, momentum, weightDecay], ["SGD", 5, 0.1, 0.5, 0]);
    assert.deepEqual([steps, clears], [3, 3]);
  });

  it("have their parameters, with what the last step did to them", () => {
    const rows = ofModel("optimised", () => train(1));
    assert.deepEqual(pick(rows, "optimizer", "learningRate", "weightDecay"), [
      [0, 0.1, 0],
      [0, 0.1, 0],
      [0, 0.5, 0.25],
    ]);
    const [w, idle, frozen] = rows;
    // One step along a gradient of ones, from [3, 4].
    assert.ok(Math.abs(Number(w?.update) - 0.1 * Math.SQRT2) < 1e-6, `${w?.update}`);
    assert.equal(w?.before, 5);
    for (const row of [idle, frozen]) assert.deepEqual([row?.update, row?.before], [-1, -1]);
    assert.equal(idle?.node, null);
    assert.notEqual(frozen?.node, null);
  });

  it("estimate what happened to a large parameter", () => {
    const rows = ofModel("optimised", () => {
      const w = g.randn([100, 70], { requiresGrad: true });
      const optimizer = new g.optim.SGD([w], { lr: 2 });
      const loss = g.mean(g.square(w));
      loss.backward();
      optimizer.step();
      return g.mean(g.square(w));
    });
    const [row] = rows;
    const ratio = Number(row?.update) / Number(row?.before);
    assert.ok(Math.abs(ratio - 4 / 7000) < 1e-6, `${ratio}`);
    assert.ok(Math.abs(Number(row?.before) / Math.sqrt(7000) - 1) < 0.1);
  });

  it("count what a layer clears, where it has their parameters", () => {
    const rows = ofModel("optimizers", () => {
      const [a, b] = [new g.nn.Linear(2, 2), new g.nn.Linear(2, 2)];
      new g.optim.Adam(a.parameters());
      new g.optim.LBFGS(b.parameters());
      a.zeroGrad();
      return g.sum(b.forward(a.forward(g.ones([1, 2]))));
    });
    assert.deepEqual(pick(rows, "type", "clears"), [
      ["Adam", 1],
      ["LBFGS", 0],
    ]);
  });

  it("of which there are many are the last ones", () => {
    const rows = ofModel("optimizers", () => {
      const w = g.parameter([1]);
      for (let i = 1; i <= 40; i++) new g.optim.SGD([w], { lr: i });
      return g.sum(w);
    });
    assert.equal(rows.length, 16);
    assert.equal(rows.at(-1)?.learningRate, 40);
  });
});

describe("acts of a trace", () => {
  it("are what a training loop did, in order and with their sites", () => {
    const rows = ofModel("acts", () => {
      const w = g.parameter([3, 4]);
      const optimizer = new g.optim.SGD([w], { lr: 0.1 });
      const net = new g.nn.Linear(1, 1);
      onLine(1, () => optimizer.zeroGrad());
      onLine(2, () => g.sum(g.square(w)).backward());
      onLine(3, () => g.nn.utils.clipGradNorm([w], 2));
      onLine(4, () => optimizer.step());
      onLine(5, () => net.zeroGrad());
      return g.sum(w);
    });
    assert.deepEqual(pick(rows.slice(0, 5), "kind", "optimizer", "site", "value"), [
      ["zeroGrad", 0, 1, 0],
      ["backward", null, 2, 0],
      ["clip", null, 3, 5],
      ["step", 0, 4, 0],
      ["zeroGrad", null, 5, 0],
    ]);
  });

  it("of clipping by value say how large the largest element was", () => {
    const rows = ofModel("acts", () => {
      const w = g.parameter([3, -4]);
      g.sum(g.square(w)).backward();
      g.nn.utils.clipGradValue([w], 2);
      return g.sum(w);
    });
    assert.deepEqual(
      rows.filter(({ kind }) => kind === "clip").map(({ value }) => value),
      [4],
    );
  });

  it("are the first and the last ones of a long loop, and nothing grows", () => {
    const run = sampleRun(() => {
      const net = new g.nn.Linear(2, 1);
      const x = g.ones([1, 2]);
      const optimizer = new g.optim.SGD(net.parameters(), { lr: 1e-4 });
      for (let i = 0; i < 2000; i++) {
        onLine(1, () => optimizer.zeroGrad());
        const loss = g.sum(net.forward(x));
        asLoss(() => g.tensor(onLine(2, () => loss.item())));
        onLine(3, () => loss.backward());
        onLine(4 + i, () => optimizer.step());
        onLine(5000 + i, () => g.nn.init.constant(net.bias as g.Tensor, 0));
      }
      return g.sum(net.forward(x));
    });
    const acts = tableOf(run, "acts");
    assert.equal(acts.length, 64 + 192);
    assert.deepEqual(pick(acts.slice(0, 3), "kind", "site"), [
      ["zeroGrad", 1],
      ["backward", 3],
      ["step", 4],
    ]);
    const steps = acts.filter(({ kind }) => kind === "step").map(({ site }) => site);
    assert.equal(steps.at(-1), 2003);
    assert.deepEqual(
      steps.slice(-60),
      Array.from({ length: 60 }, (_, i) => 2003 - 59 + i),
    );
    assert.deepEqual(pick(tableOf(run, "optimizers"), "steps", "clears"), [[2000, 2000]]);
    assert.deepEqual(
      tableOf(run, "writes").map(({ site }) => site),
      [6996, 6997, 6998, 6999],
    );
    assert.ok(tableOf(run, "cuts").length <= 2);
  });
});

describe("writes of a trace", () => {
  it("are those into parameters, by the call that a person wrote", () => {
    const rows = ofModel("writes", () => {
      const net = onLine(1, () => new g.nn.Linear(2, 3));
      const other = new g.nn.Linear(2, 3);
      onLine(2, () => g.nn.init.xavierUniform(net.weight));
      onLine(3, () => g.nn.init.zeros(net.bias as g.Tensor));
      onLine(4, () => other.loadStateDict(net.stateDict()));
      onLine(5, () => g.nn.init.sparse(other.weight, 0.5));
      const x = g.ones([1, 2]);
      return g.sum(g.add(net.forward(x), other.forward(x)));
    });
    assert.deepEqual(pick(rows, "how", "site"), [
      ["init.xavierUniform", 2],
      ["init.zeros", 3],
      ["loadStateDict", 4],
      ["init.sparse", 5],
      ["loadStateDict", 4],
    ]);
  });

  it("are none for what layers do to themselves", () => {
    const rows = ofModel("writes", () => {
      const attention = new g.nn.MultiheadAttention(4, 2, { batchFirst: true });
      const embedding = new g.nn.Embedding(5, 4);
      const tokens = embedding.forward(g.tensor([[0, 1, 2]], { dtype: "int32" }));
      return g.sum(
        g.add(attention.forward(tokens, tokens, tokens)[0], new g.nn.LSTM(4, 4).forward(tokens)[0]),
      );
    });
    assert.deepEqual(rows, []);
  });

  it("tell where a parameter was frozen, unless it was freed again", () => {
    const rows = ofModel("writes", () => {
      const [a, b] = [new g.nn.Linear(1, 1), new g.nn.Linear(1, 1)];
      onLine(1, () => a.requiresGrad_(false));
      onLine(2, () => b.weight.requiresGrad_(false));
      onLine(3, () => b.bias?.requiresGrad_(false));
      onLine(4, () => b.bias?.requiresGrad_());
      return g.sum(b.forward(a.forward(g.ones([1, 1]))));
    });
    assert.deepEqual(pick(rows, "how", "site"), [
      ["requiresGrad", 1],
      ["requiresGrad", 1],
      ["requiresGrad", 2],
    ]);
  });
});
