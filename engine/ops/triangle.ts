/** Parts of matrices: lower and upper triangle, diagonal. */

import { allocate } from "../core/dtype";
import { ModelError } from "../core/error";
import { dim, integer } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { normalizeDim, type Shape, showShape, sizeOf, stridesOf } from "../core/shape";
import { takes } from "../core/signature";
import { Tensor } from "../core/tensor";
import { checkTensor } from "./arguments";
import { copyBlock } from "./copy-block";
import { strided } from "./view";

/** What `tril` and `triu` take besides x. */
export interface TriangleOptions {
  /** Which diagonal is the border: 0 the main one, above it positive; 0 when left out. */
  diagonal?: number;
}

interface TriangleAttrs {
  readonly diagonal: number;
}

type TriangleArgs = [x: Tensor, options?: TriangleOptions];
type TrianglePositions = [x: Tensor, ...Positions<[diagonal?: number], TriangleOptions>];
type Triangle = OpFunction<TriangleArgs, TrianglePositions>;

function triangle(name: "tril" | "triu", keeps: (above: number) => boolean): Triangle {
  const self: Triangle = defineOp<TriangleArgs, TriangleAttrs, TrianglePositions>({
    name,
    takes: takes(["x"], { diagonal: integer }),
    role: "moves",
    label: `${name} x`,
    formula: `\\bar{x} = \\mathrm{${name}}(\\bar{o})`,
    args(x, { diagonal = 0 } = {}) {
      if (checkTensor(x).ndim < 2) {
        throw new ModelError(`x has shape ${showShape(x.shape)}, expected at least two dimensions`);
      }
      return { inputs: [x], attrs: { diagonal } };
    },
    forward([x], { diagonal }) {
      const { shape, data, dtype } = x as Tensor;
      const [rows, columns] = shape.slice(-2) as [number, number];
      const out = allocate(dtype, data.length);
      for (let at = 0; at < data.length; at++) {
        const row = Math.floor(at / columns) % rows;
        if (keeps((at % columns) - row - diagonal)) out[at] = data[at] as number;
      }
      return new Tensor(out, shape, dtype);
    },
    vjp: [(g, { attrs }) => self(g, attrs)],
    jvp: [(t, { attrs }) => self(t, attrs)],
    samples: (r) => [
      [r.uniform([3, 3])],
      [r.uniform([2, 3, 4]), { diagonal: 1 }],
      [r.uniform([4, 3]), { diagonal: -1 }],
    ],
  });
  return self;
}

/** The elements on and below a diagonal of the last two dimensions, zeros above. */
export const tril: Triangle = triangle("tril", (above) => above <= 0);

/** The elements on and above a diagonal of the last two dimensions, zeros below. */
export const triu: Triangle = triangle("triu", (above) => above >= 0);

/** Which diagonal of which two dimensions `diagonal` takes. */
export interface DiagonalOptions {
  /** 0 (default) is the main diagonal; positive ones lie above it. */
  offset?: number;
  /** The rows; 0 when left out. */
  dim1?: number;
  /** The columns; 1 when left out. */
  dim2?: number;
}

interface DiagonalAttrs {
  readonly offset: number;
  readonly dim1: number;
  readonly dim2: number;
  /** The shape that the diagonal is taken from. */
  readonly shape: Shape;
}

/** Where a diagonal lies in its tensor: the diagonal's shape, strides and first element. */
function placeOf({ offset, dim1, dim2, shape }: DiagonalAttrs) {
  const strides = stridesOf(shape);
  const [row, column] = [Math.max(0, -offset), Math.max(0, offset)];
  const length = Math.max(0, Math.min((shape[dim1] as number) - row, (shape[dim2] as number) - column));
  const rest = <T>(list: readonly T[]) => list.filter((_, d) => d !== dim1 && d !== dim2);
  const [down, right] = [strides[dim1] as number, strides[dim2] as number];
  return {
    shape: [...rest(shape), length],
    strides: [...rest(strides), down + right],
    offset: length === 0 ? 0 : row * down + column * right,
  };
}

/** The diagonal of two dimensions, as the last dimension of the result. */
export const diagonal: OpFunction<
  [x: Tensor, options?: DiagonalOptions],
  [x: Tensor, ...Positions<[offset?: number, dim1?: number, dim2?: number], DiagonalOptions>]
> = defineOp({
  name: "diagonal",
  takes: takes(["x"], { offset: integer, dim1: dim, dim2: dim }),
  role: "moves",
  label: "diagonal x",
  formula: "\\bar{x} = \\bar{o} \\text{ on the diagonal, 0 elsewhere}",
  args(x, options = {}) {
    const dim1 = normalizeDim(options.dim1 ?? 0, checkTensor(x).ndim, "dim1");
    const dim2 = normalizeDim(options.dim2 ?? 1, x.ndim, "dim2");
    if (dim1 === dim2) throw new ModelError(`dim1 and dim2 are both ${dim1}, expected two dimensions`);
    return { inputs: [x], attrs: { offset: options.offset ?? 0, dim1, dim2, shape: x.shape } };
  },
  forward([x], attrs) {
    const place = placeOf(attrs);
    return strided(x as Tensor, place.shape, place.strides, place.offset);
  },
  vjp: [(g, { attrs }) => onDiagonal(g, attrs)],
  jvp: [(t, { attrs: { offset, dim1, dim2 } }) => diagonal(t, { offset, dim1, dim2 })],
  samples: (r) => [[r.uniform([4, 3])], [r.uniform([2, 3, 3]), { offset: 1, dim1: 1, dim2: 2 }]],
});

/** Zeros with `x` on a diagonal: the adjoint of `diagonal`. */
export const onDiagonal: OpFunction<[Tensor, DiagonalAttrs]> = defineOp<
  [Tensor, DiagonalAttrs],
  DiagonalAttrs
>({
  name: "onDiagonal",
  takes: null,
  role: "moves",
  label: "diag x",
  formula: "\\bar{x} = \\mathrm{diagonal}(\\bar{o})",
  args: (x, attrs) => ({ inputs: [x], attrs }),
  forward([x], attrs) {
    const { data, dtype } = x as Tensor;
    const out = allocate(dtype, sizeOf(attrs.shape));
    const place = placeOf(attrs);
    copyBlock(place.shape, { data, strides: stridesOf(place.shape), offset: 0 }, { data: out, ...place });
    return new Tensor(out, attrs.shape, dtype);
  },
  vjp: [(g, { attrs: { offset, dim1, dim2 } }) => diagonal(g, { offset, dim1, dim2 })],
  jvp: [(t, { attrs }) => onDiagonal(t, attrs)],
  samples: (r) => [[r.uniform([3]), { offset: 0, dim1: 0, dim2: 1, shape: [4, 3] }]],
});
