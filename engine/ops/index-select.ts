/** Whole slices by index: indexSelect, its adjoint indexAdd, and embedding. */

import { allocate } from "../core/dtype";
import { ModelError } from "../core/error";
import { dim, integer } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { normalizeDim, showShape, sizeOf } from "../core/shape";
import { takes } from "../core/signature";
import { Tensor } from "../core/tensor";
import { checkRank, readArgs } from "./arguments";
import { mul } from "./arithmetic";
import { checkIndex } from "./index-argument";
import type { DimOption } from "./join";
import { reshape } from "./view";

interface DimAttrs {
  readonly dim: number;
}

type SelectArgs = [x: Tensor, index: Tensor, options?: DimOption];
/** PyTorch's order, and the tensors first. */
type AnyOrder = [x: Tensor, dim: number | Tensor, index?: Tensor | number | DimOption];
type Select = OpFunction<SelectArgs, AnyOrder>;

/** Slices of x along `dim` (0 when left out), in the order of `index`, a tensor of one dimension. */
export const indexSelect: Select = defineOp<SelectArgs, DimAttrs, AnyOrder>({
  name: "indexSelect",
  role: "routes",
  label: "x[i]",
  formula: "\\bar{x}_k = \\sum_{j: i_j = k} \\bar{o}_j",
  takes: takes(["x", "index"], { dim }, { pytorch: ["x", "dim", "index"] }),
  args(...args) {
    const { tensors, options } = readArgs<DimOption>(args, ["x", "index"], 2);
    const [x, index] = tensors as [Tensor, Tensor];
    const dim = normalizeDim(options.dim ?? 0, x.ndim);
    checkRank(index, "index", 0, 1);
    return { inputs: [x, checkIndex(index, x.shape[dim] ?? 1)], attrs: { dim } };
  },
  forward: ([x, index], { dim }) => selectSlices(x as Tensor, index as Tensor, dim),
  vjp: [(g, { x, y, attrs: { dim } }) => indexAdd(g, y, { dim, size: x.shape[dim] as number }), null],
  jvp: [(t, { y, attrs }) => indexSelect(t, y, attrs), null],
  samples: (r) => [
    [r.uniform([4, 3]), r.integers([6], 4), { dim: 0 }],
    [r.uniform([2, 3, 2]), r.integers([2], 3), { dim: 1 }],
  ],
});

function selectSlices(x: Tensor, index: Tensor, dim: number): Tensor {
  const n = x.shape[dim] as number;
  const inner = sizeOf(x.shape.slice(dim + 1));
  const outer = sizeOf(x.shape.slice(0, dim));
  const shape = x.shape.toSpliced(dim, 1, index.size);
  const out = allocate(x.dtype, sizeOf(shape));
  let write = 0;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < index.size; j++) {
      const read = (o * n + (index.data[j] as number)) * inner;
      for (let i = 0; i < inner; i++) out[write++] = x.data[read + i] as number;
    }
  }
  return new Tensor(out, shape, x.dtype);
}

interface IndexAddAttrs extends DimAttrs {
  /** Slices of the result along `dim`. */
  readonly size: number;
}

/** Zeros of `size` slices, to which the slices of x are added at `index`: the adjoint of `indexSelect`. */
export const indexAdd: OpFunction<[Tensor, Tensor, IndexAddAttrs]> = defineOp<
  [Tensor, Tensor, IndexAddAttrs],
  IndexAddAttrs
>({
  name: "indexAdd",
  takes: null,
  role: "routes",
  label: "Σ x at i",
  formula: "\\bar{x}_j = \\bar{o}_{i_j}",
  args: (x, index, attrs) => ({ inputs: [x, index], attrs }),
  forward([x, index], { dim, size }) {
    const { shape, data, dtype } = x as Tensor;
    const { data: at, size: count } = index as Tensor;
    const inner = sizeOf(shape.slice(dim + 1));
    const outer = sizeOf(shape.slice(0, dim));
    const outShape = shape.toSpliced(dim, 1, size);
    const out = allocate(dtype, sizeOf(outShape));
    let read = 0;
    for (let o = 0; o < outer; o++) {
      for (let j = 0; j < count; j++) {
        const write = (o * size + (at[j] as number)) * inner;
        for (let i = 0; i < inner; i++) {
          out[write + i] = (out[write + i] as number) + (data[read++] as number);
        }
      }
    }
    return new Tensor(out, outShape, dtype);
  },
  vjp: [(g, { y, attrs: { dim } }) => indexSelect(g, y, { dim }), null],
  jvp: [(t, { y, attrs }) => indexAdd(t, y, attrs), null],
  samples: (r) => [[r.uniform([5, 2]), r.integers([5], 3), { dim: 0, size: 3 }]],
});

/** What `embedding` takes besides its tensors. */
export interface EmbeddingOptions {
  /** Row that takes no gradient; none when left out. */
  paddingIdx?: number;
}

/** Rows of `weight`, [count, size], at the integers of `index`, any shape: the result has size as last dimension. */
export const embedding: OpFunction<
  [index: Tensor, weight: Tensor, options?: EmbeddingOptions],
  [index: Tensor, weight: Tensor, ...Positions<[paddingIdx?: number], EmbeddingOptions>]
> = defineOp({
  name: "embedding",
  role: "routes",
  label: "W[i]",
  formula: "\\bar{W}_k = \\sum_{j: i_j = k} \\bar{o}_j",
  takes: takes(["index", "weight"], { paddingIdx: integer }),
  args(...args) {
    const { tensors, options } = readArgs<EmbeddingOptions>(args, ["index", "weight"], 2);
    const [index, weight] = tensors as [Tensor, Tensor];
    checkRank(weight, "weight", 2);
    const rows = weight.shape[0] as number;
    const { paddingIdx } = options;
    if (
      paddingIdx !== undefined &&
      !(Number.isInteger(paddingIdx) && paddingIdx >= -rows && paddingIdx < rows)
    ) {
      throw new ModelError(
        `paddingIdx is ${paddingIdx}, expected a row of weight, shape ${showShape(weight.shape)}`,
      );
    }
    const padding = paddingIdx === undefined ? null : paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
    return { inputs: [checkIndex(index, rows), weight], attrs: { paddingIdx: padding } };
  },
  forward: ([index, weight]) => lookUp(index as Tensor, weight as Tensor),
  vjp: [
    null,
    (g, { x, y, attrs: { paddingIdx } }) => {
      const rows = indexAdd(reshape(g, [x.size, y.shape[1] as number]), reshape(x, [-1]), {
        dim: 0,
        size: y.shape[0] as number,
      });
      return paddingIdx === null ? rows : mul(rows, allButRow(y, paddingIdx));
    },
  ],
  jvp: [null, (t, { x }) => lookUp(x, t)],
  samples: (r) => [[r.integers([2, 3], 5), r.uniform([5, 4])]],
});

function lookUp(index: Tensor, weight: Tensor): Tensor {
  const rows = indexSelect(weight, reshape(index, [index.size]), { dim: 0 });
  return reshape(rows, [...index.shape, weight.shape[1] as number]);
}

/** A column of ones with a zero at `row`. */
function allButRow(weight: Tensor, row: number): Tensor {
  const column = allocate(weight.dtype, weight.shape[0] as number).fill(1) as Tensor["data"];
  column[row] = 0;
  return new Tensor(column, [column.length, 1], weight.dtype);
}
