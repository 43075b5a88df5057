/** Products of elements: prod along dimensions and the running product. Zeros among the factors need care. */

import { dim } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { sizeOf } from "../core/shape";
import { takes } from "../core/signature";
import { type Tensor, type TensorLike, zeroFilled } from "../core/tensor";
import { div, mul } from "./arithmetic";
import { expand, sum } from "./broadcast";
import {
  type Reduce,
  type ReduceArgs,
  type ReduceAttrs,
  type ReducePositions,
  reduceAttrs,
  reduceWith,
  restoreDims,
  takesDims,
} from "./reducing";
import { cumsum, type ScanArgs, type ScanAttrs, type ScanOptions, scan, scanArgs } from "./scan";
import { where } from "./select";
import { toTensor } from "./to-tensor";
import { permute, reshape } from "./view";

const hasZero = (x: Tensor) => x.data.includes(0);

/** An n × n matrix of booleans: true where `holds`. */
function pattern(n: number, holds: (row: number, column: number) => boolean): Tensor {
  const out = zeroFilled([n, n], "bool");
  for (let i = 0; i < n * n; i++) out.data[i] = holds(Math.floor(i / n), i % n) ? 1 : 0;
  return out;
}

/** The factors of each row, [groups, n], n times, the i-th time with factor i replaced by 1: [groups, n, n]. */
function withoutEach(rows: Tensor): Tensor {
  const [groups, n] = rows.shape as [number, number];
  const repeated = expand(reshape(rows, [groups, 1, n]), [groups, n, n]);
  return where(
    pattern(n, (i, j) => i === j),
    1,
    repeated,
  );
}

/** x with the dimensions `dims` moved to the end and merged: [groups, n]. */
function toRows(x: Tensor, dims: readonly number[]): Tensor {
  const kept = x.shape.flatMap((_, i) => (dims.includes(i) ? [] : [i]));
  const n = sizeOf(dims.map((d) => x.shape[d] as number));
  return reshape(permute(x, [...kept, ...dims]), [sizeOf(kept.map((d) => x.shape[d] as number)), n]);
}

/** Undoes toRows for a tensor of x's shape. */
function fromRows(rows: Tensor, x: Tensor, dims: readonly number[]): Tensor {
  const order = [...x.shape.flatMap((_, i) => (dims.includes(i) ? [] : [i])), ...dims];
  const back = order.map((_, i) => order.indexOf(i));
  return permute(
    reshape(
      rows,
      order.map((d) => x.shape[d] as number),
    ),
    back,
  );
}

/** The product of all the others, for each element. */
function others(x: Tensor, out: Tensor, attrs: ReduceAttrs): Tensor {
  if (!hasZero(x)) return div(restoreDims(out, x, attrs), x);
  return fromRows(prod(withoutEach(toRows(x, attrs.dims)), { dim: -1 }), x, attrs.dims);
}

/** Product over dimensions. */
export const prod: Reduce = defineOp<ReduceArgs, ReduceAttrs, ReducePositions>({
  name: "prod",
  takes: takesDims,
  role: "switches",
  label: "Π x",
  formula: "\\bar{x}_i = \\bar{o} \\, \\textstyle\\prod_{j \\ne i} x_j",
  args(x, options) {
    const input = toTensor(x);
    return { inputs: [input], attrs: reduceAttrs(input, options) };
  },
  forward: ([x], attrs) =>
    reduceWith("prod", x as Tensor, attrs, x?.dtype === "bool" ? "int32" : (x as Tensor).dtype),
  vjp: [(g, { x, out, attrs }) => mul(restoreDims(g, x, attrs), others(x, out, attrs))],
  jvp: [
    (t, { x, out, attrs }) => sum(mul(t, others(x, out, attrs)), { dim: attrs.dims, keepdim: attrs.keepdim }),
  ],
  samples: (r) => [
    [r.awayFromZero([2, 3])],
    [r.awayFromZero([2, 3, 2]), { dim: [0, 2] }],
    [r.full([3], 0)],
    [r.sparse([2, 3]), { dim: 1, keepdim: true }],
  ],
});

/** For each row of factors, [groups, n], the derivative of product k by factor i: [groups, i, k]. */
function partials(rows: Tensor): Tensor {
  const n = rows.shape[1] as number;
  return where(
    pattern(n, (i, k) => k >= i),
    cumprod(withoutEach(rows), { dim: -1 }),
    0,
  );
}

type CumprodPositions = [x: TensorLike, ...Positions<[dim: number], ScanOptions>];

/** The running product along a dimension. */
export const cumprod: OpFunction<ScanArgs<ScanOptions>, CumprodPositions> = defineOp<
  ScanArgs<ScanOptions>,
  ScanAttrs,
  CumprodPositions
>({
  name: "cumprod",
  takes: takes(["x"], { dim }),
  role: "switches",
  label: "cumprod x",
  formula: "\\bar{x}_i = \\textstyle\\sum_{k \\ge i} \\bar{o}_k \\, o_k / x_i",
  args: (x, options) => scanArgs(x, options),
  forward: ([x], { dim }) => scan(x as Tensor, dim, (a, b) => a * b),
  vjp: [
    (g, { x, out, attrs: { dim } }) => {
      if (x.ndim === 0) return g;
      if (!hasZero(x)) return div(cumsum(mul(g, out), { dim, reverse: true }), x);
      const rows = toRows(g, [dim]);
      const each = mul(partials(toRows(x, [dim])), reshape(rows, [rows.shape[0] as number, 1, -1]));
      return fromRows(sum(each, { dim: 2 }), x, [dim]);
    },
  ],
  jvp: [
    (t, { x, out, attrs: { dim } }) => {
      if (x.ndim === 0) return t;
      if (!hasZero(x)) return mul(cumsum(div(t, x), { dim }), out);
      const rows = toRows(t, [dim]);
      const each = mul(partials(toRows(x, [dim])), reshape(rows, [...rows.shape, 1]));
      return fromRows(sum(each, { dim: 1 }), x, [dim]);
    },
  ],
  samples: (r) => [
    [r.awayFromZero([2, 3]), { dim: 1 }],
    [r.awayFromZero([3, 2]), { dim: 0 }],
    [r.sparse([4]), { dim: 0 }],
  ],
});
