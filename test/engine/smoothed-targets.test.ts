// Label smoothing of targets that are probabilities: that of the classes mixed with the same share for each.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../engine/index";

describe("cross entropy of smoothed probabilities", () => {
  for (const weighted of [false, true])
    it(`is that of the mixed probabilities${weighted ? ", with weights of classes" : ""}`, () => {
      g.manualSeed(5);
      const options = weighted ? { weight: g.rand([4]).add(0.5) } : {};
      const scores = g.randn([3, 4, 2]);
      const target = g.softmax(g.randn([3, 4, 2]), 1);
      const smoothing = 0.3;
      const run = (probabilities: g.Tensor, labelSmoothing: number) => {
        const x = g.parameter(scores);
        const loss = g.crossEntropy(x, probabilities, { ...options, labelSmoothing });
        loss.backward();
        return { loss: loss.item(), gradient: [...(x.grad?.data ?? [])] };
      };
      const smoothed = run(target, smoothing);
      const mixed = run(target.mul(1 - smoothing).add(smoothing / 4), 0);
      assert.ok(Math.abs(smoothed.loss - mixed.loss) < 1e-6, `${smoothed.loss} and ${mixed.loss}`);
      assert.ok(Math.abs(smoothed.loss - run(target, 0).loss) > 1e-3, "smoothing changes nothing");
      smoothed.gradient.forEach((v, i) => {
        assert.ok(Math.abs(v - (mixed.gradient[i] ?? Number.NaN)) < 1e-6, `gradient at ${i}`);
      });
    });
});
