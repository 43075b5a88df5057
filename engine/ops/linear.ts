/** Products with a weight, and small products of vectors and matrices. */

import type { Values } from "../core/dtype";
import { ModelError } from "../core/error";
import { defineOp, type OpFunction } from "../core/op";
import { showShape, sizeOf } from "../core/shape";
import { takes } from "../core/signature";
import { isTensor, type Tensor, type TensorLike, zeroFilled } from "../core/tensor";
import { type Maybe, readArgs } from "./arguments";
import { add, mul } from "./arithmetic";
import { broadcastLike, sum, sumTo } from "./broadcast";
import { matmulTransposed } from "./matmul";
import { toTensor } from "./to-tensor";
import { reshape } from "./view";

/** x as a matrix whose rows are the vectors along the last dimension. */
function rowsOf(x: Tensor): Tensor {
  if (x.ndim === 2) return x;
  return reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape[x.ndim - 1] as number]);
}

/** x Wᵀ, by rows, in the shape of x with another last size. */
function project(x: Tensor, w: Tensor, transY: boolean): Tensor {
  const out = matmulTransposed(rowsOf(x), w, { transY });
  return x.ndim === 2 ? out : reshape(out, [...x.shape.slice(0, -1), out.shape[1] as number]);
}

function checkLinear(x: Tensor, w: Tensor, b: Tensor | undefined): void {
  if (w.ndim !== 2) throw new ModelError(`w has shape ${showShape(w.shape)}, expected [outputs, inputs]`);
  const [outputs, inputs] = w.shape as [number, number];
  if (x.ndim === 0 || x.shape[x.ndim - 1] !== inputs) {
    throw new ModelError(
      `x has shape ${showShape(x.shape)}, expected a last dimension of ${inputs} as w of shape ${showShape(w.shape)} takes`,
      x.shape[x.ndim - 1] === outputs ? { hint: "is w transposed?" } : {},
    );
  }
  if (b !== undefined && (b.ndim > 1 || (b.size !== outputs && b.size !== 1))) {
    throw new ModelError(`b has shape ${showShape(b.shape)}, expected [${outputs}]`);
  }
}

const nothing = {};

function isBias(b: unknown): b is Tensor | null | undefined {
  return b === undefined || b === null || isTensor(b);
}

/** Adds `row` to every row of `out`, which nobody has seen yet. */
function addRows(out: Values, row: Values): void {
  const n = row.length;
  for (let start = 0; start < out.length; start += n) {
    for (let j = 0; j < n; j++) out[start + j] = (out[start + j] as number) + (row[j] as number);
  }
}

type LinearArgs = [x: Tensor, weight: Tensor, bias?: Maybe];

const names = ["x", "weight", "bias"];

/** x wᵀ + b: x of shape [..., inputs], weight of shape [outputs, inputs], bias of shape [outputs] or left out. */
export const linear: OpFunction<LinearArgs> = defineOp<LinearArgs, object>({
  name: "linear",
  role: "contracts",
  label: "x wᵀ + b",
  formula:
    "\\bar{x} = \\bar{o} \\, w, \\quad \\bar{w} = \\bar{o}^T x, \\quad \\bar{b} = \\textstyle\\sum \\bar{o}",
  takes: takes(names),
  args(x, w, b) {
    if (!(isTensor(x) && isTensor(w) && isBias(b))) readArgs([x, w, b], names, 2);
    checkLinear(x, w, b ?? undefined);
    return { inputs: isTensor(b) ? [x, w, b] : [x, w], attrs: nothing };
  },
  forward([x, w, b]) {
    const out = project(x as Tensor, w as Tensor, true);
    if (b === undefined) return out;
    if (b.dtype !== out.dtype || b.ndim === 0) return add(out, b);
    addRows(out.data, b.data);
    return out;
  },
  vjp: [
    (g, { y }) => project(g, y, false),
    (g, { x }) => matmulTransposed(rowsOf(g), rowsOf(x), { transX: true }),
    (g, { inputs }) => sumTo(g, inputs[2] as Tensor),
  ],
  jvp: [
    (t, { y }) => project(t, y, true),
    (t, { x }) => project(x, t, true),
    (t, { out }) => broadcastLike(t, out),
  ],
  samples: (r) => [
    [r.uniform([2, 3]), r.uniform([4, 3]), r.uniform([4])],
    [r.uniform([2, 1, 3]), r.uniform([2, 3])],
    [r.uniform([3]), r.uniform([2, 3]), r.uniform([2])],
  ],
});

