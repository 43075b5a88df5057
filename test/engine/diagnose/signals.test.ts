/** How signals and gradients grow and fade: rules that tell the cause of it, at the line of the culprit. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine, type Pen } from "../sample-run";
import { findingsAtAnyScale as findings, singleFinding as single } from "./findings-in";

const MADE = 5;
const CALLED = 7;

type Model = (pen: Pen) => g.Tensor;

type Activation = (x: g.Tensor) => g.Tensor;

/** A network written from scratch: its weights are made on line 5, its activations called on line 7. */
function network(sizes: readonly number[], size: (fan: number) => number, activation: Activation): Model {
  return ({ name }) => {
    g.manualSeed(3);
    const { images, labels } = g.data.digits({ count: 48 });
    const weights = sizes.slice(1).map((units, i) => {
      const fan = sizes[i] ?? 1;
      return name(
        `w${i}`,
        onLine(MADE, () => g.parameter(g.randn([fan, units]).mul(size(fan)))),
      );
    });
    const out = weights.reduce((h, w, i) => {
      const next = g.matmul(h, w);
      return i === weights.length - 1 ? next : onLine(CALLED, () => activation(next));
    }, images);
    return g.crossEntropy(out, labels);
  };
}

const deep = [64, 40, 40, 40, 40, 40, 40, 10];
const he = (fan: number) => Math.sqrt(2 / fan);
const xavier = (fan: number) => Math.sqrt(1 / fan);

describe("diagnosis of initial weights", () => {
  it("names the line that made weights too large, with their size and what would fit", () => {
    const found = single(network(deep, () => 1, g.relu));
    assert.equal(found.rule, "initialisation");
    assert.equal(found.site?.line, MADE);
    assert.ok(Math.abs(Number(found.evidence.size) - 1) < 0.1);
    assert.ok(Number(found.evidence.total) > 1000);
    assert.match(found.message, /too large/);
  });

  it("names the line that made weights too small", () => {
    const found = single(network(deep, () => 0.01, g.tanh));
    assert.equal(found.rule, "initialisation");
    assert.equal(found.site?.line, MADE);
    assert.match(found.message, /too small/);
    assert.ok(Number(found.evidence.factor) < 1e-3);
  });

  it("takes saturation for a symptom of weights that are too large", () => {
    const found = single(network([64, 200, 200, 200, 10], () => 1, g.tanh));
    assert.equal(found.rule, "initialisation");
    assert.ok(found.related.some(({ message }) => message.includes("saturated")));
  });

  it("is silent about weights that fit, in any type", () => {
    assert.deepEqual(findings(network(deep, he, g.relu)), []);
    assert.deepEqual(findings(network(deep, xavier, g.tanh)), []);
    const wide: Model = (pen) => network(deep, he, (x) => g.relu(x.to("float64")).to("float32"))(pen);
    assert.deepEqual(findings(wide), []);
  });

  it("is silent about weights of any size that a normalisation follows", () => {
    assert.deepEqual(
      findings(
        network(
          deep,
          () => 1,
          (x) => g.relu(g.layerNorm(x, [40])),
        ),
      ),
      [],
    );
    assert.deepEqual(
      findings(
        network(
          deep,
          () => 0.01,
          (x) => g.relu(g.layerNorm(x, [40])),
        ),
      ),
      [],
    );
  });

  it("is silent about a factor that makes up for weights of size 1", () => {
    assert.deepEqual(
      findings(
        network(
          deep,
          () => 1,
          (x) => g.relu(g.mul(x, 0.2)),
        ),
      ),
      [],
    );
  });
});

