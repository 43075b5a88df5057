/** Elements by their place in the order: the median, the k-th smallest, quantiles. */

import { allocate } from "../core/dtype";
import { ModelError } from "../core/error";
import { choice, dim as dimension, flag, integer } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { normalizeDim, showShape, sizeOf } from "../core/shape";
import { takes } from "../core/signature";
import { Tensor, type TensorLike } from "../core/tensor";
import { checkFloat, checkInteger, checkTensor } from "./arguments";
import { add, div, mul, sub } from "./arithmetic";
import { sum } from "./broadcast";
import { cast } from "./cast";
import { eq, isnan } from "./comparison";
import { composed } from "./composed";
import type { Selection } from "./extremes";
import { gather } from "./gather";
import { stack } from "./join";
import { narrow } from "./pad";
import { where } from "./select";
import { argsort, sort } from "./sort";
import { squeeze } from "./squeeze";
import { floating, toTensor } from "./to-tensor";
import { reshape } from "./view";

/** The place of the lower median in sorted order. */
const middle = (n: number) => Math.floor((n - 1) / 2);

/** The elements that are equal to the result share the gradient, as PyTorch has it. */
function shares(x: Tensor, out: Tensor): Tensor {
  const chosen = cast(Number.isNaN(out.item()) ? isnan(x) : eq(x, out), x.dtype);
  return div(chosen, sum(chosen));
}

const medianOfAll: OpFunction<[x: TensorLike]> = defineOp<[x: TensorLike], object>({
  name: "median",
  role: "routes",
  label: "median x",
  formula: "\\bar{x}_i = \\bar{o} \\, [x_i = o] / \\#\\{j : x_j = o\\}",
  takes: takes(["x"]),
  args(x) {
    const input = toTensor(x);
    if (input.size === 0) throw new ModelError("x has no elements, expected at least one to choose from");
    return { inputs: [input], attrs: {} };
  },
  forward([x]) {
    const { data, dtype } = x as Tensor;
    const sorted = Float64Array.from(data).sort();
    const value = sorted.some(Number.isNaN) ? Number.NaN : (sorted[middle(data.length)] as number);
    return new Tensor(value, [], dtype);
  },
  vjp: [(g, { x, out }) => mul(g, shares(x, out))],
  jvp: [(t, { x, out }) => sum(mul(t, shares(x, out)))],
  samples: (r) => [[r.distinct([2, 3])], [r.distinct([5])]],
});

/** Where the median along a dimension stands, int32; of a line with NaN, where the first NaN stands. */
const argmedian: OpFunction<[x: Tensor, dim: number]> = defineOp<[x: Tensor, dim: number], { dim: number }>({
  name: "argmedian",
  role: "stops",
  label: "argmedian x",
  formula: "\\bar{x} = 0",
  takes: null,
  args: (x, dim) => ({ inputs: [x], attrs: { dim } }),
  forward([x], { dim }) {
    const { shape, data } = x as Tensor;
    const n = shape[dim] as number;
    const inner = sizeOf(shape.slice(dim + 1));
    const order = argsort(x as Tensor, { dim }).data;
    const kept = shape.toSpliced(dim, 1, 1);
    const out = allocate("int32", sizeOf(kept));
    for (let line = 0; line < out.length; line++) {
      const start = Math.floor(line / inner) * n * inner + (line % inner);
      const at = (i: number) => start + i * inner;
      const last = order[at(n - 1)] as number;
      let first = n - 1;
      while (first > 0 && Number.isNaN(data[at(order[at(first - 1)] as number)])) first--;
      const isNumber = !Number.isNaN(data[at(last)]);
      out[line] = order[at(isNumber ? middle(n) : first)] as number;
    }
    return new Tensor(out, kept, "int32");
  },
  vjp: [null],
  jvp: [null],
  samples: (r) => [[r.distinct([2, 3]), 1]],
});

/** What `median` takes besides x. */
export interface MedianOptions {
  /** The dimension, counted from either end; all elements at once when left out. */
  dim?: number;
  /** Whether the dimension stays, with size 1; false when left out. */
  keepdim?: boolean;
}

/** What stands at `index` along a dimension, and the indices. */
function pick(x: Tensor, index: Tensor, dim: number, keepdim: boolean): Selection {
  const values = gather(x, index, { dim });
  return keepdim ? [values, index] : [squeeze(values, dim), squeeze(index, dim)];
}

/** A dimension with at least one element. */
function filledDim(x: Tensor, given: number): number {
  const dim = normalizeDim(given, x.ndim);
  if ((x.shape[dim] ?? 1) > 0) return dim;
  throw new ModelError(`found shape ${showShape(x.shape)}, expected at least one element to choose from`);
}

const medianOf = composed(
  "median",
  takes(["x"], { dim: dimension, keepdim: flag }),
  (x: TensorLike, { dim, keepdim = false }: MedianOptions = {}): Tensor | Selection => {
    const input = toTensor(x);
    if (dim === undefined) return medianOfAll(input);
    const along = filledDim(input, dim);
    if (input.ndim === 0) return [input, new Tensor(0, [], "int32")];
    return pick(input, argmedian(input, along), along, keepdim);
  },
);

/**
 * The lower median of all elements, whose equals share the gradient; with `dim`, the medians along it and their indices.
 * NaN counts as the median.
 * @throws ModelError when there is nothing to choose from
 */
