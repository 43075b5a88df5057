/** Products of matrices, with batches that broadcast. */
import { allocate, promote } from "../dtype";
import { ModelError } from "../error";
import { kernels } from "../kernels";
import { defineOp, type OpFunction } from "../op";
import { broadcastShapes, type Shape, showShape, sizeOf } from "../shape";
import { Tensor } from "../tensor";
import { sumTo } from "./broadcast";
import { toTensor } from "./elementwise";
import { expand, reshape } from "./view";

interface MatmulAttrs {
  /** Reads x (y) with its last two dimensions swapped, without a copy: what derivatives need. */
  readonly transX: boolean;
  readonly transY: boolean;
}

/** Product of two tensors of at least two dimensions, either read transposed. */
export const matmulTransposed: OpFunction<[Tensor, Tensor, Partial<MatmulAttrs>?]> = defineOp({
  name: "matmul",
  role: "contracts",
  label: "x y",
  formula: "\\bar{x} = \\bar{o} \\, y^T, \\quad \\bar{y} = x^T \\, \\bar{o}",
  args(x, y, { transX = false, transY = false } = {}) {
    return { inputs: [x, y], attrs: { transX, transY } };
  },
  forward: ([x, y], attrs) => multiply(x as Tensor, y as Tensor, attrs),
  vjp: [
    (g, { x, y, attrs: { transX, transY } }) =>
      sumTo(
        transX
          ? matmulTransposed(y, g, { transX: transY, transY: true })
          : matmulTransposed(g, y, { transY: !transY }),
        x,
      ),
    (g, { x, y, attrs: { transX, transY } }) =>
      sumTo(
        transY
          ? matmulTransposed(g, x, { transX: true, transY: transX })
          : matmulTransposed(x, g, { transX: !transX }),
        y,
      ),
  ],
  jvp: [
    (t, { y, attrs }) => matmulTransposed(t, y, attrs),
    (t, { x, attrs }) => matmulTransposed(x, t, attrs),
  ],
  samples: (r) => [
    [r.uniform([2, 3]), r.uniform([3, 4])],
    [r.uniform([2, 3, 2]), r.uniform([4, 3]), { transX: true, transY: true }],
  ],
});

/**
 * Matrix product as `torch.matmul`: vectors are taken as rows or columns, dimensions before the last two are a batch
 * and broadcast.
 * @throws ModelError when the inner sizes differ.
 */
export function matmul(x: Tensor, y: Tensor): Tensor {
  const a = toTensor(x);
  const b = toTensor(y, x, "y");
  if (a.ndim === 0 || b.ndim === 0) {
    throw new ModelError(
      `matmul(): expected tensors of at least one dimension, found shapes ${showShape(a.shape)} and ${showShape(b.shape)}`,
    );
  }
  const rows = a.ndim === 1 ? reshape(a, [1, a.size]) : a;
  const columns = b.ndim === 1 ? reshape(b, [b.size, 1]) : b;
  const out = matmulTransposed(rows, columns);
  if (a.ndim > 1 && b.ndim > 1) return out;
  const shape = out.shape.filter(
    (_, i) => !((a.ndim === 1 && i === out.ndim - 2) || (b.ndim === 1 && i === out.ndim - 1)),
  );
  return reshape(out, shape);
}

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
  const out = allocate(dtype, batch * m * n);
  const size = { batch, m, k, n, transX, transY, xStride: a.stride, yStride: b.stride };
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
