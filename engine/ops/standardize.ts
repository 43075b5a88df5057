/** Mean 0 and variance 1 within groups: the heart of every normalisation layer. */
import { allocate } from "../dtype";
import { defineOp, type OpFunction } from "../op";
import { Tensor } from "../tensor";
import { div, mul, neg, sub } from "./arithmetic";
import { mean } from "./reduce";

interface EpsAttrs {
  readonly eps: number;
}

type Grouped = OpFunction<[Tensor, EpsAttrs]>;

/** The mean over the first and last dimension, which make up a group. */
const groupMean = (x: Tensor): Tensor => mean(x, { dim: [0, 2], keepdim: true });

/** Elements of a group. */
const countOf = (x: Tensor): number => (x.shape[0] as number) * (x.shape[2] as number);

/** Mean and biased variance of every group of x, [a, groups, b]. */
export function groupMoments(x: Tensor): { means: Float64Array; variances: Float64Array } {
  const [a, groups, b] = x.shape as [number, number, number];
  const means = new Float64Array(groups);
  const variances = new Float64Array(groups);
  const over = (visit: (value: number, c: number) => void) => {
    for (let at = 0, i = 0; i < a; i++) {
      for (let c = 0; c < groups; c++) for (let j = 0; j < b; j++) visit(x.data[at++] as number, c);
    }
  };
  over((value, c) => {
    means[c] = (means[c] as number) + value / (a * b);
  });
  over((value, c) => {
    variances[c] = (variances[c] as number) + (value - (means[c] as number)) ** 2 / (a * b);
  });
  return { means, variances };
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
    const out = allocate(dtype, data.length);
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
  const along = mul(standardized, groupMean(mul(g, standardized)));
  return mul(inverse, sub(sub(g, groupMean(g)), along));
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
