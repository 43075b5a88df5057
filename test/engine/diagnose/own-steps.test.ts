/** Steps that a program takes by itself, without an optimiser: told by the same rules as those of one. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../../engine/index";
import { onLine } from "../sample-run";
import { ofModel, pick } from "../table-rows";
import { findingsIn } from "./findings-in";

interface Way {
  readonly steps?: number;
  /** The new value of an element, of the old one and its gradient; `i` counts over all elements of a step. */
  readonly move: (w: number, gradient: number, i: number) => number;
  readonly clears?: boolean;
}

/** Digits in two layers, the backward pass on line 7. */
function trained({ steps = 6, move, clears = true }: Way) {
  return () => {
    g.manualSeed(3);
    const { images, labels } = g.data.digits({ count: 24 });
    const net = new g.nn.Sequential(new g.nn.Linear(64, 16), new g.nn.Tanh(), new g.nn.Linear(16, 10));
    for (let step = 0; step < steps; step++) {
      onLine(7, () => g.crossEntropy(net.forward(images), labels).backward());
      let i = 0;
      for (const p of net.parameters()) {
        const slope = p.grad?.data ?? [];
        p.data.set(p.data.map((w, k) => move(w, slope[k] ?? 0, i++)));
        if (clears) p.grad = null;
      }
    }
    return g.crossEntropy(net.forward(images), labels);
  };
}

const rules = (way: Way) => findingsIn(trained(way)).map(({ rule, site }) => `${rule}@${site?.line}`);
const down = (rate: number) => (w: number, gradient: number) => w - rate * gradient;

/** A rule of Adam by hand, with states that begin with 0. */
function adam(rate: number) {
  const states: { m: number; v: number; t: number }[] = [];
  return (w: number, gradient: number, i: number) => {
    const state = states[i] ?? { m: 0, v: 0, t: 0 };
    states[i] = state;
    state.t++;
    state.m = 0.9 * state.m + 0.1 * gradient;
    state.v = 0.999 * state.v + 0.001 * gradient ** 2;
    const size = Math.sqrt(state.v / (1 - 0.999 ** state.t)) + 1e-8;
    return w - (rate * state.m) / (1 - 0.9 ** state.t) / size;
  };
}

describe("steps written by hand", () => {
  it("are rows beside optimisers, with rate and decay where the numbers show them", () => {
    const row = (move: Way["move"]) =>
      pick(
        ofModel("optimizers", trained({ move })),
        "type",
        "learningRate",
        "weightDecay",
        "steps",
        "clears",
      ).flat();
    const [type, rate, decay, ...counts] = row((w, gradient) => w - 0.1 * (gradient + 0.02 * w));
    assert.deepEqual([type, ...counts], ["hand-written update", 6, 6]);
    assert.ok(Math.abs(Number(rate) - 0.1) < 1e-4 && Math.abs(Number(decay) - 0.02) < 1e-3);
    assert.deepEqual(row(adam(1e-3)).slice(1, 4), [0, 0, 6]);
    assert.deepEqual(ofModel("optimizers", trained({ move: (w) => w })), []);
    assert.deepEqual(ofModel("optimizers", trained({ move: (w) => 0.9 * w + 0.01 })), []);
  });

  it("are silent where all is well, whatever the rule of the step", () => {
    for (const move of [down(0.1), adam(1e-3)]) assert.deepEqual(rules({ move }), []);
  });

  it("are told of gradients that they do not clear, of rates and of decay", () => {
    for (const move of [down(0.05), adam(1e-3)])
      assert.deepEqual(rules({ move, clears: false }), ["accumulated-gradient@7"]);
    assert.deepEqual(rules({ move: down(0.05), clears: false, steps: 1 }), []);
    const names = (way: Way) => findingsIn(trained(way)).map(({ rule }) => rule);
    assert.ok(names({ move: down(300) }).includes("learning-rate-edge"));
    assert.deepEqual(names({ move: (w, gradient) => w - 0.1 * (gradient + 0.5 * w) }), ["weight-decay"]);
    assert.deepEqual(names({ move: down(1e-7) }), ["update-ratio"]);
  });
});