function checkVector(x: TensorLike, argument: string): Tensor {
  const input = toTensor(x, undefined, argument);
  if (input.ndim === 1) return input;
  throw new ModelError(`${argument} has shape ${showShape(input.shape)}, expected one dimension`);
}

const twoVectors = takes(["x", "y"]);

/** All products of two vectors: [m] and [n] give [m, n]. */
export const outer: OpFunction<[x: Tensor, y: Tensor]> = defineOp({
  name: "outer",
  takes: twoVectors,
  role: "switches",
  label: "x yᵀ",
  formula: "\\bar{x} = \\bar{o} \\, y, \\quad \\bar{y} = \\bar{o}^T x",
  args: (x, y) => ({ inputs: [checkVector(x, "x"), checkVector(y, "y")], attrs: {} }),
  forward: ([x, y]) => crossed(x as Tensor, y as Tensor),
  vjp: [
    (g, { y }) => sum(mul(g, y), { dim: 1 }),
    (g, { x }) => sum(mul(g, reshape(x, [x.size, 1])), { dim: 0 }),
  ],
  jvp: [(t, { y }) => crossed(t, y), (t, { x }) => crossed(x, t)],
  samples: (r) => [[r.uniform([2]), r.uniform([3])]],
});

function crossed(x: Tensor, y: Tensor): Tensor {
  return mul(reshape(x, [x.size, 1]), y);
}

/** Sum of the products of two vectors of the same size. */
export const dot: OpFunction<[x: Tensor, y: Tensor]> = defineOp({
  name: "dot",
  takes: twoVectors,
  role: "contracts",
  label: "x · y",
  formula: "\\bar{x} = \\bar{o} \\, y, \\quad \\bar{y} = \\bar{o} \\, x",
  args(x, y) {
    const inputs = [checkVector(x, "x"), checkVector(y, "y")];
    if (inputs[0]?.size !== inputs[1]?.size) {
      throw new ModelError(`found ${inputs[0]?.size} and ${inputs[1]?.size} elements, expected equally many`);
    }
    return { inputs, attrs: {} };
  },
  forward: ([x, y]) => sum(mul(x as Tensor, y as Tensor)),
  vjp: [(g, { y }) => mul(g, y), (g, { x }) => mul(g, x)],
  jvp: [(t, { y }) => dot(t, y), (t, { x }) => dot(x, t)],
  samples: (r) => [[r.uniform([3]), r.uniform([3])]],
});

/** The n × m matrix with ones on its diagonal. */
export function identity(n: number, m: number, dtype: Tensor["dtype"]): Tensor {
  const out = zeroFilled([n, m], dtype);
  for (let i = 0; i < Math.min(n, m); i++) out.data[i * m + i] = 1;
  return out;
}

/** Sum of the diagonal of a matrix. */
export const trace: OpFunction<[x: Tensor]> = defineOp({
  name: "trace",
  takes: takes(["x"]),
  role: "gathers",
  label: "tr x",
  formula: "\\bar{x} = \\bar{o} \\, I",
  args(x) {
    const input = toTensor(x);
    if (input.ndim === 2) return { inputs: [input], attrs: {} };
    throw new ModelError(`x has shape ${showShape(input.shape)}, expected a matrix`);
  },
  forward([x]) {
    const [n, m] = (x as Tensor).shape as [number, number];
    return sum(mul(x as Tensor, identity(n, m, (x as Tensor).dtype)));
  },
  vjp: [(g, { x }) => mul(g, identity(x.shape[0] as number, x.shape[1] as number, x.dtype))],
  jvp: [(t) => trace(t)],
  samples: (r) => [[r.uniform([3, 3])], [r.uniform([2, 3])]],
});
