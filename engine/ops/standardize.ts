/** Mean 0 and variance 1 within groups: the heart of every normalisation layer. */
import { allocate, allocateUnset, type Values } from "../dtype";
import { defineOp, type OpFunction } from "../op";
import { isQuiet } from "../tape";
import { Tensor } from "../tensor";
import { div, mul, neg, sub } from "./arithmetic";
import { mean } from "./reduce";

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
  const [a, groups, b] = x.shape as [number, number, number];
  const means = new Float64Array(groups);
  const variances = new Float64Array(groups);
  for (let row = 0; row < a * groups; row++) {
    const c = row % groups;
    means[c] = (means[c] as number) + rowSum(x.data, row * b, b) / (a * b);
  }
  for (let row = 0; row < a * groups; row++) {
    const c = row % groups;
    variances[c] = (variances[c] as number) + rowSquares(x.data, row * b, b, means[c] as number) / (a * b);
  }
  return { means, variances };
}

function rowSum(data: Values, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += data[i] as number;
  return sum;
}

function rowSquares(data: Values, from: number, count: number, mean: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += ((data[i] as number) - mean) ** 2;
  return sum;
}

/**
 * (x − mean) / √(variance + eps) within each group of x, [a, groups, b]: over its first and last dimension.
 * The derivative is symmetric, so both modes share it.
 */
export const standardize: Grouped = defineOp<[Tensor, EpsAttrs], EpsAttrs>({
  name: "standardize",
  role: "normalises",
  label: "(x − μ) / σ",
  formula:
    "\\bar{x} = (\\bar{o} - \\mathrm{mean}(\\bar{o}) - o \\, \\mathrm{mean}(\\bar{o} \\, o)) / \\sigma",
  args: (x, attrs) => ({ inputs: [x], attrs }),
  forward([x], { eps }) {
    const { data, shape, dtype } = x as Tensor;
    const [a, groups, b] = shape as [number, number, number];
    const { means, variances } = groupMoments(x as Tensor);
    const out = allocateUnset(dtype, data.length);
    for (let at = 0, i = 0; i < a; i++) {
      for (let c = 0; c < groups; c++) {
        const scale = 1 / Math.sqrt((variances[c] as number) + eps);
        const shift = means[c] as number;
        for (let j = 0; j < b; j++, at++) out[at] = ((data[at] as number) - shift) * scale;
      }
    }
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
  const [a, groups, b] = g.shape as [number, number, number];
  const hat = standardized.data;
  const shifts = new Float64Array(groups);
  const tilts = new Float64Array(groups);
  for (let row = 0; row < a * groups; row++) {
    const c = row % groups;
    shifts[c] = (shifts[c] as number) + rowSum(g.data, row * b, b) / (a * b);
    tilts[c] = (tilts[c] as number) + rowProduct(g.data, hat, row * b, b) / (a * b);
  }
  const out = allocateUnset(g.dtype, g.size);
  for (let row = 0; row < a * groups; row++) {
    const c = row % groups;
    const [shift, tilt, scale] = [shifts[c] as number, tilts[c] as number, inverse.data[c] as number];
    for (let i = row * b; i < (row + 1) * b; i++) {
      out[i] = scale * ((g.data[i] as number) - shift - tilt * (hat[i] as number));
    }
  }
  return new Tensor(out, g.shape, g.dtype);
}

function rowProduct(x: Values, y: Values, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += (x[i] as number) * (y[i] as number);
  return sum;
}

/** 1 / √(variance + eps) of each group, [1, groups, 1]. */
export const inverseDeviation: Grouped = defineOp<[Tensor, EpsAttrs], EpsAttrs>({
  name: "inverseDeviation",
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
