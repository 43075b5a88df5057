/** Cross entropy of logits against classes or against probabilities of classes. */

import { allocate } from "../core/dtype";
import { ModelError } from "../core/error";
import { integer, number } from "../core/kinds";
import { type At, defineOp, type OpFunction, type Positions } from "../core/op";
import { takes } from "../core/signature";
import { Tensor } from "../core/tensor";
import { checkFloat, checkSameShape, type Maybe, readArgs } from "./arguments";
import { div, mul, neg, sub } from "./arithmetic";
import { broadcastLike, sum } from "./broadcast";
import { checkClasses, checkClassWeights, classLayout } from "./class-targets";
import { checkReduction, type LossOptions, type LossReduction, oldReduction, reductions } from "./reduction";
import { logSoftmax, softmax } from "./softmax";
import { floating } from "./to-tensor";
import { reshape } from "./view";

/** What `crossEntropy` takes besides its tensors. */
export interface CrossEntropyOptions extends LossOptions {
  /** Items of this class count for nothing; −100 when left out. */
  ignoreIndex?: number;
  /** From 0 (default) to 1: how much of the target is spread evenly over all classes. */
  labelSmoothing?: number;
}

interface Attrs {
  readonly reduction: LossReduction;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
}

type Args = [x: Tensor, target: Tensor, weight?: Maybe | CrossEntropyOptions, options?: CrossEntropyOptions];
type InPositions = [
  x: Tensor,
  target: Tensor,
  weight?: Maybe | CrossEntropyOptions,
  ...Positions<
    [options?: null, ignoreIndex?: number, reduce?: null, reduction?: LossReduction, labelSmoothing?: number],
    CrossEntropyOptions
  >,
];

/**
 * Cross entropy of the logits x, [items, classes, …], against class indices ([items, …], integers) or against
 * probabilities of x's shape. A third tensor weighs the classes; the mean is then weighted as in PyTorch.
 * @throws ModelError for shapes that do not fit and for an index that is no class
 */
export const crossEntropy: OpFunction<Args, InPositions> = defineOp({
  name: "crossEntropy",
  role: "compares",
  label: "−log softmax(x)[y]",
  formula: "\\bar{x} = \\bar{o} \\, (\\mathrm{softmax}(x) - \\mathrm{onehot}(y)) / N",
  takes: takes(["x", "target", "weight"], {
    sizeAverage: oldReduction,
    ignoreIndex: integer,
    reduce: oldReduction,
    reduction: reductions,
    labelSmoothing: number,
  }),
  args(...args) {
    const { tensors, options } = readArgs<CrossEntropyOptions>(args, ["x", "target", "weight"], 2);
    const [x, target, weight] = tensors;
    const layout = classLayout(checkFloat(x));
    checkClassWeights(weight, layout);
    const { ignoreIndex = -100, labelSmoothing = 0 } = options;
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new ModelError(`labelSmoothing is ${labelSmoothing}, expected a number from 0 to 1`);
    }
    const inputs = [x as Tensor, readTarget(x as Tensor, target as Tensor, ignoreIndex)];
    if (weight !== undefined) inputs.push(weight);
    return { inputs, attrs: { reduction: checkReduction(options.reduction), ignoreIndex, labelSmoothing } };
  },
  forward(inputs, attrs) {
    const [x, target] = inputs as [Tensor, Tensor];
    const { dim } = classLayout(x);
    const logs = logSoftmax(x, { dim });
    const spread = targetDistribution(inputs, attrs);
    const rows = hasClasses(x, target)
      ? chosenRows(logs, spread.shares, target)
      : neg(sum(mul(spread.shares, logs), { dim }));
    if (attrs.reduction === "none") return rows;
    return attrs.reduction === "sum" ? sum(rows) : div(sum(rows), spread.total);
  },
  vjp(input) {
    if (input === 0) return (g, at) => mul(spreadOverRows(g, at), localGradient(at));
    if (input === 1) return (g, at) => mul(spreadOverRows(g, at), targetGradient(at));
    return null;
  },
  jvp(input) {
    if (input === 0) return (t, at) => reduceRows(mul(t, localGradient(at)), at);
    if (input === 1) return (t, at) => reduceRows(mul(t, targetGradient(at)), at);
    return null;
  },
  samples: (r) => [
    [r.uniform([3, 4]), r.integers([3], 4)],
    [r.uniform([2, 4, 3]), r.integers([2, 3], 4), { labelSmoothing: 0.1, reduction: "none" }],
    [r.uniform([3, 4]), r.uniform([3, 4], 0, 1), { reduction: "sum" }],
    [r.uniform([3, 4]), r.integers([3], 4), r.uniform([4], 0.5, 2).detach(), { ignoreIndex: 1 }],
    [r.uniform([4]), r.integers([], 4)],
  ],
});

