/** Single elements by index: gather, scatterAdd. */

import { allocate } from "../core/dtype";
import { ModelError } from "../core/error";
import { dim } from "../core/kinds";
import { defineOp, type OpFunction } from "../core/op";
import { normalizeDim, type Shape, showShape, sizeOf, stridesOf } from "../core/shape";
import { takes } from "../core/signature";
import { Tensor } from "../core/tensor";
import { readArgs } from "./arguments";
import { checkIndex } from "./index-argument";
import type { DimOption } from "./join";
import { padWidths } from "./pad";

/**
 * out[i][j] = x[index[i][j]][j] for dim 0, and so on: `index` has as many dimensions as x and is no larger, except
 * along `dim`.
 */
export const gather: OpFunction<
  [x: Tensor, index: Tensor, options?: DimOption],
  [x: Tensor, dim: number | Tensor, index?: Tensor | number | DimOption]
> = defineOp({
  name: "gather",
  role: "routes",
  label: "x[i]",
  formula: "\\bar{x}_k = \\sum_{j: i_j = k} \\bar{o}_j",
  takes: takes(["x", "index"], { dim }, { pytorch: ["x", "dim", "index"] }),
  args(...args) {
    const { tensors, options } = readArgs<DimOption>(args, ["x", "index"], 2);
    const [x, index] = tensors as [Tensor, Tensor];
    const dim = normalizeDim(options.dim ?? 0, x.ndim);
    checkIndexFits(index.shape, x, "x", dim);
    return { inputs: [x, checkIndex(index, x.shape[dim] ?? 1)], attrs: { dim } };
  },
  forward([x, index], { dim }) {
    const { data, shape, dtype } = x as Tensor;
    const out = allocate(dtype, (index as Tensor).size);
    if (isByRow(index as Tensor, shape, dim)) {
      const places = (index as Tensor).data;
      const [from, to] = [shape.at(-1) as number, (index as Tensor).shape.at(-1) as number];
      for (let row = 0, at = 0; at < out.length; row++) {
        for (const end = at + to; at < end; at++)
          out[at] = data[row * from + (places[at] as number)] as number;
      }
      return new Tensor(out, (index as Tensor).shape, dtype);
    }
    forEachPlace(index as Tensor, shape, dim, (at, place) => {
      out[at] = data[place] as number;
    });
    return new Tensor(out, (index as Tensor).shape, dtype);
  },
  vjp: [(g, { x, y, attrs }) => scatterAdd(zerosOfType(x, g), y, g, attrs), null],
  jvp: [(t, { y, attrs }) => gather(t, y, attrs), null],
  samples: (r) => [
    [r.uniform([3, 5]), r.integers([3, 4], 5), { dim: 1 }],
    [r.uniform([3, 2]), r.integers([4, 2], 3), { dim: 0 }],
  ],
});

/** x with src[i][j] added at [index[i][j]][j] for dim 0, and so on; `src` is at least as large as `index`. */
export const scatterAdd: OpFunction<
  [x: Tensor, index: Tensor, src: Tensor, options?: DimOption],
  [x: Tensor, dim: number | Tensor, index: Tensor, src?: Tensor | number | DimOption]
