/** Runs that are repeated with other values of their leaves: the same numbers as a run with these values, and no more. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../engine/index";
import type { Tables } from "../../engine/report/schema";
import { experimentsOn } from "../../engine/tracing/experiments";
import { numberTensors } from "../../engine/tracing/numbered";
import { recordTrace } from "../../engine/tracing/record-trace";
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
  const experiments = experimentsOn(numbered, recordTrace(run).trace, budget);
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

describe("a supposed run", () => {
  const model = (weights: g.Tensor) => {
    const x = g.tensor([[1, 2], [3, -1]]); // biome-ignore format: a matrix
    const h = g.tanh(g.matmul(x, weights));
    // Used twice: what each use hands back is told, too.
    return g.mean(g.square(g.add(h, g.matmul(h, weights))));
  };
  const parameter = (values: readonly number[]) =>
    g.tensor(Float32Array.from(values), { shape: [2, 2], requiresGrad: true });
  const first = [0.1, 0.2, -0.3, 0.4];
  const second = [0.25, -0.5, 0.75, 0.125];

  it("has the trace of a run with the other values", () => {
    const { experiments, node } = repeatable(() => {
      const leaf = parameter(first);
      return { loss: model(leaf), leaf };
    });
    const supposed = experiments?.suppose(new Map([[node, second]]));
    const wanted = recordTrace(sampleRun(() => model(parameter(second)))).trace;
    const { nodes, gradients, handed, edges } = supposed?.trace.tables ?? assert.fail("not supposed");
    assert.deepEqual({ nodes, gradients, handed, edges }, pick(wanted.tables));
    assert.equal(supposed?.loss?.value, wanted.head.loss?.value);
    assert.ok(handed.norm.length > 0);
    // And other experiments begin there.
    const back = supposed?.experiments?.repeat(new Map([[node, first]]));
    assert.equal(back?.loss, model(parameter(first)).item());
    assert.equal(supposed?.experiments?.repeat(new Map())?.loss, wanted.head.loss?.value);
  });

  const pick = ({ nodes, gradients, handed, edges }: Tables) => ({ nodes, gradients, handed, edges });

  it("is over with the time for experiments", () => {
    const { experiments } = repeatable(() => ({ loss: model(parameter(first)), leaf: parameter(first) }), 0);
    assert.equal(experiments?.suppose(new Map()), null);
    assert.equal(experiments?.isUsedUp(), true);
  });
});