describe("diagnosis of values that grow", () => {
  const branches =
    (scale: number): Model =>
    ({ name }) => {
      g.manualSeed(4);
      const { images, labels } = g.data.digits({ count: 32 });
      let h: g.Tensor = images;
      for (let i = 0; i < 12; i++) {
        const layer = name(
          `layer${i}`,
          onLine(MADE, () => new g.nn.Linear(64, 64)),
        );
        const branch = layer.forward(h);
        h = onLine(CALLED, () => g.add(h, g.mul(g.relu(branch), scale)));
      }
      const head = name("head", new g.nn.Linear(64, 10));
      return g.crossEntropy(head.forward(h), labels);
    };

  it("names the sum through which residual branches grow", () => {
    const found = single(branches(10));
    assert.equal(found.rule, "activation-scale");
    assert.equal(found.site?.line, CALLED);
    assert.ok(Number(found.evidence.total) > 100);
  });

  it("is silent about branches that start small", () => {
    assert.deepEqual(findings(branches(0.1)), []);
    assert.deepEqual(findings(branches(0)), []);
  });

  const pooled =
    (pool: (x: g.Tensor) => g.Tensor): Model =>
    ({ name }) => {
      g.manualSeed(5);
      const x = g.randn([12, 500, 4]);
      const labels = g.tensor(
        Array.from({ length: 12 }, (_, i) => i % 3),
        { dtype: "int32" },
      );
      const each = name("each", new g.nn.Linear(4, 32));
      const all = name("all", new g.nn.Linear(32, 3));
      const bag = onLine(CALLED, () => pool(g.relu(each.forward(x))));
      return g.crossEntropy(all.forward(bag), labels);
    };

  it("names a sum over many items, and is silent about their mean", () => {
    const found = single(pooled((x) => g.sum(x, { dim: 1 })));
    assert.equal(found.rule, "activation-scale");
    assert.equal(found.site?.line, CALLED);
    assert.equal(found.evidence.operation, "sum");
    assert.ok(Number(found.evidence.factor) > 100);
    assert.deepEqual(findings(pooled((x) => g.mean(x, { dim: 1 }))), []);
  });
});

describe("diagnosis of sums of branches", () => {
  const branches =
    (count: number, join: (all: g.Tensor[]) => g.Tensor): Model =>
    () => {
      g.manualSeed(78);
      let h = g.randn([40, 24]);
      for (let layer = 0; layer < 4; layer++) {
        const all = Array.from({ length: count }, () => {
          const linear = onLine(5, () => new g.nn.Linear(24, 24));
          onLine(6, () => g.nn.init.kaimingNormal(linear.weight, { nonlinearity: "relu" }));
          return g.relu(linear.forward(h));
        });
        h = onLine(8, () => join(all));
      }
      return g.mseLoss(new g.nn.Linear(24, 1).forward(h), g.randn([40, 1]));
    };

  it("names the sum of branches where each of them keeps its size", () => {
    const inTurn = (all: g.Tensor[]) => all.reduce((sum, each) => g.add(sum, each));
    const atOnce = (all: g.Tensor[]) => g.sum(g.stack(all), { dim: 0 });
    for (const join of [inTurn, atOnce]) {
      const found = single(branches(10, join));
      assert.deepEqual([found.rule, found.site?.line], ["activation-scale", 8]);
    }
    const scales = (model: Model) => findings(model).filter(({ rule }) => /scale|initialisation/.test(rule));
    assert.deepEqual(scales(branches(10, (all) => g.mean(g.stack(all), { dim: 0 }))), []);
    assert.deepEqual(scales(branches(1, inTurn)), []);
  });
});

