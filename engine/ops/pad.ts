/** Padding and its opposite: pad, narrow. */

import { allocate, askForRoom } from "../core/dtype";
import { ModelError } from "../core/error";
import { anyNumber, choice } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { normalizeDim, showShape, sizeOf, stridesOf } from "../core/shape";
import { takes } from "../core/signature";
import { Tensor, type TensorLike } from "../core/tensor";
import { checkInteger } from "./arguments";
import { copyBlock } from "./copy-block";
import { mixAlong, type Taps } from "./mix";
import { toTensor } from "./to-tensor";
import { strided } from "./view";

export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** What `pad` puts around x. */
export interface PadOptions {
  /** Where the new elements come from; "constant" when left out. */
  mode?: PadMode;
  /** The constant; 0 when left out. */
  value?: number;
}

interface PadAttrs {
  /** Elements before and after, per dimension; negative ones cut off. */
  readonly widths: readonly (readonly [number, number])[];
  readonly mode: NonNullable<PadOptions["mode"]>;
  readonly value: number;
}

/**
 * Pads dimensions, the last one first: `pad` is [left, right, top, bottom, …], as in PyTorch. Negative widths cut.
 * @throws ModelError for widths that do not fit
 */
export const pad: OpFunction<
  [x: TensorLike, pad: readonly number[], options?: PadOptions],
  [x: TensorLike, pad: readonly number[], ...Positions<[mode?: PadMode, value?: number | null], PadOptions>]
> = defineOp({
  name: "pad",
  role: "moves",
  label: "pad x",
  formula: "\\bar{x} = \\bar{o} \\text{ without the padding, plus what was copied from each } x_i",
  takes: takes(["x", "pad"], {
    mode: choice("constant", "reflect", "replicate", "circular"),
    value: anyNumber,
  }),
  args(x, padding, { mode = "constant", value = 0 } = {}) {
    const input = toTensor(x);
    const widths = readWidths(input, padding);
    widths.forEach((width, d) => {
      checkWidth(input.shape[d] as number, width, mode, d);
    });
    return { inputs: [input], attrs: { widths, mode, value } };
  },
  forward: ([x], attrs) =>
    attrs.mode === "constant" ? padConstant(x as Tensor, attrs) : copyAround(x as Tensor, attrs, false),
  vjp: [
    (g, { attrs }) =>
      attrs.mode === "constant" ? padWidths(g, opposite(attrs.widths)) : copyAround(g, attrs, true),
  ],
  jvp: [
    (t, { attrs }) => (attrs.mode === "constant" ? padWidths(t, attrs.widths) : copyAround(t, attrs, false)),
  ],
  samples: (r) => [
    [r.uniform([2, 3, 3]), [1, 2, 0, 1]],
    [r.uniform([2, 4]), [-1, 2], { value: 3 }],
    [r.uniform([3, 4]), [1, 2, 2, 0], { mode: "reflect" }],
    [r.uniform([2, 3]), [2, 1], { mode: "replicate" }],
    [r.uniform([2, 3]), [2, 1], { mode: "circular" }],
  ],
});

interface NarrowAttrs {
  readonly dim: number;
  readonly start: number;
  readonly length: number;
}

type NarrowArgs = [x: TensorLike, dim: number, start: number, length: number];

/** The `length` elements from `start` along a dimension. */
export const narrow: OpFunction<NarrowArgs> = defineOp<NarrowArgs, NarrowAttrs>({
  name: "narrow",
  role: "moves",
  label: "x[start:end]",
  formula: "\\bar{x} = \\bar{o} \\text{ at its place, 0 elsewhere}",
  takes: takes(["x", "dim", "start", "length"]),
  args(x, dim, start, length) {
    const input = toTensor(x);
    const at = normalizeDim(dim, input.ndim);
    const n = input.shape[at] ?? 0;
    const first = start < 0 ? start + n : start;
    checkInteger(length, "length");
    if (!Number.isInteger(start) || first < 0 || first + length > n) {
      throw new ModelError(
        `start ${start} and length ${length} do not fit dimension ${at} of shape ${showShape(input.shape)}`,
      );
    }
    return { inputs: [input], attrs: { dim: at, start: first, length } };
  },
  forward([x], { dim, start, length }) {
    const { shape } = x as Tensor;
    const strides = stridesOf(shape);
    return strided(x as Tensor, shape.toSpliced(dim, 1, length), strides, start * (strides[dim] as number));
  },
  vjp: [
    (g, { x, attrs: { dim, start, length } }) =>
      padWidths(
        g,
        x.shape.map((n, d) => (d === dim ? [start, n - start - length] : [0, 0])),
      ),
  ],
  jvp: [(t, { attrs: { dim, start, length } }) => narrow(t, dim, start, length)],
  samples: (r) => [
    [r.uniform([3, 4]), 1, 1, 2],
    [r.uniform([3, 4]), 0, 0, 1],
  ],
});

