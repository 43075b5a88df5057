/** Operations that join tensors and take them apart: cat, stack, split, chunk. */

import { describeValue } from "../core/describe";
import { allocate, promote } from "../core/dtype";
import { ModelError } from "../core/error";
import { dim } from "../core/kinds";
import { defineOp, inFunction, type OpFunction, type Positions } from "../core/op";
import { normalizeDim, showShape, sizeOf, stridesOf } from "../core/shape";
import { arrange, takes } from "../core/signature";
import { Tensor } from "../core/tensor";
import { checkInteger, checkTensor } from "./arguments";
import { copyBlock } from "./copy-block";
import { narrow, padWidths } from "./pad";
import { unsqueeze } from "./squeeze";
import { toTensor } from "./to-tensor";
import { reshape } from "./view";

/** The dimension along which something happens. */
export interface DimOption {
  /** The dimension, counted from either end; 0 when left out. */
  dim?: number;
}

interface DimAttrs {
  readonly dim: number;
}

type JoinArgs = [tensors: readonly Tensor[], options?: DimOption];
type JoinPositions = [tensors: readonly Tensor[], ...Positions<[dim?: number], DimOption>];
type Join = OpFunction<JoinArgs, JoinPositions>;

const takesTensors = takes(["tensors"], { dim });

function readTensors(tensors: readonly Tensor[]): [Tensor, ...Tensor[]] {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ModelError(
      `found ${Array.isArray(tensors) ? "no tensors" : describeValue(tensors)}, expected an array of tensors`,
    );
  }
  return tensors.map((each, i) => toTensor(each, undefined, `tensor ${i}`)) as [Tensor, ...Tensor[]];
}

/** Throws unless the tensors have the same sizes, except along `dim`. */
function checkAligned(tensors: readonly [Tensor, ...Tensor[]], dim: number): void {
  const [first] = tensors;
  tensors.forEach((x, i) => {
    if (x.ndim === first.ndim && x.shape.every((n, d) => d === dim || n === first.shape[d])) return;
    const except = dim < 0 ? "" : ` except in dimension ${dim}`;
    throw new ModelError(
      `tensor ${i} has shape ${showShape(x.shape)}, expected that of the first, ${showShape(first.shape)},${except}`,
    );
  });
}

/** Joins without recording: for the values of operations. */
export function joinAlong(tensors: readonly Tensor[], dim: number): Tensor {
  const total = tensors.reduce((n, x) => n + (x.shape[dim] as number), 0);
  const shape = (tensors[0] as Tensor).shape.toSpliced(dim, 1, total);
  const dtype = promote(tensors);
  const data = allocate(dtype, sizeOf(shape));
  const strides = stridesOf(shape);
  let offset = 0;
  for (const x of tensors) {
    // All dimensions from `dim` on lie side by side in source and target: copied as one.
    const outer = sizeOf(shape.slice(0, dim));
    const block = outer === 0 ? 0 : x.size / outer;
    const source = { data: x.data, strides: [block, 1], offset: 0 };
    const step = total * (strides[dim] as number);
    copyBlock([outer, block], source, { data, strides: [step, 1], offset });
    offset += block;
  }
  return new Tensor(data, shape, dtype);
}

/** Where input `i` begins along `dim` in the result, and how many elements lie before and after it there. */
function placeOf(tensors: readonly Tensor[], i: number, dim: number): { before: number; after: number } {
  const count = (part: readonly Tensor[]) => part.reduce((n, x) => n + (x.shape[dim] as number), 0);
  return { before: count(tensors.slice(0, i)), after: count(tensors.slice(i + 1)) };
}

function padAlong(x: Tensor, dim: number, before: number, after: number): Tensor {
  return padWidths(
    x,
    x.shape.map((_, d) => (d === dim ? [before, after] : [0, 0])),
  );
}