describe("diagnosis of saturation", () => {
  const sharp = (factor: number): Model => network([64, 32, 10], xavier, (x) => g.tanh(g.mul(x, factor)));

  it("names the factor that drives an activation to its ends", () => {
    const found = single(sharp(200));
    assert.equal(found.rule, "saturation");
    assert.equal(found.site?.line, CALLED);
    assert.ok(Number(found.evidence.share) > 0.5);
    assert.match(found.message, /multiplied by 200/);
  });

  it("is silent where the activation is steep, and about a saturated prediction", () => {
    assert.deepEqual(findings(sharp(1)), []);
    const converged: Model = ({ name }) => {
      const w = name("w", g.parameter([[12]]));
      const x = g.tensor(Array.from({ length: 64 }, (_, i) => [i % 2 === 0 ? 1 : -1]));
      return g.binaryCrossEntropy(g.sigmoid(g.matmul(x, w)), g.gt(x, 0).to("float32"));
    };
    assert.deepEqual(findings(converged), []);
  });

  it("names the factor that makes an untrained policy sure, and leaves one that was trained alone", () => {
    const policy =
      (factor: number, steps: number): Model =>
      ({ name }) => {
        g.manualSeed(6);
        const layer = name("layer", new g.nn.Linear(8, 4));
        const contexts = g.randn([60, 8]);
        const optimizer = new g.optim.SGD(layer.parameters(), { lr: 1e-9 });
        const value = () => {
          const p = g.softmax(
            onLine(7, () => g.div(layer.forward(contexts), factor)),
            { dim: 1 },
          );
          return g.neg(g.mean(g.sum(g.mul(p, contexts.narrow(1, 0, 4)), { dim: 1 })));
        };
        for (let step = 0; step < steps; step++) {
          value().backward();
          optimizer.step();
          optimizer.zeroGrad();
        }
        return value();
      };
    const lines = (model: Model) =>
      findings(model)
        .filter(({ rule }) => rule === "saturation")
        .map(({ site }) => site?.line);
    assert.deepEqual(lines(policy(0.002, 0)), [7]);
    assert.deepEqual(lines(policy(0.002, 2)), []);
    assert.deepEqual(lines(policy(0.5, 0)), []);
  });

  it("does not take rows that are masked but for one place for saturated attention", () => {
    const attention: Model = ({ name }) => {
      g.manualSeed(6);
      const x = g.randn([4, 3, 8]);
      const [query, value] = [name("query", new g.nn.Linear(8, 8)), name("value", new g.nn.Linear(8, 8))];
      const scores = g.matmul(query.forward(x), g.transpose(x, 1, 2));
      const future = g
        .tensor([
          [0, 1, 1],
          [0, 0, 1],
          [0, 0, 0],
        ])
        .to("bool");
      const weights = g.softmax(g.maskedFill(scores, future, Number.NEGATIVE_INFINITY), { dim: -1 });
      const out = name("out", new g.nn.Linear(8, 2));
      return g.crossEntropy(
        out.forward(g.mean(g.matmul(weights, value.forward(x)), { dim: 1 })),
        g.tensor([0, 1, 0, 1], { dtype: "int32" }),
      );
    };
    assert.deepEqual(findings(attention), []);
  });
});

describe("diagnosis of gradients through time", () => {
  const recurrent =
    (length: number, readAll: boolean): Model =>
    ({ name }) => {
      g.manualSeed(7);
      const x = g.randn([8, length, 3]);
      const gru = name(
        "gru",
        onLine(MADE, () => new g.nn.GRU(3, 12, { batchFirst: true })),
      );
      const head = name("head", new g.nn.Linear(12, 2));
      const [states] = onLine(CALLED, () => gru.forward(x));
      const read = readAll ? g.mean(states, { dim: 1 }) : g.squeeze(g.narrow(states, 1, length - 1, 1), 1);
      return g.crossEntropy(head.forward(read), g.tensor([0, 1, 0, 1, 0, 1, 0, 1], { dtype: "int32" }));
    };

  it("finds what a recurrent layer forgets over many steps", () => {
    const found = single(recurrent(70, false));
    assert.equal(found.rule, "vanishing-gradient");
    assert.equal(found.evidence.steps, 70);
    assert.ok(Number(found.evidence.ratio) < 1e-6);
  });

  it("is silent about short sequences, and where every step is read", () => {
    assert.deepEqual(findings(recurrent(8, false)), []);
    assert.deepEqual(findings(recurrent(70, true)), []);
  });
});