/** Pads with zeros, given the widths before and after of every dimension. */
export function padWidths(x: Tensor, widths: readonly (readonly [number, number])[]): Tensor {
  return pad(x, widths.toReversed().flat());
}

function opposite(widths: PadAttrs["widths"]): [number, number][] {
  return widths.map(([before, after]) => [-before, -after]);
}

function readWidths(x: Tensor, padding: readonly number[]): [number, number][] {
  const fits = Array.isArray(padding) && padding.length % 2 === 0 && padding.length <= 2 * x.ndim;
  if (!fits || !padding.every(Number.isInteger)) {
    throw new ModelError(
      `pad is ${JSON.stringify(padding)}, expected an array of integers, two per dimension from the last, for shape ${showShape(x.shape)}`,
    );
  }
  return x.shape.map((_, d) => {
    const at = 2 * (x.ndim - 1 - d);
    return [padding[at] ?? 0, padding[at + 1] ?? 0];
  });
}

function checkWidth(n: number, width: readonly [number, number], mode: PadAttrs["mode"], d: number): void {
  const most = mode === "reflect" ? n - 1 : mode === "circular" ? n : Number.POSITIVE_INFINITY;
  const needsSource = mode === "replicate" && n === 0 && Math.max(...width) > 0;
  if (Math.max(...width) > most || needsSource || n + width[0] + width[1] < 0) {
    throw new ModelError(
      `pad of [${width.join(", ")}] does not fit dimension ${d} of size ${n} in mode "${mode}"${Number.isFinite(most) ? `: at most ${most} elements` : ""}`,
    );
  }
}

function padConstant(x: Tensor, { widths, value }: PadAttrs): Tensor {
  const shape = x.shape.map((n, d) => n + (widths[d]?.[0] ?? 0) + (widths[d]?.[1] ?? 0));
  const out = allocate(x.dtype, sizeOf(shape));
  if (value !== 0) out.fill(value);
  const kept = x.shape.map((n, d) => {
    const [before, after] = widths[d] as readonly [number, number];
    return Math.max(0, n + Math.min(0, before) + Math.min(0, after));
  });
  const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
  const offset = (strides: readonly number[], sign: number) =>
    strides.reduce((at, stride, d) => at + stride * Math.max(0, sign * (widths[d]?.[0] ?? 0)), 0);
  const source = { data: x.data, strides: from, offset: offset(from, -1) };
  copyBlock(kept, source, { data: out, strides: to, offset: offset(to, 1) });
  return new Tensor(out, shape, x.dtype);
}

/** Pads by copies of elements, one dimension after another; or takes the adjoint of that. */
function copyAround(x: Tensor, { widths, mode }: PadAttrs, adjoint: boolean): Tensor {
  const padded = widths.flatMap(([before, after], d) => (before === 0 && after === 0 ? [] : [d]));
  return (adjoint ? padded.reverse() : padded).reduce((out, d) => {
    const [before, after] = widths[d] as readonly [number, number];
    const size = (out.shape[d] as number) - (adjoint ? before + after : 0);
    if (!adjoint) askForRoom(out.dtype, sizeOf(out.shape.toSpliced(d, 1, size + before + after)));
    const taps: Taps = Array.from({ length: size + before + after }, (_, i) => [
      [sourceOf(i - before, size, mode), 1],
    ]);
    return mixAlong(out, { dim: d, size, taps, adjoint });
  }, x);
}

/** Which element stands at position i, left of 0 or right of the end. */
function sourceOf(i: number, n: number, mode: PadAttrs["mode"]): number {
  if (mode === "replicate") return Math.min(Math.max(i, 0), n - 1);
  if (mode === "circular") return (i + n) % n;
  return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
}