/** Joins tensors along an existing dimension. @throws ModelError when other sizes differ */
export const cat: Join = defineOp<JoinArgs, DimAttrs, JoinPositions>({
  name: "cat",
  role: "moves",
  label: "[x, y]",
  formula: "\\bar{x}_i = \\bar{o} \\text{ at the place of } x_i",
  takes: takesTensors,
  args(tensors, options = {}) {
    const inputs = readTensors(tensors);
    if (inputs[0].ndim === 0) throw new ModelError("tensors without dimensions do not join, use stack()");
    const dim = normalizeDim(options.dim ?? 0, inputs[0].ndim);
    checkAligned(inputs, dim);
    return { inputs, attrs: { dim } };
  },
  forward: (inputs, { dim }) => joinAlong(inputs, dim),
  vjp: (i) => (g, at) => {
    const { dim } = at.attrs;
    return narrow(g, dim, placeOf(at.inputs, i, dim).before, at.inputs[i]?.shape[dim] as number);
  },
  jvp: (i) => (t, at) => {
    const { before, after } = placeOf(at.inputs, i, at.attrs.dim);
    return padAlong(t, at.attrs.dim, before, after);
  },
  samples: (r) => [[[r.uniform([2, 3]), r.uniform([2, 1])], { dim: 1 }], [[r.uniform([2]), r.uniform([3])]]],
});

/** Joins tensors of one shape along a new dimension. @throws ModelError when shapes differ */
export const stack: Join = defineOp<JoinArgs, DimAttrs, JoinPositions>({
  name: "stack",
  role: "moves",
  label: "[x, y]",
  formula: "\\bar{x}_i = \\bar{o} \\text{ at the place of } x_i",
  takes: takesTensors,
  args(tensors, options = {}) {
    const inputs = readTensors(tensors);
    checkAligned(inputs, -1);
    return { inputs, attrs: { dim: normalizeDim(options.dim ?? 0, inputs[0].ndim + 1) } };
  },
  forward: (inputs, { dim }) =>
    joinAlong(
      inputs.map((x) => unsqueeze(x, dim)),
      dim,
    ),
  vjp: (i) => (g, at) => reshape(narrow(g, at.attrs.dim, i, 1), (at.inputs[i] as Tensor).shape),
  jvp: (i) => (t, at) => {
    const { dim } = at.attrs;
    return padAlong(unsqueeze(t, dim), dim, i, at.inputs.length - 1 - i);
  },
  samples: (r) => [[[r.uniform([2, 3]), r.uniform([2, 3])], { dim: 1 }], [[r.uniform([]), r.uniform([])]]],
});

const takesSizes = takes(
  ["x", "sizes"],
  { dim },
  { aliases: { splitSize: "sizes", splitSizeOrSections: "sizes" } },
);

/** Parts of the given sizes along a dimension; with a number, parts of that size and a smaller last one. */
export function split(x: Tensor, sizes: number | readonly number[], dim?: number | DimOption): Tensor[];
export function split(...args: readonly unknown[]): Tensor[] {
  const [x, sizes, options] = inFunction("split", () => arrange(takesSizes, args)) as [
    Tensor,
    number | readonly number[],
    DimOption?,
  ];
  const { dim, n } = readDim("split", x, options);
  const parts = typeof sizes === "number" ? evenParts(n, checkInteger(sizes, "split(): sizes", 1)) : sizes;
  if (!Array.isArray(parts)) {
    throw new ModelError(`split(): sizes is ${describeValue(parts)}, expected a size or an array of sizes`);
  }
  if (parts.reduce((sum, size) => sum + size, 0) !== n) {
    throw new ModelError(
      `split(): sizes are ${showShape(parts)}, expected a sum of ${n}, the size of dimension ${dim}`,
    );
  }
  let start = 0;
  return parts.map((size) => {
    start += size;
    return narrow(x, dim, start - size, size);
  });
}

const takesChunks = takes(["x", "chunks"], { dim });

/** At most `chunks` parts of equal size along a dimension; the last may be smaller. */
export function chunk(x: Tensor, chunks: number, dim?: number | DimOption): Tensor[];
export function chunk(...args: readonly unknown[]): Tensor[] {
  const [x, chunks, options] = inFunction("chunk", () => arrange(takesChunks, args)) as [
    Tensor,
    number,
    DimOption?,
  ];
  checkInteger(chunks, "chunk(): chunks", 1);
  const { n } = readDim("chunk", x, options);
  return split(x, Math.max(1, Math.ceil(n / chunks)), options);
}

/** The dimension of a call and its size. */
function readDim(name: string, x: Tensor, options: DimOption = {}): { dim: number; n: number } {
  return inFunction(name, () => {
    const { ndim, shape } = checkTensor(x);
    if (ndim === 0) throw new ModelError("x has no dimensions, expected at least one");
    const dim = normalizeDim(options.dim ?? 0, ndim);
    return { dim, n: shape[dim] as number };
  });
}

function evenParts(n: number, size: number): number[] {
  const count = Math.max(1, Math.ceil(n / size));
  return Array.from({ length: count }, (_, i) => Math.min(size, n - i * size));
}
