/** Losses that measure a distance to the target: squared, absolute, Huber. */
import { mul, sub } from "./arithmetic";
import { type PairLoss, pairLoss } from "./pair-loss";
import type { LossOptions } from "./reduction";

/** Squared difference, as `torch.nn.functional.mse_loss`. */
export const mseLoss: PairLoss = pairLoss<LossOptions>({
  name: "mseLoss",
  label: "mean (x − y)²",
  formula: "\\bar{x} = 2 \\, \\bar{o} \\, (x - y) / N",
  kernel: "(x - y) * (x - y)",
  derivatives: [(x, y) => mul(sub(x, y), 2), (x, y) => mul(sub(x, y), -2)],
  samples: (r) => [
    [r.uniform([3, 2]), r.uniform([3, 2])],
    [r.uniform([3, 2]), r.uniform([2]), { reduction: "none" }],
    [r.uniform([4]), r.uniform([4]), { reduction: "sum" }],
  ],
});
