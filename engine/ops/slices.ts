/** Parts and copies of tensors: select, unbind, clone, take, maskedSelect, nonzero. */

import { ModelError } from "../core/error";
import { dim as dimension } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { broadcastShapes, normalizeDim, showShape, sizeOf, stridesOf } from "../core/shape";
import { takes } from "../core/signature";
import { fromValues, type Tensor, type TensorLike } from "../core/tensor";
import { checkTensor } from "./arguments";
import { broadcastLike } from "./broadcast";
import { composed } from "./composed";
import { indexSelect } from "./index-select";
import type { DimOption } from "./join";
import { padWidths } from "./pad";
import { unsqueeze } from "./squeeze";
import { toTensor } from "./to-tensor";
import { reshape, strided } from "./view";

type SelectArgs = [x: TensorLike, dim: number, index: number];

/** The slice at one index along a dimension, which goes: x[:, index] for dim 1. */
export const select: OpFunction<SelectArgs> = defineOp<SelectArgs, { dim: number; index: number }>({
  name: "select",
  role: "moves",
  label: "x[i]",
  formula: "\\bar{x} = \\bar{o} \\text{ at its place, 0 elsewhere}",
  takes: takes(["x", "dim", "index"]),
  args(x, dim, index) {
    const input = toTensor(x);
    if (input.ndim === 0) throw new ModelError("x has no dimensions, expected at least one");
    const at = normalizeDim(dim, input.ndim);
    const n = input.shape[at] as number;
    if (!Number.isInteger(index) || index < -n || index >= n) {
      throw new ModelError(
        `index is ${index}, expected an integer from ${-n} to ${n - 1} for dimension ${at} of shape ${showShape(input.shape)}`,
      );
    }
    return { inputs: [input], attrs: { dim: at, index: index < 0 ? index + n : index } };
  },
  forward([x], { dim, index }) {
    const { shape } = x as Tensor;
    const strides = stridesOf(shape);
    const start = index * (strides[dim] as number);
    return strided(x as Tensor, shape.toSpliced(dim, 1), strides.toSpliced(dim, 1), start);
  },
  vjp: [
    (g, { x, attrs: { dim, index } }) =>
      padWidths(
        unsqueeze(g, dim),
        x.shape.map((n, d) => (d === dim ? [index, n - index - 1] : [0, 0])),
      ),
  ],
  jvp: [(t, { attrs: { dim, index } }) => select(t, dim, index)],
  samples: (r) => [
    [r.uniform([3, 4]), 1, 2],
    [r.uniform([3, 2, 2]), 0, -1],
    [r.uniform([3]), 0, 0],
  ],
});

/** All slices along a dimension (0 when left out), which goes. */
export const unbind: (
  ...args: Widest<[x: Tensor, options?: DimOption], [x: Tensor, ...Positions<[dim?: number], DimOption>]>
) => Tensor[] = composed(
  "unbind",
  takes(["x"], { dim: dimension }),
  (x: Tensor, { dim = 0 }: DimOption = {}) => {
    const { ndim, shape } = checkTensor(x);
    if (ndim === 0) throw new ModelError("x has no dimensions, expected at least one");
    const at = normalizeDim(dim, ndim);
    return Array.from({ length: shape[at] as number }, (_, i) => select(x, at, i));
  },
);

/** The same values in memory of their own; gradients pass. */
export const clone: OpFunction<[x: TensorLike]> = defineOp<[x: TensorLike], object>({
  name: "clone",
  role: "moves",
  label: "x",
  formula: "\\bar{x} = \\bar{o}",
  takes: takes(["x"]),
  args: (x) => ({ inputs: [toTensor(x)], attrs: {} }),
  forward: ([x]) => strided(x as Tensor, (x as Tensor).shape, stridesOf((x as Tensor).shape)),
  vjp: [(g) => g],
  jvp: [(t) => t],
  samples: (r) => [[r.uniform([2, 3])], [r.uniform([])]],
});

/** Where the elements stand that are not 0: [count, dimensions], int32. */
export const nonzero: OpFunction<[x: TensorLike]> = defineOp<[x: TensorLike], object>({
  name: "nonzero",
  role: "stops",
  label: "i: x ≠ 0",
  formula: "\\bar{x} = 0",
  takes: takes(["x"]),
  args: (x) => ({ inputs: [toTensor(x)], attrs: {} }),
  forward([x]) {
    const { data, shape, ndim } = x as Tensor;
    const strides = stridesOf(shape);
    const places: number[] = [];
    data.forEach((value: number, at: number) => {
      if (value === 0) return;
      for (let d = 0; d < ndim; d++) {
        places.push(Math.floor(at / (strides[d] as number)) % (shape[d] as number));
      }
    });
    let count = 0;
    for (const value of data) if (value !== 0) count++;
    return fromValues(Int32Array.from(places), [count, ndim], "int32");
  },
  vjp: [null],
  jvp: [null],
  samples: (r) => [[r.mask([2, 3])]],
});

/** The elements at places of the flattened tensor, in the shape of `index`. */
export const take: (x: Tensor, index: Tensor) => Tensor = composed(
  "take",
  takes(["x", "index"]),
  (x: Tensor, index: Tensor): Tensor => {
    const places = reshape(checkTensor(index, "index"), [-1]);
    return reshape(indexSelect(reshape(checkTensor(x), [-1]), places, { dim: 0 }), index.shape);
  },
);

/** The elements where the mask is true, in a row; x and the mask broadcast. */
export const maskedSelect: (x: Tensor, mask: Tensor) => Tensor = composed(
  "maskedSelect",
  takes(["x", "mask"]),
  (x: Tensor, mask: Tensor): Tensor => {
    if (checkTensor(mask, "mask").dtype !== "bool") {
      throw new ModelError(`mask has type ${mask.dtype}, expected bool`, {
        hint: "a comparison such as gt(x, 0) gives one",
      });
    }
    const shape = broadcastShapes(checkTensor(x).shape, mask.shape);
    const chosen = nonzero(reshape(broadcastLike(mask, { shape }), [sizeOf(shape)]));
    return take(broadcastLike(x, { shape }), reshape(chosen, [-1]));
  },
);