export function median(x: TensorLike, options: MedianOptions & { dim: number }): Selection;
export function median(x: TensorLike, dim: number, keepdim?: boolean): Selection;
export function median(x: TensorLike): Tensor;
export function median(...args: [x: TensorLike, ...rest: unknown[]]): Tensor | Selection {
  return medianOf(...(args as [x: TensorLike, options?: MedianOptions]));
}

/** What `kthvalue` takes besides x. */
export interface KthvalueOptions {
  /** Which one in increasing order; 1 is the smallest. */
  k: number;
  /** The last when left out. */
  dim?: number;
  /** Whether the dimension stays, with size 1; false when left out. */
  keepdim?: boolean;
}

/**
 * The k-th smallest element along a dimension, and where it stands: [values, indices].
 * @throws ModelError unless k is from 1 to the size of the dimension
 */
export const kthvalue: (
  ...args: Widest<
    [x: Tensor, options: KthvalueOptions],
    [x: Tensor, ...Positions<[k: number, dim?: number, keepdim?: boolean], KthvalueOptions>]
  >
) => Selection = composed(
  "kthvalue",
  takes(["x"], { k: integer, dim: dimension, keepdim: flag }),
  (x: Tensor, options?: KthvalueOptions): Selection => {
    const { k, dim = -1, keepdim = false } = options ?? {};
    const along = normalizeDim(dim, checkTensor(x).ndim);
    const n = x.shape[along] ?? 1;
    if (checkInteger(k, "k", 1) > n) {
      throw new ModelError(`k is ${k}, expected at most ${n}, the size of dimension ${along}`);
    }
    if (x.ndim === 0) return [x, new Tensor(0, [], "int32")];
    return pick(x, narrow(argsort(x, { dim: along }), along, (k as number) - 1, 1), along, keepdim);
  },
);

type Interpolation = "linear" | "lower" | "higher" | "midpoint" | "nearest";

/** What `quantile` takes besides x and the shares. */
export interface QuantileOptions {
  /** All elements when left out. */
  dim?: number;
  /** Whether the dimension stays, with size 1; false when left out. */
  keepdim?: boolean;
  /** What to take between two elements; "linear" when left out. */
  interpolation?: Interpolation;
}

/** Where between which two elements the quantile lies. */
function place(q: number, n: number, interpolation: Interpolation): { low: number; share: number } {
  if (!(q >= 0 && q <= 1)) throw new ModelError(`q is ${q}, expected a number from 0 to 1`);
  const rank = q * (n - 1);
  const low = Math.min(Math.floor(rank), Math.max(0, n - 2));
  const part = rank - low;
  if (interpolation === "linear") return { low, share: part };
  if (interpolation === "midpoint") return { low, share: part === 0 || part === 1 ? part : 0.5 };
  if (interpolation === "lower") return { low, share: Math.floor(part) };
  if (interpolation === "higher") return { low, share: Math.ceil(part) };
  // Halves go to the even place, as in rounding.
  const isUp = part > 0.5 || (part === 0.5 && low % 2 === 1);
  return { low, share: isUp ? 1 : 0 };
}

function quantileAt(sorted: Tensor, dim: number, q: number, interpolation: Interpolation): Tensor {
  const n = sorted.shape[dim] as number;
  const { low, share } = place(q, n, interpolation);
  const lower = narrow(sorted, dim, low, 1);
  if (share === 0) return lower;
  const upper = narrow(sorted, dim, low + 1, 1);
  return share === 1 ? upper : add(lower, mul(sub(upper, lower), share));
}

/**
 * The value below which a part q of the elements lies, along `dim` or of all; a line with NaN gives NaN.
 * @param q a number from 0 to 1, or a vector of them, which becomes the first dimension of the result
 */
export const quantile: (
  ...args: Widest<
    [x: Tensor, q: number | Tensor, options?: QuantileOptions],
    [x: Tensor, q: number | Tensor, ...Positions<[dim?: number | null, keepdim?: boolean], QuantileOptions>]
  >
) => Tensor = composed(
  "quantile",
  takes(
    ["x", "q"],
    { dim: dimension, keepdim: flag },
    { named: { interpolation: choice("linear", "lower", "higher", "midpoint", "nearest") } },
  ),
  (x: Tensor, q: number | Tensor, options: QuantileOptions = {}): Tensor => {
    const { dim, keepdim = false, interpolation = "linear" } = options;
    const kept = dim === undefined ? new Array<number>(checkFloat(x).ndim).fill(1) : null;
    const input = dim === undefined ? reshape(checkFloat(x), [-1]) : floating(checkFloat(x));
    const along = filledDim(input, dim ?? 0);
    const [sorted] = sort(input, { dim: along });
    // In sorted order NaN comes last.
    const last = narrow(sorted, along, (sorted.shape[along] as number) - 1, 1);
    const hasNaN = isnan(last);
    const at = (part: number) => {
      const out = quantileAt(sorted, along, part, interpolation);
      const value = hasNaN.data.some((v) => v !== 0) ? where(hasNaN, last, out) : out;
      if (!keepdim) return squeeze(value, along);
      return kept === null ? value : reshape(value, kept);
    };
    if (typeof q === "number") return at(q);
    const parts = Array.from(checkTensor(q, "q").data, at);
    return q.ndim === 0 ? (parts[0] as Tensor) : stack(parts);
  },
);
