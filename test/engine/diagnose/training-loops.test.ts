/** What a training loop does wrong: gradients that stay, parameters that no step reaches, decay and limits that are too hard. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine, type Pen } from "../sample-run";
import { asLoss } from "../table-rows";
import { foundAtAnyScale } from "./findings-in";

interface Loop {
  readonly steps?: number;
  /** What is done before the backward pass (line 6), behind it (8), and with the optimiser's parameters. */
  readonly before?: (optimizer: g.optim.SGD, step: number) => void;
  readonly behind?: (optimizer: g.optim.SGD, net: g.nn.Sequential) => void;
  readonly of?: (net: g.nn.Sequential) => g.Tensor[];
  readonly weightDecay?: number;
}

/** Digits in a network of two layers, trained with an optimiser of line 5; backward stands on line 7, step on line 9. */
function trained({ steps = 6, before, behind, of, weightDecay = 0 }: Loop) {
  return (pen: Pen) => {
    g.manualSeed(3);
    const { images, labels } = g.data.digits({ count: 24 });
    const net = pen.name(
      "net",
      new g.nn.Sequential(new g.nn.Linear(64, 16), new g.nn.Tanh(), new g.nn.Linear(16, 10)),
    );
    const held = of?.(net) ?? net.parameters();
    const optimizer = onLine(5, () => new g.optim.SGD(held, { lr: 0.1, weightDecay }));
    for (let step = 0; step < steps; step++) {
      onLine(6, () => before?.(optimizer, step));
      onLine(7, () => g.crossEntropy(net.forward(images), labels).backward());
      onLine(8, () => behind?.(optimizer, net));
      onLine(9, () => optimizer.step());
    }
    return g.crossEntropy(net.forward(images), labels);
  };
}

const clear = (optimizer: g.optim.SGD) => optimizer.zeroGrad();
const lines = (rule: string, loop: Loop) =>
  foundAtAnyScale(rule, trained(loop)).map(({ site }) => site?.line);

describe("diagnosis of gradients that are not cleared", () => {
  it("names the backward pass that adds to old ones, and the call that clears too early", () => {
    const [found, ...others] = foundAtAnyScale("accumulated-gradient", trained({}));
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 7);
    assert.deepEqual([found.evidence.steps, found.evidence.stale, found.evidence.clears], [6, 5, 0]);
    assert.deepEqual(lines("accumulated-gradient", { behind: clear }), [8]);
    assert.deepEqual(
      lines("accumulated-gradient", { before: (optimizer, step) => step % 6 === 0 && optimizer.zeroGrad() }),
      [7],
    );
    let other: g.optim.SGD | null = null;
    const withOther = (net: g.nn.Sequential) => {
      other = new g.optim.SGD([g.parameter([1])], { lr: 0.1 });
      return net.parameters();
    };
    assert.deepEqual(lines("accumulated-gradient", { of: withOther, before: () => other?.zeroGrad() }), [7]);
  });

  it("is silent about a loop in order, about small batches that are added up, and about one step", () => {
    assert.deepEqual(lines("accumulated-gradient", { before: clear }), []);
    assert.deepEqual(lines("accumulated-gradient", { steps: 1 }), []);
    const addUp = (optimizer: g.optim.SGD, net: g.nn.Sequential) => {
      for (let i = 0; i < 3; i++) g.sum(g.square(net.forward(g.randn(4, 64)))).backward();
      assert.ok(optimizer);
    };
    assert.deepEqual(lines("accumulated-gradient", { before: clear, behind: addUp }), []);
  });
});

describe("diagnosis of parameters that no step reaches", () => {
  it("names the optimiser that lacks them, and is silent where values were loaded", () => {
    const [found, ...others] = foundAtAnyScale(
      "parameter-not-optimised",
      trained({ before: clear, of: (net) => net.parameters().slice(0, 3) }),
    );
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 5);
    assert.deepEqual([found.evidence.parameters, found.evidence.optimised], [1, 3]);
    assert.deepEqual(lines("parameter-not-optimised", { before: clear }), []);
    const loaded = (net: g.nn.Sequential) => {
      net.loadStateDict(net.stateDict());
      return net.parameters().slice(2);
    };
    assert.deepEqual(lines("parameter-not-optimised", { before: clear, of: loaded }), []);
  });

  it("names a layer that is made while the loss is computed, but no sketch that is made there as a whole", () => {
    const model = (layers: number) => (pen: Pen) => {
      const { images, labels } = g.data.digits({ count: 8 });
      const first = layers === 1 ? pen.name("first", new g.nn.Linear(64, 64)) : null;
      return asLoss(() => {
        const h = (first ?? onLine(6, () => new g.nn.Linear(64, 64))).forward(images);
        return g.crossEntropy(onLine(7, () => new g.nn.Linear(64, 10)).forward(g.relu(h)), labels);
      });
    };
    const [found, ...others] = foundAtAnyScale("recreated-parameter", model(1));
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 7);
    assert.equal(found.evidence.parameters, 2);
    assert.deepEqual(foundAtAnyScale("recreated-parameter", model(2)), []);
  });
});

describe("diagnosis of decay and of clipping", () => {
  it("finds a decay that takes one hundredth of the weights in a step", () => {
    const [found, ...others] = foundAtAnyScale("weight-decay", trained({ before: clear, weightDecay: 0.5 }));
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 5);
    assert.ok(Math.abs(Number(found.evidence.share) - 0.05) < 1e-9);
    assert.deepEqual(lines("weight-decay", { before: clear, weightDecay: 1e-3 }), []);
  });

  it("finds a limit far below the norm", () => {
    const clip = (limit: number) => (_: g.optim.SGD, net: g.nn.Sequential) => {
      g.nn.utils.clipGradNorm(net.parameters(), limit);
    };
    assert.deepEqual(lines("gradient-clipping", { before: clear, behind: clip(1e-5) }), [8]);
    assert.deepEqual(lines("gradient-clipping", { before: clear, behind: clip(0.5) }), []);
    const early = (net: g.nn.Sequential) => (optimizer: g.optim.SGD) => {
      optimizer.zeroGrad();
      clip(0.5)(optimizer, net);
    };
    let before: ((optimizer: g.optim.SGD) => void) | null = null;
    const of = (net: g.nn.Sequential) => {
      before = early(net);
      return net.parameters();
    };
    assert.deepEqual(lines("gradient-clipping", { of, before: (optimizer) => before?.(optimizer) }), [6]);
  });
});
