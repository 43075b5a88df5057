/** Shapes by other means: repeat, movedim, unflatten, stacking, grids, diagonals, differences. */
import { allocate } from "../core/dtype";
import { ModelError } from "../core/error";
import { choice, count, dim as dimension, dims, either, integer, tensor } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { normalizeDim, type Shape, showShape } from "../core/shape";
import { takes } from "../core/signature";
import { fromValues, type Tensor } from "../core/tensor";
import { checkTensor } from "./arguments";
import { sub } from "./arithmetic";
import { expand } from "./broadcast";
import { composed } from "./composed";
import { indexSelect } from "./index-select";
import { cat, type DimOption } from "./join";
import { narrow } from "./pad";
import { flip, tile } from "./rearrange";
import { diagonal, onDiagonal } from "./triangle";
import { permute, reshape, transpose } from "./view";

/**
 * The whole tensor again and again along its dimensions; new ones stand in front.
 * @throws ModelError for fewer counts than dimensions
 */
export const repeat: (
  ...args: Widest<[x: Tensor, sizes: Shape], [x: Tensor, sizes: number | Shape, ...more: number[]]>
) => Tensor = composed(
  "repeat",
  takes(["x", "sizes"], {}, { spread: "sizes" }),
  (x: Tensor, sizes: Shape): Tensor => {
    const { ndim } = checkTensor(x);
    if (!Array.isArray(sizes) || sizes.length < ndim) {
      throw new ModelError(
        `sizes is ${JSON.stringify(sizes)}, expected a count for each of the ${ndim} dimensions`,
        { hint: "tile adds missing counts in front" },
      );
    }
    return tile(x, sizes);
  },
);

/** Each slice along a dimension several times in a row; of the flattened tensor without `dim`. */
export const repeatInterleave: (
  ...args: Widest<
    [x: Tensor, repeats: number | Tensor, options?: DimOption],
    [x: Tensor, repeats: number | Tensor, ...Positions<[dim?: number], DimOption>]
  >
) => Tensor = composed(
  "repeatInterleave",
  takes(["x"], { repeats: either(count, tensor), dim: dimension }),
  (x: Tensor, options: { repeats?: number | Tensor; dim?: number } = {}): Tensor => {
    const { repeats, dim } = options;
    if (repeats === undefined) throw new ModelError("repeats is missing, expected a count, or one per slice");
    const input = dim === undefined ? reshape(checkTensor(x), [-1]) : checkTensor(x);
    const along = normalizeDim(dim ?? 0, input.ndim);
    const n = input.shape[along] ?? 1;
    const counts = typeof repeats === "number" ? [repeats] : [...repeats.data];
    if (counts.length !== 1 && counts.length !== n) {
      throw new ModelError(`repeats has ${counts.length} counts, expected 1 or ${n}`);
    }
    const wrong = counts.findIndex((each) => !count.fits(each));
    if (wrong >= 0) {
      throw new ModelError(`repeats holds ${counts[wrong]} at position ${wrong}, expected ${count.expected}`);
    }
    const countAt = (i: number) => counts[counts.length === 1 ? 0 : i] as number;
    const total = counts.length === 1 ? n * countAt(0) : counts.reduce((sum, each) => sum + each, 0);
    const places = allocate("int32", total);
    let end = 0;
    for (let i = 0; i < n; i++) {
      const start = end;
      end += countAt(i);
      places.fill(i, start, end);
    }
    return indexSelect(input, fromValues(places, [total], "int32"), { dim: along });
  },
) as never;

/** Moves dimensions to other places; the others keep their order. */
export const movedim: (
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
) => Tensor = composed(
  "movedim",
  takes(["x", "source", "destination"]),
  (x: Tensor, source: number | readonly number[], destination: number | readonly number[]): Tensor => {
    const { ndim } = checkTensor(x);
    const read = (given: number | readonly number[], name: string) =>
      [given].flat().map((d) => normalizeDim(d, ndim, name));
    const [from, to] = [read(source, "source"), read(destination, "destination")];
    if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
      throw new ModelError(
        `source is ${showShape(from)} and destination ${showShape(to)}, expected equally many different dimensions`,
      );
    }
    const rest = x.shape.flatMap((_, d) => (from.includes(d) ? [] : [d]));
    const order = x.shape.map((_, d) => {
      const i = to.indexOf(d);
      return i >= 0 ? (from[i] as number) : (rest.shift() as number);
    });
    return permute(x, order);
  },
);

