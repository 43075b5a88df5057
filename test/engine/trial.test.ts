/** The trial of a short cut: its probes change as many places as are asked for, so that right short cuts stand it. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { multiplyChanged } from "../../engine/check/differences/multiply-changed";
import type { Changes } from "../../engine/check/differences/one-by-one";
import { replay } from "../../engine/check/differences/replay";
import { isCut, type ReplayStep } from "../../engine/check/differences/replay-step";
import { givesTheSame } from "../../engine/check/differences/trial";
import type { Sparse } from "../../engine/check/differences/variants";
import * as g from "../../engine/index";

function linearStep(): ReplayStep {
  g.manualSeed(1);
  const x = g.parameter(g.randn([5, 7]), { dtype: "float64" });
  const w = g.parameter(g.randn([4, 7]), { dtype: "float64" });
  const step = replay(g.sum(g.linear(x, w))).steps.find(
    (each) => !isCut(each) && each.node.op === g.linear.op,
  );
  assert.ok(step && !isCut(step));
  return step;
}

describe("the trial of a short cut", () => {
  for (const each of [1, 2, 6]) {
    it(`changes ${each} different places of a factor, which the product by changes stands`, () => {
      const step = linearStep();
      const like: Sparse = {
        kind: "sparse",
        each,
        index: new Int32Array(each),
        data: new Float64Array(each),
      };
      const changes: Changes = new Map([[step.inputs[0] as number, like]]);
      const isRight = givesTheSame(step, changes, (probes, count) => {
        const [probe] = [...probes.values()] as Sparse[];
        assert.ok(probe);
        for (let k = 0; k < count; k++)
          assert.equal(new Set(probe.index.subarray(k * each, (k + 1) * each)).size, each);
        return multiplyChanged(step.node, 0, probe, count);
      });
      assert.equal(isRight, true);
    });
  }
});
