/** Which operation the check blames, and which values it leaves alone. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { checkGradients } from "../../engine/check";
import { scaleOf } from "../../engine/check/judging/judge";
import { Sampler } from "../../engine/core/sampler";
import * as g from "../../engine/index";
import type { Check } from "../../engine/report/report";
import type { Run } from "../../engine/tracing/run";
import { type Fault, plant } from "../random/faults";
import { onLine, sampleRun } from "./sample-run";

/** Makes the backward rule of an operation wrong wherever the run calls it, and checks. */
async function checkWith(run: Run, op: string, mistake: string): Promise<Check[]> {
  const places = [...run.tape.nodes.entries()].flatMap(([n, node]) => (node.op.name === op ? [n] : []));
  const fault: Fault = { mistake, op, input: 0, lines: [], places };
  plant(run, fault);
  return checkGradients(run, { kind: "all" });
}

describe("gradient check: blame", () => {
  it("scores of −∞, which a mask sets, leave the steps of the others as they are", () => {
    const scale = scaleOf(g.tensor([Number.NEGATIVE_INFINITY, 3, 4, 0], { dtype: "float64" }));
    assert.deepEqual([0, 1, 2, 3].map(scale), [2.5, 3, 4, 2.5]);
  });

  it("equal numbers under overlapping maxima are a choice, not the fault that is looked for", async () => {
    const r = new Sampler(1);
    const x = g.parameter(r.uniform([1, 2, 5, 4]));
    const mask = r.mask([1, 2, 5, 4]);
    const run = sampleRun(() => {
      const filled = onLine(3, () => g.maskedFill(x, mask, 0.5));
      const pooled = onLine(4, () => g.maxPool2d(filled, 2, { stride: 1 }));
      return onLine(5, () => g.mean(g.square(pooled)));
    });
    const [check] = await checkWith(run, "maskedFill", "twice as much");
    assert.equal(check?.verdict, "wrong-derivative");
    assert.deepEqual([check.culprit?.op, check.culprit?.site?.line], ["maskedFill", 3]);
  });

  it("probabilities that are as good as 1 are noted, and hide no fault of another operation", async () => {
    const x = g.parameter([33, -2, 0.5], { dtype: "float64" });
    const y = g.tensor([0, 1, 0.3], { dtype: "float64" });
    const run = () =>
      sampleRun(() =>
        onLine(4, () =>
          g.binaryCrossEntropy(
            onLine(3, () => g.sigmoid(x)),
            y,
          ),
        ),
      );
    const [right] = await checkGradients(run(), { kind: "all" });
    assert.equal(right?.verdict, "noise-floor", right?.message);
    assert.match(right?.message ?? "", /binaryCrossEntropy in line 4 .* binaryCrossEntropyWithLogits/);
    for (const op of ["sigmoid", "binaryCrossEntropy"]) {
      const [wrong] = await checkWith(run(), op, "twice as much");
      assert.deepEqual([wrong?.verdict, wrong?.culprit?.op], ["wrong-derivative", op]);
    }
  });

  it("an operation that gets what rounding left of 0 is tried with ordinary steps", async () => {
    const shift = g.parameter([0, 0, 0], { dtype: "float64" });
    const rest = g.tensor([1e-16, -3e-17, 2e-16], { dtype: "float64" });
    const run = () =>
      sampleRun(() => {
        const moved = onLine(3, () => g.add(rest, shift));
        return onLine(5, () => g.sum(onLine(4, () => g.sigmoid(moved))));
      });
    const [right] = await checkGradients(run(), { kind: "all" });
    assert.equal(right?.verdict, "ok", right?.message);
    const [wrong] = await checkWith(run(), "sigmoid", "one per cent too much");
    assert.deepEqual(
      [wrong?.verdict, wrong?.culprit?.op, wrong?.culprit?.site?.line],
      ["wrong-derivative", "sigmoid", 4],
      wrong?.message,
    );
  });

  it("the padding of an embedding takes no gradient by intent, and its other rows are checked", async () => {
    const layer = new g.nn.Embedding(5, 3, { paddingIdx: 2 });
    const index = g.tensor(
      [
        [0, 2, 2],
        [1, 2, 0],
      ],
      { dtype: "int32" },
    );
    const run = () => sampleRun(() => g.mean(g.square(g.tanh(layer.forward(index)))));
    layer.weight.data.forEach((_, i) => {
      layer.weight.data[i] = Math.sin(i + 1);
    });
    const [right] = await checkGradients(run(), { kind: "all" });
    assert.equal(right?.verdict, "ok", right?.message);
    const [wrong] = await checkWith(run(), "tanh", "the sign");
    assert.equal(wrong?.culprit?.op, "tanh");
  });
});