/** Splits one dimension into several; one of the sizes may be −1 and is found from the rest. */
export const unflatten: (
  ...args: Widest<
    [x: Tensor, dim: number, sizes: Shape],
    [x: Tensor, dim: number, sizes: number | Shape, ...more: number[]]
  >
) => Tensor = composed(
  "unflatten",
  takes(["x", "dim", "sizes"], {}, { spread: "sizes", aliases: { unflattenedSize: "sizes" } }),
  (x: Tensor, dim: number, sizes: Shape): Tensor => {
    const at = normalizeDim(dim, checkTensor(x).ndim);
    if (!Array.isArray(sizes) || sizes.length === 0) {
      throw new ModelError(`sizes is ${JSON.stringify(sizes)}, expected an array of sizes`);
    }
    const n = x.shape[at] as number;
    const known = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1);
    const full = sizes.map((size) => (size === -1 ? n / known : size));
    if (full.reduce((product, size) => product * size, 1) !== n || !full.every(Number.isInteger)) {
      throw new ModelError(
        `sizes ${showShape(sizes)} do not fill dimension ${at} of shape ${showShape(x.shape)}`,
      );
    }
    return reshape(x, x.shape.toSpliced(at, 1, ...full));
  },
);

type Stack = (tensors: readonly Tensor[]) => Tensor;
const takesList = takes(["tensors"]);

function readList(tensors: readonly Tensor[]): readonly Tensor[] {
  if (Array.isArray(tensors) && tensors.length > 0)
    return tensors.map((x, i) => checkTensor(x, `tensors[${i}]`));
  throw new ModelError("tensors is no array of at least one tensor");
}

/** Side by side: joined along dimension 1, vectors along 0. */
export const hstack: Stack = composed("hstack", takesList, (tensors: readonly Tensor[]) => {
  const list = readList(tensors).map((x) => (x.ndim === 0 ? reshape(x, [1]) : x));
  return cat(list, { dim: list[0]?.ndim === 1 ? 0 : 1 });
});

/** Below each other: joined along dimension 0, vectors as rows. */
export const vstack: Stack = composed("vstack", takesList, (tensors: readonly Tensor[]) =>
  cat(readList(tensors).map((x) => (x.ndim < 2 ? reshape(x, [1, x.size]) : x))),
);

/** Vectors as columns beside each other; matrices as `hstack`. */
export const columnStack: Stack = composed("columnStack", takesList, (tensors: readonly Tensor[]) =>
  cat(
    readList(tensors).map((x) => (x.ndim < 2 ? reshape(x, [x.size, 1]) : x)),
    { dim: 1 },
  ),
);

/** What `meshgrid` takes besides its vectors. */
export interface MeshgridOptions {
  /** Which of the first two dimensions belongs to the first vector: "ij" (when left out) the first, "xy" the second. */
  indexing?: "ij" | "xy";
}

/** The coordinates of a grid: one tensor of the grid's shape for each vector. */
export const meshgrid: (tensors: readonly Tensor[], options?: MeshgridOptions) => Tensor[] = composed(
  "meshgrid",
  takes(["tensors"], {}, { named: { indexing: choice("ij", "xy") } }),
  (tensors: readonly Tensor[], { indexing = "ij" }: MeshgridOptions = {}): Tensor[] => {
    const list = readList(tensors);
    const shape = list.map((x) => x.size);
    const grids = list.map((x, i) => {
      const own = shape.map((n, d) => (d === i ? n : 1));
      return expand(reshape(x, own), shape);
    });
    return indexing === "ij" || list.length < 2 ? grids : grids.map((grid) => transpose(grid, 0, 1));
  },
);

/** What `diag` takes besides x. */
export interface DiagOptions {
  /** Which diagonal: above the main one when positive; 0 when left out. */
  diagonal?: number;
}

/** A vector as the diagonal of a matrix; of a matrix its diagonal. */
export const diag: (
  ...args: Widest<
    [x: Tensor, options?: DiagOptions],
    [x: Tensor, ...Positions<[diagonal?: number], DiagOptions>]
  >
) => Tensor = composed(
  "diag",
  takes(["x"], { diagonal: integer }),
  (x: Tensor, { diagonal: offset = 0 }: DiagOptions = {}): Tensor => {
    if (checkTensor(x).ndim === 2) return diagonal(x, { offset });
    if (x.ndim !== 1)
      throw new ModelError(`x has shape ${showShape(x.shape)}, expected a vector or a matrix`);
    return embedded(x, offset, 0, 1);
  },
);

