/** Products of matrices, with batches that broadcast. */

import { allocateUnset, promote } from "../core/dtype";
import { ModelError } from "../core/error";
import { flag } from "../core/kinds";
import { type At, defineOp, inFunction, type OpFunction } from "../core/op";
import { broadcastShapes, type Shape, showShape, sizeOf } from "../core/shape";
import { arrange, takes } from "../core/signature";
import { Tensor } from "../core/tensor";
import { kernels } from "../kernels";
import { expand, sumTo } from "./broadcast";
import { toTensor } from "./to-tensor";
import { reshape } from "./view";

interface MatmulAttrs {
  /** Reads x (y) with its last two dimensions swapped, without a copy: what derivatives need. */
  readonly transX: boolean;
  readonly transY: boolean;
}

/** A vector on the left is a row, one on the right a column. */
const asRow = (x: Tensor) => (x.ndim === 1 ? reshape(x, [1, x.size]) : x);
const asColumn = (y: Tensor) => (y.ndim === 1 ? reshape(y, [y.size, 1]) : y);
/** Back to the shape of x, which may have been a vector. */
const like = (g: Tensor, x: Tensor) => (x.ndim === 1 ? reshape(g, x.shape) : g);

/** The cotangent with the dimensions back that a vector took away. */
function asMatrices(g: Tensor, { x, y }: At<MatmulAttrs>): Tensor {
  if (x.ndim > 1 && y.ndim > 1) return g;
  const batch = y.ndim === 1 ? g.shape.slice(0, x.ndim === 1 ? undefined : -1) : g.shape.slice(0, -1);
  const rows = x.ndim === 1 ? 1 : (g.shape[g.ndim - (y.ndim === 1 ? 1 : 2)] as number);
  return reshape(g, [...batch, rows, y.ndim === 1 ? 1 : (g.shape[g.ndim - 1] as number)]);
}

/** A batch of matrices as one, below each other. */
const asOneMatrix = (x: Tensor) =>
  x.ndim === 2 ? x : reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape[x.ndim - 1] as number]);

/** Product of two tensors, either read transposed. */
export const matmulTransposed: OpFunction<[Tensor, Tensor, Partial<MatmulAttrs>?]> = defineOp<
  [Tensor, Tensor, Partial<MatmulAttrs>?],
  MatmulAttrs
>({
  name: "matmul",
  takes: takes(["x", "y"], {}, { named: { transX: flag, transY: flag } }),
  role: "contracts",
  label: "x y",
  formula: "\\bar{x} = \\bar{o} \\, y^T, \\quad \\bar{y} = x^T \\, \\bar{o}",
  args(x, y, options) {
    const inputs = [toTensor(x), toTensor(y, x, "y")] as [Tensor, Tensor];
    if (inputs[0].ndim === 0 || inputs[1].ndim === 0) {
      throw new ModelError(
        `expected tensors of at least one dimension, found shapes ${showShape(inputs[0].shape)} and ${showShape(inputs[1].shape)}`,
      );
    }
    return { inputs, attrs: { transX: options?.transX ?? false, transY: options?.transY ?? false } };
  },
  forward([x, y], attrs) {
    const [a, b] = [x as Tensor, y as Tensor];
    const out = multiply(asRow(a), asColumn(b), attrs);
    if (a.ndim > 1 && b.ndim > 1) return out;
    const shape = out.shape.slice(0, -2);
    if (a.ndim > 1) shape.push(out.shape[out.ndim - 2] as number);
    if (b.ndim > 1) shape.push(out.shape[out.ndim - 1] as number);
    return reshape(out, shape);
  },
  vjp: [
    (grad, at) => {
      const { transX, transY } = at.attrs;
      const [x, y, g] = [asRow(at.x), asColumn(at.y), asMatrices(grad, at)];
      const full = transX
        ? matmulTransposed(y, g, { transX: transY, transY: true })
        : matmulTransposed(g, y, { transY: !transY });
      return like(sumTo(full, x), at.x);
    },
    (grad, at) => {
      const { transX, transY } = at.attrs;
      const all = [asRow(at.x), asColumn(at.y), asMatrices(grad, at)] as const;
      const y = all[1];
      // A matrix that met every matrix of a batch: one long product instead of a sum of many.
      const [x, g] = y.ndim === 2 && !transX ? [asOneMatrix(all[0]), asOneMatrix(all[2])] : [all[0], all[2]];
      const full = transY
        ? matmulTransposed(g, x, { transX: true, transY: transX })
        : matmulTransposed(x, g, { transX: !transX });
      return like(sumTo(full, y), at.y);
    },
  ],
  jvp: [
    (t, { y, attrs }) => matmulTransposed(t, y, attrs),
    (t, { x, attrs }) => matmulTransposed(x, t, attrs),
  ],
  samples: (r) => [
    [r.uniform([2, 3]), r.uniform([3, 4])],
    [r.uniform([2, 3, 2]), r.uniform([4, 3]), { transX: true, transY: true }],
    [r.uniform([3]), r.uniform([3])],
    [r.uniform([2, 2, 3]), r.uniform([3])],
    [r.uniform([3]), r.uniform([2, 3, 2])],
    [r.uniform([2, 1, 2, 3]), r.uniform([2, 3, 1])],
  ],
});

