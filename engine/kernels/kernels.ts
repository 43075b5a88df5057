/** The inner loops behind one interface: what an implementation (JavaScript, WebAssembly, GPU) must do. */
import type { DType, Values } from "../core/dtype";
import type { Shape } from "../core/shape";
import type { Windows } from "./im2col";
import type { Groups } from "./rows";

/** An elementwise function, as source text of an expression: compiled for the CPU and, as is, for the GPU. */
export interface Elementwise {
  readonly name: string;
  /** JavaScript of one element over x, y, z (the inputs), the names in `params`, and the functions of kernels/prelude.ts. */
  readonly expr: string;
  /** The expression for the GPU where it must differ; null: not on the GPU. */
  readonly gpu?: string | null;
  readonly params?: readonly string[];
}

/** Values read with strides (in elements) over the output's shape; 0 repeats. */
export interface Operand {
  readonly data: Values;
  readonly strides: readonly number[];
  /** Index of the first element; 0 when left out. */
  readonly offset?: number;
}

export type Reduction = "sum" | "prod" | "max" | "min";

/** Batched product out[b] = x[b] · y[b]; m × k times k × n. Transposed operands are stored k × m and n × k. */
export interface MatmulSize {
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transX: boolean;
  readonly transY: boolean;
  /** Elements from one matrix of the batch to the next; 0 repeats the same one. */
  readonly xStride: number;
  readonly yStride: number;
}

/** All arrays are contiguous unless strides are given. Outputs are allocated by the caller and fully written. */
export interface Kernels {
  readonly name: "js" | "wasm" | "gpu";
  /** out[i] = f(inputs[i]…) over `shape`. */
  map(f: Elementwise, inputs: readonly Operand[], out: Values, shape: Shape, params: readonly number[]): void;
  matmul(x: Values, y: Values, out: Values, size: MatmulSize): void;
  /** Reduces the middle of x, seen as outer × size × inner; sums in double precision or pairwise. max and min carry NaN. */
  reduce(kind: Reduction, x: Values, out: Values, outer: number, size: number, inner: number): void;
  /** out = x read from `offset` with `strides` (any sign) over `shape`: permute, expand, narrow, flip. */
  copy(x: Values, out: Values, shape: Shape, strides: readonly number[], offset: number): void;
  /** columns[c · kernel + k][window] = image[c] at element k of the window, 0 in the padding. */
  unfold(image: Values, columns: Values, windows: Windows): void;
  /** image += the columns at the places that `unfold` takes them from: its adjoint. */
  fold(columns: Values, image: Values, windows: Windows): void;
  /** For every window of every channel the place of its largest element, counted over the channel's pixels. */
  findLargest(image: Values, places: Int32Array, windows: Windows): void;
  /** sums[c] = Σ (x − shift[c]) · (y − shift[c]) over group c, or Σ x when y is null; in double precision. */
  dotRows(x: Values, y: Values | null, shift: Float64Array | null, sums: Float64Array, layout: Groups): void;
  /** out = scale[c] · (x − shift[c] − tilt[c] · y) for every element of group c; `numbers` are scale, shift, tilt. */
  combineRows(
    x: Values,
    y: Values,
    out: Values,
    numbers: readonly [Float64Array, Float64Array, Float64Array],
    layout: Groups,
  ): void;
  /** Threads that are ready to share large products, this one included; 1 when left out. */
  threads?(): number;
  /** Pieces of work that threads other than this one have done so far. */
  helped?(): number;
  /** Values where these kernels reach them without a copy, their content undefined; JavaScript's heap when left out. */
  allocate?(dtype: DType, size: number): Values;
}