/** Where `diagEmbed` puts the diagonal. */
export interface DiagEmbedOptions {
  /** Which diagonal: above the main one when positive; 0 when left out. */
  offset?: number;
  /** The dimension of the result that counts the rows; −2 when left out. */
  dim1?: number;
  /** The dimension of the result that counts the columns; −1 when left out. */
  dim2?: number;
}

/** The last dimension as the diagonal of two new ones, the last two when left out. */
export const diagEmbed: (
  ...args: Widest<
    [x: Tensor, options?: DiagEmbedOptions],
    [x: Tensor, ...Positions<[offset?: number, dim1?: number, dim2?: number], DiagEmbedOptions>]
  >
) => Tensor = composed(
  "diagEmbed",
  takes(["x"], { offset: integer, dim1: dimension, dim2: dimension }),
  (x: Tensor, { offset = 0, dim1 = -2, dim2 = -1 }: DiagEmbedOptions = {}): Tensor => {
    if (checkTensor(x).ndim === 0) throw new ModelError("x has no dimensions, expected at least one");
    const [first, second] = [normalizeDim(dim1, x.ndim + 1, "dim1"), normalizeDim(dim2, x.ndim + 1, "dim2")];
    if (first === second) throw new ModelError(`dim1 and dim2 are both ${first}, expected two dimensions`);
    return embedded(x, offset, first, second);
  },
);

function embedded(x: Tensor, offset: number, dim1: number, dim2: number): Tensor {
  const n = (x.shape.at(-1) as number) + Math.abs(offset);
  const rest = [...x.shape.slice(0, -1)];
  const shape = Array.from({ length: x.ndim + 1 }, (_, d) =>
    d === dim1 || d === dim2 ? n : (rest.shift() as number),
  );
  return onDiagonal(x, { offset, dim1, dim2, shape });
}

/** What `diff` takes besides x. */
export interface DiffOptions {
  /** How many times; 1 when left out. */
  n?: number;
  /** The last when left out. */
  dim?: number;
}

/** Differences of neighbours along a dimension. */
export const diff: (
  ...args: Widest<
    [x: Tensor, options?: DiffOptions],
    [x: Tensor, ...Positions<[n?: number, dim?: number], DiffOptions>]
  >
) => Tensor = composed(
  "diff",
  takes(["x"], { n: count, dim: dimension }),
  (x: Tensor, { n = 1, dim = -1 }: DiffOptions = {}): Tensor => {
    const along = normalizeDim(dim, checkTensor(x).ndim);
    let out = x;
    for (let i = 0; i < n; i++) {
      const size = Math.max(1, out.shape[along] ?? 0);
      out = sub(narrow(out, along, 1, size - 1), narrow(out, along, 0, size - 1));
    }
    return out;
  },
);

/** Left and right swapped: dimension 1 reversed. */
export const fliplr: (x: Tensor) => Tensor = composed("fliplr", takes(["x"]), (x: Tensor) => flip(x, 1));

/** Up and down swapped: dimension 0 reversed. */
export const flipud: (x: Tensor) => Tensor = composed("flipud", takes(["x"]), (x: Tensor) => flip(x, 0));

/** What `rot90` takes besides x. */
export interface Rot90Options {
  /** Quarter turns; 1 when left out. */
  k?: number;
  /** The plane; the first two dimensions when left out. */
  dims?: readonly number[];
}

/** Turned by quarters, from the first dimension of the plane to the second. */
export const rot90: (
  ...args: Widest<
    [x: Tensor, options?: Rot90Options],
    [x: Tensor, ...Positions<[k?: number, dims?: readonly number[]], Rot90Options>]
  >
) => Tensor = composed(
  "rot90",
  takes(["x"], { k: integer, dims }),
  (x: Tensor, { k = 1, dims: plane = [0, 1] }: Rot90Options = {}): Tensor => {
    const [a, b] = [plane].flat().map((d) => normalizeDim(d, checkTensor(x).ndim, "dims"));
    if (a === undefined || b === undefined || plane.length !== 2 || a === b) {
      throw new ModelError(`dims is ${JSON.stringify(plane)}, expected two dimensions`);
    }
    const turns = ((k % 4) + 4) % 4;
    if (turns === 0) return x;
    if (turns === 2) return flip(x, [a, b]);
    return turns === 1 ? transpose(flip(x, [b]), a, b) : flip(transpose(x, a, b), [b]);
  },
);
