/** Losses against class indices besides cross entropy: negative log-likelihood and margins. */

import { allocate } from "../core/dtype";
import { integer } from "../core/kinds";
import { type At, defineOp, type OpFunction, type Positions } from "../core/op";
import { takes } from "../core/signature";
import { Tensor } from "../core/tensor";
import { checkFloat, type Maybe, readArgs } from "./arguments";
import { div, mul } from "./arithmetic";
import { broadcastLike, sum } from "./broadcast";
import { checkClasses, checkClassWeights, classLayout } from "./class-targets";
import { eq } from "./comparison";
import { checkReduction, type LossOptions, type LossReduction, oldReduction, reductions } from "./reduction";
import { maskedFill } from "./select";
import { reshape } from "./view";

type Args<O> = [x: Tensor, target: Tensor, weight?: Maybe | O, options?: O];
type InPositions = [
  x: Tensor,
  target: Tensor,
  weight?: Maybe | NllLossOptions,
  ...Positions<
    [options?: null, ignoreIndex?: number, reduce?: null, reduction?: LossReduction],
    NllLossOptions
  >,
];

interface Attrs {
  readonly reduction: LossReduction;
  readonly ignoreIndex: number;
}

/** What `nllLoss` takes besides its tensors. */
export interface NllLossOptions extends LossOptions {
  /** Items of this class count for nothing; −100 when left out. */
  ignoreIndex?: number;
}

/** −x[class] of each item: x holds logarithms of probabilities, [items, classes, …]. A third tensor weighs the classes. */
export const nllLoss: OpFunction<Args<NllLossOptions>, InPositions> = defineOp({
  name: "nllLoss",
  role: "compares",
  label: "−x[y]",
  formula: "\\bar{x} = -\\bar{o} \\, w_y \\, \\mathrm{onehot}(y) / \\textstyle\\sum w_y",
  takes: takes(["x", "target", "weight"], {
    sizeAverage: oldReduction,
    ignoreIndex: integer,
    reduce: oldReduction,
    reduction: reductions,
  }),
  args(...args) {
    const { tensors, options } = readArgs<NllLossOptions>(args, ["x", "target", "weight"], 2);
    const [x, target, weight] = tensors as [Tensor, Tensor, Tensor | undefined];
    const { ignoreIndex = -100 } = options;
    const layout = classLayout(checkFloat(x));
    checkClassWeights(weight, layout);
    const classes = checkClasses(target, layout, ignoreIndex);
    const inputs = weight === undefined ? [x, classes] : [x, classes, weight];
    return { inputs, attrs: { reduction: checkReduction(options.reduction), ignoreIndex } };
  },
  forward: (inputs, attrs) => contract(inputs[0] as Tensor, inputs, attrs),
  vjp: [(g, at) => mul(spread(g, at), sharesOf(at.inputs, at.attrs).shares), null, null],
  jvp: [(t, at) => contract(t, at.inputs, at.attrs), null, null],
  samples: (r) => [
    [r.uniform([3, 4], -3, 0), r.integers([3], 4)],
    [r.uniform([2, 4, 3], -3, 0), r.integers([2, 3], 4), { reduction: "none", ignoreIndex: 1 }],
    [r.uniform([3, 4], -3, 0), r.integers([3], 4), r.uniform([4], 0.5, 2).detach()],
  ],
});

/** −weight at each item's class, 0 elsewhere, of x's shape; and what the mean divides by. */
function sharesOf(inputs: readonly Tensor[], { ignoreIndex }: Attrs): { shares: Tensor; total: number } {
  const [x, target, weight] = inputs as [Tensor, Tensor, Tensor | undefined];
  const { outer, classes, inner } = classLayout(x);
  const shares = allocate(x.dtype, x.size);
  let total = 0;
  for (let at = 0; at < outer * inner; at++) {
    const t = target.data[at] as number;
    if (t === ignoreIndex) continue;
    const share = weight === undefined ? 1 : (weight.data[t] as number);
    shares[(Math.floor(at / inner) * classes + t) * inner + (at % inner)] = -share;
    total += share;
  }
  return { shares: new Tensor(shares, x.shape, x.dtype), total };
}

/** Σ shares · x over the classes, then reduced. */
function contract(x: Tensor, inputs: readonly Tensor[], attrs: Attrs): Tensor {
  const { shares, total } = sharesOf(inputs, attrs);
  // What does not count is set to 0 first: it may be −∞.
  const each = mul(shares, maskedFill(x, eq(shares, 0), 0));
  if (attrs.reduction === "none") return sum(each, { dim: classLayout(x).dim });
  const all = sum(each);
  return attrs.reduction === "sum" ? all : div(all, total);
}

function spread(g: Tensor, { x, inputs, attrs }: At<Attrs>): Tensor {
  if (attrs.reduction === "mean") return div(g, sharesOf(inputs, attrs).total);
  if (attrs.reduction === "sum") return g;
  const { dim } = classLayout(x);
  const kept = x.shape.map((n, i) => (i === dim ? 1 : n));
  return broadcastLike(reshape(g, kept), x);
}
