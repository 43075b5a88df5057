/** Order: argsort, sort, topk, and oneHot. */
import { ModelError } from "../error";
import { defineOp, type OpFunction } from "../op";
import { checkOptions } from "../options";
import { normalizeDim, sizeOf } from "../shape";
import { Tensor } from "../tensor";
import { checkInteger, checkTensor } from "./arguments";
import type { Selection } from "./extremes";
import { gather } from "./gather";
import { checkIndex } from "./index-argument";
import { narrow } from "./pad";

export interface SortOptions {
  /** The dimension to sort along; the last when left out. */
  dim?: number;
  /** Largest first. */
  descending?: boolean;
}

interface SortAttrs {
  readonly dim: number;
  readonly descending: boolean;
}

/** Where the elements stand in sorted order, int32; equal ones keep their order, NaN counts as the largest. */
export const argsort: OpFunction<[Tensor, SortOptions?]> = defineOp<[Tensor, SortOptions?], SortAttrs>({
  name: "argsort",
  role: "stops",
  label: "argsort x",
  formula: "\\bar{x} = 0",
  args(x, options = {}) {
    checkOptions(options, ["dim", "descending"]);
    const dim = normalizeDim(options.dim ?? -1, checkTensor(x).ndim);
    return { inputs: [x], attrs: { dim, descending: options.descending ?? false } };
  },
  forward: ([x], attrs) => orderOf(x as Tensor, attrs),
  vjp: [null],
  jvp: [null],
  samples: (r) => [[r.distinct([2, 3])], [r.distinct([3, 2]), { dim: 0, descending: true }]],
});

function orderOf(x: Tensor, { dim, descending }: SortAttrs): Tensor {
  const n = x.shape[dim] ?? 1;
  const inner = sizeOf(x.shape.slice(dim + 1));
  const out = new Int32Array(x.size);
  const ascending = (a: number, b: number) =>
    (Number.isNaN(a) ? 1 : 0) - (Number.isNaN(b) ? 1 : 0) || (a < b ? -1 : a > b ? 1 : 0);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let line = 0; line < x.size / Math.max(n, 1); line++) {
    const start = Math.floor(line / inner) * n * inner + (line % inner);
    const value = (i: number) => x.data[start + i * inner] as number;
    const sorted = order.toSorted((i, j) =>
      descending ? ascending(value(j), value(i)) : ascending(value(i), value(j)),
    );
    sorted.forEach((from, to) => {
      out[start + to * inner] = from;
    });
  }
  return new Tensor(out, x.shape, "int32");
}

/** The elements in order along a dimension, and where they came from: [values, indices]. */
export function sort(x: Tensor, options: SortOptions = {}): Selection {
  const indices = argsort(x, options);
  return [x.ndim === 0 ? x : gather(x, indices, { dim: options.dim ?? -1 }), indices];
}

export interface TopkOptions {
  /** How many. */
  k: number;
  dim?: number;
  /** False gives the smallest ones. */
  largest?: boolean;
}

/** The k largest elements along a dimension, largest first, and where they came from: [values, indices]. */
export function topk(x: Tensor, options: TopkOptions): Selection {
  checkOptions(options, ["k", "dim", "largest"]);
  const { k, largest = true } = options ?? {};
  const dim = normalizeDim(options?.dim ?? -1, checkTensor(x, "topk(): x").ndim);
  if (checkInteger(k, "topk(): k") > (x.shape[dim] ?? 1)) {
    throw new ModelError(
      `topk(): k is ${k}, expected at most ${x.shape[dim] ?? 1}, the size of dimension ${dim}`,
    );
  }
  const indices = narrow(argsort(x, { dim, descending: largest }), dim, 0, k);
  return [gather(x, indices, { dim }), indices];
}

export interface OneHotOptions {
  /** Size of the new last dimension; the largest index plus 1 when left out. */
  numClasses?: number;
}

interface OneHotAttrs {
  readonly classes: number;
}

/** Rows of zeros with a 1 at each index, int32: a new last dimension. */
export const oneHot: OpFunction<[Tensor, OneHotOptions?]> = defineOp<[Tensor, OneHotOptions?], OneHotAttrs>({
  name: "oneHot",
  role: "stops",
  label: "[x = k]",
  formula: "\\bar{x} = 0",
  args(x, options = {}) {
    checkOptions(options, ["numClasses"]);
    let largest = -1;
    for (const v of checkTensor(x).data) largest = Math.max(largest, v);
    const classes = checkInteger(options.numClasses ?? largest + 1, "numClasses");
    return { inputs: [checkIndex(x, classes, "x")], attrs: { classes } };
  },
  forward([x], { classes }) {
    const { data, shape } = x as Tensor;
    const out = new Int32Array(data.length * classes);
    for (let i = 0; i < data.length; i++) out[i * classes + (data[i] as number)] = 1;
    return new Tensor(out, [...shape, classes], "int32");
  },
  vjp: [null],
  jvp: [null],
  samples: (r) => [[r.integers([4], 3), { numClasses: 3 }]],
});