/**
 * Matrix product as `torch.matmul`: vectors are taken as rows or columns, dimensions before the last two are a batch
 * and broadcast.
 * @throws ModelError when the inner sizes differ.
 */
export const matmul: OpFunction<[x: Tensor, y: Tensor]> = Object.assign(
  (...args: [x: Tensor, y: Tensor]) => {
    const [x, y] = inFunction("matmul", () => arrange(takesTwo, args)) as typeof args;
    return matmulTransposed(x, y);
  },
  { op: matmulTransposed.op },
);

const takesTwo = takes(["x", "y"]);

function multiply(x: Tensor, y: Tensor, { transX, transY }: MatmulAttrs): Tensor {
  const [p, q] = x.shape.slice(-2) as [number, number];
  const [r, s] = y.shape.slice(-2) as [number, number];
  const [m, k] = transX ? [q, p] : [p, q];
  const [k2, n] = transY ? [s, r] : [r, s];
  if (k !== k2) {
    throw new ModelError(
      `shapes ${showShape(x.shape)} and ${showShape(y.shape)} do not multiply: the inner sizes are ${k} and ${k2}, expected equal ones`,
      m === k2 || k === n ? { hint: "is one of them transposed?" } : {},
    );
  }
  const dtype = promote([x, y]);
  const batchShape = broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2));
  const batch = sizeOf(batchShape);
  const a = overBatch(x, batchShape);
  const b = overBatch(y, batchShape);
  const out = allocateUnset(dtype, batch * m * n);
  // A batch against one matrix is a single product with more rows.
  const joins = b.stride === 0 && a.stride !== 0 && !transX;
  const [rows, matrices] = joins ? [batch * m, 1] : [m, batch];
  const size = { batch: matrices, m: rows, k, n, transX, transY, xStride: a.stride, yStride: b.stride };
  kernels().matmul(a.tensor.data, b.tensor.data, out, size);
  return new Tensor(out, [...batchShape, m, n], dtype);
}

/** The tensor with its batch as wide as `batchShape`; a single matrix is repeated by a stride of 0, without a copy. */
function overBatch(x: Tensor, batchShape: Shape): { tensor: Tensor; stride: number } {
  const matrix = x.shape.slice(-2);
  const own = sizeOf(x.shape.slice(0, -2));
  if (own === sizeOf(batchShape)) return { tensor: x, stride: sizeOf(matrix) };
  if (own === 1) return { tensor: x, stride: 0 };
  return { tensor: expand(x, [...batchShape, ...matrix]), stride: sizeOf(matrix) };
}