> = defineOp({
  name: "scatterAdd",
  role: "routes",
  label: "x + Σ src at i",
  formula: "\\bar{x} = \\bar{o}, \\quad \\overline{src}_j = \\bar{o}_{i_j}",
  takes: takes(["x", "index", "src"], { dim }, { pytorch: ["x", "dim", "index", "src"] }),
  args(...args) {
    const { tensors, options } = readArgs<DimOption>(args, ["x", "index", "src"], 3);
    const [x, index, src] = tensors as [Tensor, Tensor, Tensor];
    const dim = normalizeDim(options.dim ?? 0, x.ndim);
    checkIndexFits(index.shape, x, "x", dim);
    checkIndexFits(index.shape, src, "src", -1);
    return { inputs: [x, checkIndex(index, x.shape[dim] ?? 1), src], attrs: { dim } };
  },
  forward([x, index, src], { dim }) {
    const { shape, dtype, data } = x as Tensor;
    const out = data.slice();
    const strides = stridesOf((src as Tensor).shape);
    const same = (src as Tensor).size === (index as Tensor).size;
    if (same && isByRow(index as Tensor, shape, dim)) {
      const [places, added] = [(index as Tensor).data, (src as Tensor).data];
      const [to, from] = [shape.at(-1) as number, (index as Tensor).shape.at(-1) as number];
      for (let row = 0, at = 0; at < added.length; row++) {
        for (const end = at + from; at < end; at++) {
          const place = row * to + (places[at] as number);
          out[place] = (out[place] as number) + (added[at] as number);
        }
      }
      return new Tensor(out, shape, dtype);
    }
    forEachPlace(index as Tensor, shape, dim, (at, place, position) => {
      const from = same ? at : position.reduce((sum, i, d) => sum + i * (strides[d] as number), 0);
      out[place] = (out[place] as number) + ((src as Tensor).data[from] as number);
    });
    return new Tensor(out, shape, dtype);
  },
  vjp: [
    (g) => g,
    null,
    (g, { inputs, attrs }) => {
      const [, index, src] = inputs as [Tensor, Tensor, Tensor];
      const taken = gather(g, index, attrs);
      return padWidths(
        taken,
        src.shape.map((n, d) => [0, n - (index.shape[d] as number)]),
      );
    },
  ],
  jvp: [(t) => t, null, (t, { x, y, attrs }) => scatterAdd(zerosOfType(x, t), y, t, attrs)],
  samples: (r) => [
    [r.uniform([3, 5]), r.integers([3, 4], 5), r.uniform([3, 4]), { dim: 1 }],
    [r.uniform([3, 2]), r.integers([4, 1], 3), r.uniform([4, 2]), { dim: 0 }],
  ],
});

/** Zeros of x's shape, of the type of another tensor. */
export function zerosOfType(x: Tensor, type: Tensor): Tensor {
  return new Tensor(allocate(type.dtype, sizeOf(x.shape)), x.shape, type.dtype);
}

/** @throws ModelError unless an index is no larger than `x`, but along `dim` */
export function checkIndexFits(index: Shape, x: Tensor, name: string, dim: number): void {
  const fits = index.length === x.ndim && index.every((n, d) => d === dim || n <= (x.shape[d] as number));
  if (fits) return;
  throw new ModelError(
    `index has shape ${showShape(index)}, expected one that fits ${name} of shape ${showShape(x.shape)}${dim < 0 ? "" : ` in all dimensions but ${dim}`}`,
  );
}

/** Whether the indices run along the last dimension and all others are equal: the common case, with a simple loop. */
function isByRow(index: Tensor, shape: Shape, dim: number): boolean {
  return dim === index.ndim - 1 && index.shape.every((n, d) => d === dim || n === shape[d]);
}

/** Calls `visit` for every element of `index` with the place in a tensor of `shape` that it names. */
export function forEachPlace(
  index: Tensor,
  shape: Shape,
  dim: number,
  visit: (at: number, place: number, position: readonly number[]) => void,
): void {
  const strides = stridesOf(shape);
  const along = strides[dim] ?? 1;
  const position = new Array<number>(index.ndim).fill(0);
  let rest = 0;
  for (let at = 0; at < index.size; at++) {
    visit(at, rest + along * (index.data[at] as number), position);
    for (let d = index.ndim - 1; d >= 0; d--) {
      const step = d === dim ? 0 : (strides[d] as number);
      position[d] = (position[d] as number) + 1;
      if ((position[d] as number) < (index.shape[d] as number)) {
        rest += step;
        break;
      }
      rest -= step * ((index.shape[d] as number) - 1);
      position[d] = 0;
    }
  }
}
