/** Learning rates that are too large or too small, and weights frozen at their random start. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine, type Pen } from "../sample-run";
import { findingsIn } from "./findings-in";

type Make = (of: g.Tensor[]) => { zeroGrad(): void; step(): void };

/** Digits, with an optimiser of line 5, some steps, and the loss after them times a factor. */
function trained(
  make: Make,
  {
    steps = 5,
    freeze,
    factor = 1,
  }: { steps?: number; freeze?: (net: g.nn.Sequential) => void; factor?: number } = {},
) {
  return (pen: Pen) => {
    g.manualSeed(8);
    const { images, labels } = g.data.digits({ count: 32 });
    const net = pen.name(
      "net",
      new g.nn.Sequential(new g.nn.Linear(64, 16), new g.nn.Tanh(), new g.nn.Linear(16, 10)),
    );
    onLine(4, () => freeze?.(net));
    const optimizer = onLine(5, () => make(net.parameters()));
    const loss = () => g.crossEntropy(net.forward(images), labels);
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      loss().backward();
      optimizer.step();
    }
    return g.mul(loss(), factor);
  };
}

const sgd =
  (lr: number, momentum = 0) =>
  (of: g.Tensor[]) =>
    new g.optim.SGD(of, { lr, momentum });
const adam = (lr: number) => (of: g.Tensor[]) => new g.optim.Adam(of, { lr });
const rules = (...args: Parameters<typeof trained>) =>
  findingsIn(trained(...args)).map(({ rule, site }) => `${rule}@${site?.line}`);

describe("diagnosis of learning rates", () => {
  it("tries steps of the optimiser and tells when they raise the loss", () => {
    const found = findingsIn(trained(sgd(100), { steps: 0 })).find(
      ({ rule }) => rule === "learning-rate-edge",
    );
    assert.equal(found?.site?.line, 5);
    assert.ok(
      Number(found.evidence.after) > 1.2 * Number(found.evidence.before) ||
        Number.isNaN(Number(found.evidence.after)),
    );
    assert.ok(rules(sgd(100), { steps: 3 }).includes("learning-rate-edge@5"));
    assert.ok(rules(adam(1), { steps: 1 }).includes("learning-rate-edge@5"));
  });

  it("is silent about usual rates, before and after some steps, and about networks that have learnt", () => {
    for (const make of [sgd(0.1), sgd(0.05, 0.9), adam(1e-3), adam(0.01)])
      for (const steps of [0, 5, 80]) assert.deepEqual(rules(make, { steps }), []);
  });

  it("names the step of a schedule that brought the rate down", () => {
    const make = (of: g.Tensor[]) => {
      const optimizer = new g.optim.SGD(of, { lr: 0.1 });
      const schedule = new g.optim.StepLR(optimizer, { stepSize: 1, gamma: 0.001 });
      const step = () => {
        optimizer.step();
        onLine(6, () => schedule.step());
      };
      return { step, zeroGrad: () => optimizer.zeroGrad() };
    };
    assert.deepEqual(rules(make, { steps: 4 }), ["update-ratio@6"]);
  });

  it("tells of steps that change nothing, whatever the loss is multiplied by", () => {
    for (const factor of [1, 1e6, 1e-6]) {
      assert.ok(rules(sgd(1e-7), { factor }).includes("update-ratio@5"), `SGD at ${factor}`);
      assert.ok(rules(adam(1e-9), { factor }).includes("update-ratio@5"), `Adam at ${factor}`);
    }
  });
});

describe("diagnosis of frozen weights", () => {
  const freeze = (net: g.nn.Sequential) => net.at(0).requiresGrad_(false);

  it("names the call that froze a layer which the optimiser holds", () => {
    const [found, ...others] = findingsIn(trained(sgd(0.1), { freeze }));
    assert.deepEqual(others, []);
    assert.equal(found?.rule, "frozen-parameter");
    assert.equal(found.site?.line, 4);
    assert.equal(found.evidence.parameters, 2);
  });

  it("is silent about one that the optimiser does not hold, and about one that was loaded", () => {
    const learning = (of: g.Tensor[]) =>
      new g.optim.SGD(
        of.filter((p) => p.requiresGrad),
        { lr: 0.1 },
      );
    assert.deepEqual(rules(learning, { freeze }), []);
    const loaded = (net: g.nn.Sequential) => {
      net.loadStateDict(net.stateDict());
      freeze(net);
    };
    assert.deepEqual(rules(sgd(0.1), { freeze: loaded }), []);
  });
});
