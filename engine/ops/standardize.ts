/** Mean 0 and variance 1 within groups: the heart of every normalisation layer. */
import { allocate, allocateUnset } from "../core/dtype";
import { defineOp, type OpFunction } from "../core/op";
import { isQuiet } from "../core/tape";
import { Tensor } from "../core/tensor";
import { kernels } from "../kernels";
import { div, mul, neg, sub } from "./arithmetic";
import { mean } from "./mean";

interface EpsAttrs {
  readonly eps: number;
}

type Grouped = OpFunction<[Tensor, EpsAttrs]>;

/** The mean over the first and last dimension, which make up a group; each by itself lies in one piece. */
const groupMean = (x: Tensor): Tensor => {
  const rows = mean(x, { dim: 2, keepdim: true });
  return x.shape[0] === 1 ? rows : mean(rows, { dim: 0, keepdim: true });
};

/** Elements of a group. */
const countOf = (x: Tensor): number => (x.shape[0] as number) * (x.shape[2] as number);

/** Mean and biased variance of every group of x, [a, groups, b]. */
export function groupMoments(x: Tensor): { means: Float64Array; variances: Float64Array } {
  const layout = layoutOf(x);
  const means = new Float64Array(layout.groups);
  const variances = new Float64Array(layout.groups);
  kernels().dotRows(x.data, null, null, means, layout);
  divide(means, countOf(x));
  kernels().dotRows(x.data, x.data, means, variances, layout);
  divide(variances, countOf(x));
  return { means, variances };
}

const layoutOf = (x: Tensor) => ({ groups: x.shape[1] as number, b: x.shape[2] as number });

function divide(sums: Float64Array, count: number): void {
  for (let c = 0; c < sums.length; c++) sums[c] = (sums[c] as number) / count;
}

/**
 * (x − mean) / √(variance + eps) within each group of x, [a, groups, b]: over its first and last dimension.
 * The derivative is symmetric, so both modes share it.
 */
export const standardize: Grouped = defineOp<[Tensor, EpsAttrs], EpsAttrs>({
  name: "standardize",
  takes: null,
  role: "normalises",
  label: "(x − μ) / σ",
  formula:
    "\\bar{x} = (\\bar{o} - \\mathrm{mean}(\\bar{o}) - o \\, \\mathrm{mean}(\\bar{o} \\, o)) / \\sigma",
  args: (x, attrs) => ({ inputs: [x], attrs }),
  forward([x], { eps }) {
    const { data, shape, dtype } = x as Tensor;
    const { means, variances } = groupMoments(x as Tensor);
    const scales = variances.map((variance) => 1 / Math.sqrt(variance + eps));
    const out = allocateUnset(dtype, data.length);
    const tilts = new Float64Array(scales.length);
    kernels().combineRows(data, data, out, [scales, means, tilts], layoutOf(x as Tensor));
    return new Tensor(out, shape, dtype);
  },
  vjp: [(g, { x, out, attrs }) => project(g, out, inverseDeviation(x, attrs))],
  jvp: [(t, { x, out, attrs }) => project(t, out, inverseDeviation(x, attrs))],
  samples: (r) => [[r.uniform([2, 3, 2]), { eps: 1e-5 }]],
});

/** (g − mean g − o · mean(g o)) / σ: what remains of g when shift and scale of the input do not count. */
export function project(g: Tensor, standardized: Tensor, inverse: Tensor): Tensor {
  if (isQuiet() && g.dtype === standardized.dtype) return projectAtOnce(g, standardized, inverse);
  const along = mul(standardized, groupMean(mul(g, standardized)));
  return mul(inverse, sub(sub(g, groupMean(g)), along));
}

/** The same in two passes over the elements, for sweeps that record nothing. */
function projectAtOnce(g: Tensor, standardized: Tensor, inverse: Tensor): Tensor {
  const layout = layoutOf(g);
  const shifts = new Float64Array(layout.groups);
  const tilts = new Float64Array(layout.groups);
  kernels().dotRows(g.data, null, null, shifts, layout);
  kernels().dotRows(g.data, standardized.data, null, tilts, layout);
  divide(shifts, countOf(g));
  divide(tilts, countOf(g));
  const out = allocateUnset(g.dtype, g.size);
  const scales = Float64Array.from(inverse.data);
  kernels().combineRows(g.data, standardized.data, out, [scales, shifts, tilts], layout);
  return new Tensor(out, g.shape, g.dtype);
}

/** 1 / √(variance + eps) of each group, [1, groups, 1]. */
export const inverseDeviation: Grouped = defineOp<[Tensor, EpsAttrs], EpsAttrs>({
  name: "inverseDeviation",
  takes: null,
  role: "gathers",
  label: "1 / σ",
  formula: "\\bar{x} = -\\bar{o} \\, o^2 \\, (x - \\mu) / (n \\sigma)",
  args: (x, attrs) => ({ inputs: [x], attrs }),
  forward([x], { eps }) {
    const { variances } = groupMoments(x as Tensor);
    const out = allocate((x as Tensor).dtype, variances.length);
    for (let c = 0; c < out.length; c++) out[c] = 1 / Math.sqrt((variances[c] as number) + eps);
    return new Tensor(out, [1, out.length, 1], (x as Tensor).dtype);
  },
  vjp: [(g, { x, out, attrs }) => neg(mul(div(mul(g, mul(out, out)), countOf(x)), standardize(x, attrs)))],
  jvp: [(t, { x, out, attrs }) => neg(mul(mul(out, out), groupMean(mul(t, standardize(x, attrs)))))],
  samples: (r) => [[r.uniform([2, 3, 2]), { eps: 1e-5 }]],
});
