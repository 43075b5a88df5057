/** Order: argsort, sort, topk, and oneHot. */

import { allocate } from "../core/dtype";
import { ModelError } from "../core/error";
import { count, dim, flag, integer } from "../core/kinds";
import { defineOp, inFunction, type OpFunction, type Positions } from "../core/op";
import { normalizeDim, sizeOf } from "../core/shape";
import { arrange, takes } from "../core/signature";
import { Tensor } from "../core/tensor";
import { checkInteger, checkTensor } from "./arguments";
import type { Selection } from "./extremes";
import { gather } from "./gather";
import { checkIndex } from "./index-argument";
import { narrow } from "./pad";

/** What `sort` and `argsort` take besides x. */
export interface SortOptions {
  /** The dimension to sort along; the last when left out. */
  dim?: number;
  /** Largest first; smallest first when left out. */
  descending?: boolean;
}

type SortArgs = [x: Tensor, options?: SortOptions];
type SortPositions = [x: Tensor, ...Positions<[dim?: number, descending?: boolean], SortOptions>];

const takesSort = takes(["x"], { dim, descending: flag });

interface SortAttrs {
  readonly dim: number;
  readonly descending: boolean;
}

/** Where the elements stand in sorted order, int32; equal ones keep their order, NaN counts as the largest. */
export const argsort: OpFunction<SortArgs, SortPositions> = defineOp({
  name: "argsort",
  takes: takesSort,
  role: "stops",
  label: "argsort x",
  formula: "\\bar{x} = 0",
  args(x, options = {}) {
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
export function sort(...args: SortPositions): Selection {
  const [x, options = {}] = inFunction("sort", () => arrange(takesSort, args)) as SortArgs;
  const indices = argsort(x, options);
  return [x.ndim === 0 ? x : gather(x, indices, { dim: options.dim ?? -1 }), indices];
}

/** What `topk` takes besides x. */
export interface TopkOptions {
  /** How many. */
  k: number;
  /** The dimension, counted from either end; the last when left out. */
  dim?: number;
  /** False gives the smallest ones; true when left out. */
  largest?: boolean;
}

type TopkPositions = [x: Tensor, ...Positions<[k: number, dim?: number, largest?: boolean], TopkOptions>];

const takesTopk = takes(["x"], { k: count, dim, largest: flag });

/** The k largest elements along a dimension, largest first, and where they came from: [values, indices]. */
export function topk(...args: TopkPositions): Selection {
  const [x, options] = inFunction("topk", () => arrange(takesTopk, args)) as [Tensor, TopkOptions?];
  const { largest = true } = options ?? {};
  const k = checkInteger(options?.k, "topk(): k");
  const dim = normalizeDim(options?.dim ?? -1, checkTensor(x, "topk(): x").ndim);
  if (k > (x.shape[dim] ?? 1)) {
    throw new ModelError(
      `topk(): k is ${k}, expected at most ${x.shape[dim] ?? 1}, the size of dimension ${dim}`,
    );
  }
  const indices = narrow(argsort(x, { dim, descending: largest }), dim, 0, k);
  return [gather(x, indices, { dim }), indices];
}

/** What `oneHot` takes besides the indices. */
export interface OneHotOptions {
  /** Size of the new last dimension; the largest index plus 1 when left out or −1. */
  numClasses?: number;
}

type OneHotPositions = [x: Tensor, ...Positions<[numClasses?: number], OneHotOptions>];

/** Rows of zeros with a 1 at each index, int32: a new last dimension. */
export const oneHot: OpFunction<[x: Tensor, options?: OneHotOptions], OneHotPositions> = defineOp({
  name: "oneHot",
  takes: takes(["x"], { numClasses: integer }),
  role: "stops",
  label: "[x = k]",
  formula: "\\bar{x} = 0",
  args(x, options = {}) {
    const { numClasses: wanted = -1 } = options;
    let largest = -1;
    for (const v of checkTensor(x).data) largest = Math.max(largest, v);
    const classes = checkInteger(wanted < 0 ? largest + 1 : wanted, "numClasses");
    return { inputs: [checkIndex(x, classes, "x")], attrs: { classes } };
  },
  forward([x], { classes }) {
    const { data, shape } = x as Tensor;
    const out = allocate("int32", data.length * classes);
    for (let i = 0; i < data.length; i++) out[i * classes + (data[i] as number)] = 1;
    return new Tensor(out, [...shape, classes], "int32");
  },
  vjp: [null],
  jvp: [null],
  samples: (r) => [[r.integers([4], 3), { numClasses: 3 }]],
});
