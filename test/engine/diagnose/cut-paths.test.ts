/** Parameters that learn nothing: what is cut off, flat, dropped or shared is found, and what is meant is left alone. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { inScope } from "../../../engine/core/recording";
import * as g from "../../../engine/index";
import { onLine, type Pen } from "../sample-run";
import { foundAtAnyScale } from "./findings-in";

type Between = (h: g.Tensor) => g.Tensor;

/** Two layers, with something between them on line 7. */
function twoLayers(between: Between, prepare?: (net: g.nn.Sequential) => void) {
  return (pen: Pen) => {
    g.manualSeed(2);
    const { images, labels } = g.data.digits({ count: 24 });
    const [first, last] = [new g.nn.Linear(64, 20), new g.nn.Linear(20, 10)] as const;
    const net = pen.name("net", new g.nn.Sequential(first, last));
    prepare?.(net);
    return g.crossEntropy(last.forward(onLine(7, () => between(first.forward(images)))), labels);
  };
}

const lines = (rule: string, between: Between, prepare?: (net: g.nn.Sequential) => void) =>
  foundAtAnyScale(rule, twoLayers(between, prepare)).map(({ site }) => site?.line);

describe("diagnosis of parameters without a gradient", () => {
  it("names the call that cuts the way back", () => {
    const [found, ...others] = foundAtAnyScale(
      "no-gradient",
      twoLayers((h) => g.relu(h).detach()),
    );
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 7);
    assert.deepEqual(
      [found.evidence.cut, found.evidence.parameters, found.evidence.reached],
      ["detach", 2, 2],
    );
    assert.deepEqual(
      lines("no-gradient", (h) => g.gt(h, 0).to("float32")),
      [7],
    );
  });

  it("is silent where the gradient has another way, and where nothing is cut", () => {
    assert.deepEqual(
      lines("no-gradient", (h) => g.add(h, g.sub(g.round(h), h).detach())),
      [],
    );
    assert.deepEqual(lines("no-gradient", g.relu), []);
  });

  it("takes another optimiser, and one that has only the rest, for an intent", () => {
    const [cut, optimise] = [
      (h: g.Tensor) => g.relu(h).detach(),
      (of: readonly g.Tensor[]) => new g.optim.SGD(of, { lr: 0.1 }),
    ];
    assert.deepEqual(
      lines("no-gradient", cut, (net) => optimise(net.parameters())),
      [7],
    );
    assert.deepEqual(
      lines("no-gradient", cut, (net) => {
        optimise(net.parameters().slice(0, 2));
        optimise(net.parameters().slice(2));
      }),
      [],
    );
    assert.deepEqual(
      lines("no-gradient", cut, (net) => optimise(net.parameters().slice(2))),
      [],
    );
  });

  it("names a layer that nothing ran through, but no idle one of several", () => {
    class Net extends g.nn.Module {
      used = new g.nn.Linear(64, 10);
      idle = onLine(9, () => new g.nn.Linear(64, 10));
      forward = (x: g.Tensor) => this.used.forward(x);
    }
    class Experts extends g.nn.Module {
      experts = [new g.nn.Linear(64, 10), new g.nn.Linear(64, 10)];
      forward = (x: g.Tensor) => x;
    }
    const of = (layer: (pen: Pen) => g.nn.Linear) =>
      foundAtAnyScale("no-gradient", (pen) => {
        const { images, labels } = g.data.digits({ count: 8 });
        return g.crossEntropy(layer(pen).forward(images), labels);
      }).map(({ site }) => site?.line);
    assert.deepEqual(
      of((pen) => pen.name("net", new Net()).used),
      [9],
    );
    assert.deepEqual(
      of((pen) => pen.name("net", new Experts()).experts[0] as g.nn.Linear),
      [],
    );
  });
});

describe("diagnosis of gradients of zero", () => {
  it("names the flat operation", () => {
    const [found, ...others] = foundAtAnyScale("zero-gradient", twoLayers(g.sign));
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 7);
    assert.equal(found.evidence.operation, "sign");
    assert.deepEqual(
      lines("zero-gradient", (h) => g.mul(g.round(g.mul(h, 4)), 0.25)),
      [7],
    );
    assert.deepEqual(
      lines("zero-gradient", (h) => g.clamp(h, { min: 50, max: 90 })),
      [7],
    );
  });

  it("looks again where all parameters have moved: an adapter of zeros is silent", () => {
    const b = () => g.parameter(g.zeros(20, 20));
    assert.deepEqual(
      lines("zero-gradient", (h) => g.matmul(h, b())),
      [],
    );
    assert.deepEqual(
      lines("zero-gradient", (h) => g.clamp(h, { min: -1, max: 1 })),
      [],
    );
  });
});

describe("diagnosis of results that nobody takes", () => {
  it("names the call, once for all its calls", () => {
    class Middle extends g.nn.Module {
      forward(h: g.Tensor) {
        for (let i = 0; i < 3; i++) g.relu(h);
        return g.mul(h, 2);
      }
    }
    const middle = new Middle();
    const drop = (h: g.Tensor) => onLine(8, () => inScope(middle, () => middle.forward(h)));
    const wrap = (h: g.Tensor) => g.mul(h, 1);
    const [found, ...others] = foundAtAnyScale(
      "dropped-result",
      twoLayers((h) => drop(wrap(h))),
    );
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 8);
    assert.deepEqual([found.evidence.operation, found.evidence.calls], ["relu", 3]);
  });

  it("is silent about results that a variable holds, or of another shape", () => {
    const held = (pen: Pen) => {
      const x = g.parameter(g.randn(4, 4));
      const h = g.mul(x, 2);
      pen.name("kept", g.relu(h));
      g.mean(h);
      return g.sum(g.square(h));
    };
    assert.deepEqual(foundAtAnyScale("dropped-result", held), []);
  });
});

describe("diagnosis of shared layers", () => {
  class Deep extends g.nn.Module {
    constructor(readonly layers: readonly g.nn.Module[]) {
      super();
    }
    forward = (x: g.Tensor) => x;
  }
  const of = (layers: () => readonly g.nn.Linear[], rounds = 1) =>
    foundAtAnyScale("shared-layer", (pen) => {
      const list = onLine(5, layers);
      pen.name("net", new Deep(list));
      let h = g.randn(6, 8);
      for (let i = 0; i < rounds; i++) for (const layer of list) h = g.tanh(layer.forward(h));
      return g.sum(g.square(h));
    });

  it("names the layer that stands in a list again and again", () => {
    const [found, ...others] = of(() => new Array<g.nn.Linear>(4).fill(new g.nn.Linear(8, 8)));
    assert.deepEqual(others, []);
    assert.equal(found?.site?.line, 5);
    assert.equal(found.evidence.places, 4);
  });

  it("is silent about a block that a loop applies again, and about layers of their own", () => {
    assert.deepEqual(
      of(() => [new g.nn.Linear(8, 8)], 6),
      [],
    );
    assert.deepEqual(
      of(() => [new g.nn.Linear(8, 8), new g.nn.Linear(8, 8)]),
      [],
    );
  });
});