function readTarget(x: Tensor, target: Tensor, ignoreIndex: number): Tensor {
  if (target.ndim < x.ndim) return checkClasses(target, classLayout(x), ignoreIndex);
  checkSameShape(target, "target", x.shape);
  return floating(target);
}

function hasClasses(x: Tensor, target: Tensor): boolean {
  return target.ndim < x.ndim;
}

/** What every class of every item is expected to be, times its weight; and by what the mean divides. */
function targetDistribution(inputs: readonly Tensor[], attrs: Attrs): { shares: Tensor; total: number } {
  const [x, target, weight] = inputs as [Tensor, Tensor, Tensor | undefined];
  const { labelSmoothing } = attrs;
  const { dim, classes, rows } = classLayout(x);
  if (hasClasses(x, target)) return classDistribution(x, target, weight, attrs);
  const count = rows.reduce((product, n) => product * n, 1);
  const smooth =
    labelSmoothing === 0 ? target : sub(mul(target, 1 - labelSmoothing), full(x, -labelSmoothing / classes));
  const shares =
    weight === undefined
      ? smooth
      : mul(
          smooth,
          reshape(
            weight,
            x.shape.map((n, i) => (i === dim ? n : 1)),
          ),
        );
  return { shares, total: count };
}

function full(like: Tensor, value: number): Tensor {
  return new Tensor(allocate(like.dtype, 1).fill(value) as Tensor["data"], [], like.dtype);
}

function classDistribution(x: Tensor, target: Tensor, weight: Tensor | undefined, attrs: Attrs) {
  const { outer, classes, inner } = classLayout(x);
  const shares = allocate(x.dtype, x.size);
  const weightOf = (c: number) => (weight === undefined ? 1 : (weight.data[c] as number));
  const even = attrs.labelSmoothing / classes;
  let total = 0;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const t = target.data[o * inner + i] as number;
      if (t === attrs.ignoreIndex) continue;
      total += weightOf(t);
      for (let c = 0; c < classes; c++) {
        const share = even + (c === t ? 1 - attrs.labelSmoothing : 0);
        if (share !== 0) shares[(o * classes + c) * inner + i] = share * weightOf(c);
      }
    }
  }
  return { shares: new Tensor(shares, x.shape, x.dtype), total };
}

/** −Σ shares · logs over the classes, not looking at logs that count for nothing: they may be −∞. */
function chosenRows(logs: Tensor, shares: Tensor, target: Tensor): Tensor {
  const { outer, classes, inner } = classLayout(logs);
  const out = allocate(logs.dtype, outer * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let row = 0;
      for (let c = 0; c < classes; c++) {
        const at = (o * classes + c) * inner + i;
        const share = shares.data[at] as number;
        if (share !== 0) row -= share * (logs.data[at] as number);
      }
      out[o * inner + i] = row;
    }
  }
  return new Tensor(out, target.shape, logs.dtype);
}

/** ∂(loss of a row)/∂x: softmax(x) Σ shares − shares. */
function localGradient(at: At<Attrs>): Tensor {
  const { dim } = classLayout(at.x);
  const { shares } = targetDistribution(at.inputs, at.attrs);
  return sub(mul(softmax(at.x, { dim }), sum(shares, { dim, keepdim: true })), shares);
}

/** ∂(loss of a row)/∂target: −(1 − smoothing) · weight · log softmax(x). */
function targetGradient(at: At<Attrs>): Tensor {
  const { dim } = classLayout(at.x);
  const logs = mul(logSoftmax(at.x, { dim }), at.attrs.labelSmoothing - 1);
  const weight = at.inputs[2];
  const shape = at.x.shape.map((n, i) => (i === dim ? n : 1));
  return weight === undefined ? logs : mul(logs, reshape(weight, shape));
}

/** The loss's cotangent for every element of x. */
function spreadOverRows(g: Tensor, at: At<Attrs>): Tensor {
  const { x, attrs } = at;
  const { dim } = classLayout(x);
  if (attrs.reduction === "none") {
    const kept = x.shape.map((n, i) => (i === dim ? 1 : n));
    return broadcastLike(reshape(g, kept), x);
  }
  return attrs.reduction === "sum" ? g : div(g, targetDistribution(at.inputs, attrs).total);
}

/** The loss's tangent from that of every element of x. */
function reduceRows(t: Tensor, at: At<Attrs>): Tensor {
  const rows = sum(t, { dim: classLayout(at.x).dim });
  if (at.attrs.reduction === "none") return rows;
  const all = sum(rows);
  return at.attrs.reduction === "sum" ? all : div(all, targetDistribution(at.inputs, at.attrs).total);
}
