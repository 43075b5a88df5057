/** Runs that are repeated with other values of their leaves: the same numbers as a run with these values, and no more. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../engine/index";
import { experimentsOn } from "../../engine/tracing/experiments";
import { numberTensors } from "../../engine/tracing/numbered";
import { sampleRun } from "./sample-run";

/** The loss of a small network, and its gradient, with these weights. */
function lossOf(weights: g.Tensor, x: g.Tensor): g.Tensor {
  return g.mean(g.square(g.tanh(g.matmul(x, weights))));
}

function repeatable(model: () => { readonly loss: g.Tensor; readonly leaf: g.Tensor }, budget = 1000) {
  let leaf: g.Tensor | null = null;
  const run = sampleRun(() => {
    const made = model();
    leaf = made.leaf;
    return made.loss;
  });
  const numbered = numberTensors(run, new Set());
  const experiments = experimentsOn(numbered, run.loss, budget);
  return { experiments, node: numbered.ids.get(leaf as unknown as g.Tensor) ?? -1 };
}

describe("experiments", () => {
  const x = g.tensor([[1, 2], [3, -1]]); // biome-ignore format: a matrix
  const other = Float32Array.of(0.25, -0.5, 0.75, 0.125);
  const network = () => {
    const leaf = g.parameter([[0.1, 0.2], [-0.3, 0.4]]); // biome-ignore format: a matrix
    return { loss: lossOf(leaf, x), leaf };
  };

  it("give loss and gradients of a run with the other values", () => {
    const { experiments, node } = repeatable(network);
    const again = experiments?.repeat(new Map([[node, other]]), { gradients: true });
    const leaf = g.tensor(other.slice(), { shape: [2, 2], requiresGrad: true });
    const loss = lossOf(leaf, x);
    loss.backward();
    assert.equal(again?.loss, loss.item());
    assert.deepEqual(again?.gradient(node), leaf.grad?.data);
    assert.equal(experiments?.repeat(new Map([[node, other]]))?.gradient(node), null);
  });

  it("are over when their time is", () => {
    const { experiments, node } = repeatable(network, 0);
    assert.equal(experiments?.repeat(new Map([[node, other]])), null);
  });

  it("do not run what the model wrote itself", () => {
    let calls = 0;
    const counted = g.customOp({
      name: "counted",
      forward: (input) => {
        calls++;
        return g.tanh(input);
      },
      backward: ({ grad }) => [grad],
    });
    const { experiments } = repeatable(() => {
      const leaf = g.parameter([1, 2]);
      return { loss: g.mean(counted(leaf)), leaf };
    });
    assert.equal(experiments, null);
    assert.equal(calls, 1);
  });
});
