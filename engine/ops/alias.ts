/** The same tensor under another identity, so that a derivative can be taken by it and not by the original. */
import { defineOp, type OpFunction } from "../core/op";
import { Tensor } from "../core/tensor";

export const alias: OpFunction<[Tensor]> = defineOp<[Tensor], object>({
  name: "alias",
  role: "moves",
  label: "x",
  takes: null,
  formula: "\\bar{x} = \\bar{o}",
  args: (x) => ({ inputs: [x], attrs: {} }),
  forward: ([x]) => new Tensor((x as Tensor).data, (x as Tensor).shape, (x as Tensor).dtype),
  vjp: [(g) => g],
  jvp: [(t) => t],
  samples: (r) => [[r.uniform([2, 3])]],
});
