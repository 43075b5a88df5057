/** Operations that put elements in another order or repeat them: flip, roll, tile. */

import { describeValue } from "../core/describe";
import { ModelError } from "../core/error";
import { dims } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { normalizeDim, normalizeDims, showShape, stridesOf } from "../core/shape";
import { takes } from "../core/signature";
import type { Tensor, TensorLike } from "../core/tensor";
import { expand, sum } from "./broadcast";
import { joinAlong } from "./join";
import { narrow } from "./pad";
import { toTensor } from "./to-tensor";
import { reshape, strided } from "./view";

/** Reverses the order along dimensions. */
export const flip: OpFunction<
  [x: TensorLike, dims: number | readonly number[]],
  [x: TensorLike, dims: number | readonly number[], ...more: number[]]
> = defineOp({
  name: "flip",
  takes: takes(["x", "dims"], {}, { spread: "dims" }),
  role: "moves",
  label: "flip x",
  formula: "\\bar{x} = \\mathrm{flip}(\\bar{o})",
  args(x, dims) {
    const input = toTensor(x);
    return { inputs: [input], attrs: { dims: normalizeDims(dims, input.ndim) } };
  },
  forward([x], { dims }) {
    const { shape } = x as Tensor;
    const strides = stridesOf(shape);
    const offset = dims.reduce((at, d) => at + (strides[d] as number) * ((shape[d] as number) - 1), 0);
    const signed = strides.map((s, d) => (dims.includes(d) ? -s : s));
    return strided(x as Tensor, shape, signed, offset);
  },
  vjp: [(g, { attrs }) => flip(g, attrs.dims)],
  jvp: [(t, { attrs }) => flip(t, attrs.dims)],
  samples: (r) => [[r.uniform([2, 3, 2]), [0, 2]]],
});

/** What `roll` takes besides x and the shifts. */
export interface RollOptions {
  /** The dimensions to roll; when left out, the flattened tensor is rolled. */
  dim?: number | readonly number[];
}

interface RollAttrs {
  readonly shifts: readonly number[];
  /** Null: the flattened tensor. */
  readonly dims: readonly number[] | null;
}

/** Moves elements along dimensions; what leaves at the end comes back at the start. */
export const roll: OpFunction<
  [x: TensorLike, shifts: number | readonly number[], options?: RollOptions],
  [
    x: TensorLike,
    shifts: number | readonly number[],
    ...Positions<[dims?: number | readonly number[]], RollOptions>,
  ]
> = defineOp({
  name: "roll",
  takes: takes(["x", "shifts"], { dim: dims }, { aliases: { dims: "dim" } }),
  role: "moves",
  label: "roll x",
  formula: "\\bar{x} = \\mathrm{roll}^{-1}(\\bar{o})",
  args(x, shifts, options = {}) {
    const input = toTensor(x);
    const by = typeof shifts === "number" ? [shifts] : shifts;
    if (!Array.isArray(by))
      throw new ModelError(`shifts is ${describeValue(by)}, expected an integer or several`);
    const { dim } = options;
    const dims = dim === undefined ? null : [dim].flat().map((d) => normalizeDim(d, input.ndim));
    if (!by.every(Number.isInteger) || by.length !== (dims === null ? 1 : dims.length)) {
      throw new ModelError(
        `shifts is ${showShape(by)}, expected one integer per dimension, or one alone without dim`,
      );
    }
    return { inputs: [input], attrs: { shifts: by, dims } };
  },
  forward([x], { shifts, dims }) {
    const input = x as Tensor;
    if (dims === null) {
      return reshape(rollAlong(reshape(input, [-1]), 0, shifts[0] as number), input.shape);
    }
    return dims.reduce((out, d, i) => rollAlong(out, d, shifts[i] as number), input);
  },
  vjp: [(g, { attrs }) => rolled(g, attrs, -1)],
  jvp: [(t, { attrs }) => rolled(t, attrs, 1)],
  samples: (r) => [
    [r.uniform([3, 5]), 2, { dim: 1 }],
    [r.uniform([2, 3]), -1],
    [r.uniform([2, 3]), [1, -1], { dim: [0, 1] }],
  ],
});

function rolled(x: Tensor, { shifts, dims }: RollAttrs, sign: number): Tensor {
  return roll(
    x,
    shifts.map((s) => sign * s),
    dims === null ? {} : { dim: dims },
  );
}

function rollAlong(x: Tensor, dim: number, shift: number): Tensor {
  const n = x.shape[dim] as number;
  const by = n === 0 ? 0 : ((shift % n) + n) % n;
  if (by === 0) return x;
  return joinAlong([narrow(x, dim, n - by, by), narrow(x, dim, 0, n - by)], dim);
}

/** Repeats the whole tensor along its dimensions; missing ones are added in front. */
export const tile: OpFunction<
  [x: TensorLike, dims: readonly number[]],
  [x: TensorLike, dims: number | readonly number[], ...more: number[]]
> = defineOp({
  name: "tile",
  takes: takes(["x", "dims"], {}, { spread: "dims" }),
  role: "moves",
  label: "tile x",
  formula: "\\bar{x} = \\sum \\bar{o} \\text{ over the copies}",
  args(x, dims) {
    const input = toTensor(x);
    if (!Array.isArray(dims) || !dims.every((n) => Number.isInteger(n) && n >= 0)) {
      throw new ModelError(`dims is ${JSON.stringify(dims)}, expected an array of counts`);
    }
    const missing = Math.max(0, input.ndim - dims.length);
    return { inputs: [input], attrs: { dims: [...new Array<number>(missing).fill(1), ...dims] } };
  },
  forward: ([x], { dims }) => {
    const { pairs, single } = tilePlan(x as Tensor, dims);
    const full = pairs.flat();
    return reshape(
      expand(reshape(x as Tensor, single), full),
      pairs.map(([count, n]) => count * n),
    );
  },
  vjp: [
    (g, { x, attrs }) => {
      const { pairs } = tilePlan(x, attrs.dims);
      const copies = reshape(g, pairs.flat());
      return reshape(sum(copies, { dim: pairs.map((_, i) => 2 * i) }), x.shape);
    },
  ],
  jvp: [(t, { attrs }) => tile(t, attrs.dims)],
  samples: (r) => [
    [r.uniform([2, 2]), [2, 1, 3]],
    [r.uniform([2, 3]), [2]],
  ],
});

/** Copies and size of every dimension of the result, and x's shape with room for the copies. */
function tilePlan(x: Tensor, dims: readonly number[]) {
  const pairs = dims.map((count, d): [number, number] => [count, x.shape[d - dims.length + x.ndim] ?? 1]);
  return { pairs, single: pairs.flatMap(([, n]) => [1, n]) };
}
