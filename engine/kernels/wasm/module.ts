/** The compiled kernels: with fused multiply-add where the runtime has relaxed SIMD. */
import plain from "../../../dist/kernels.wasm";
import relaxed from "../../../dist/kernels-relaxed.wasm";
import { memory } from "./blocks";

/** out = f(x); addresses and the number of elements. */
export type Map1 = (x: number, out: number, n: number) => void;
/** out = f(x, y) in rows of n elements; steps and distances of rows in elements. */
export type Map2 = (
  x: number,
  xStep: number,
  xRow: number,
  y: number,
  yStep: number,
  yRow: number,
  out: number,
  n: number,
  rows: number,
) => void;
/** out = x · y; all strides in bytes. */
export type Matmul = (
  x: number,
  xRow: number,
  xStep: number,
  y: number,
  yStep: number,
  yColumn: number,
  out: number,
  outRow: number,
  m: number,
  k: number,
  n: number,
  scratch: number,
) => void;

/** Sizes as in Windows: rows before columns. */
export type Im2col = (
  from: number,
  to: number,
  channels: number,
  height: number,
  width: number,
  kernelRows: number,
  kernelColumns: number,
  strideDown: number,
  strideRight: number,
  paddingRows: number,
  paddingColumns: number,
  dilationDown: number,
  dilationRight: number,
  rows: number,
  row: number,
) => void;
/** out = x over a × b × n × m; strides in bytes. */
export type Copy = (
  x: number,
  aStep: number,
  bStep: number,
  xRow: number,
  xStep: number,
  out: number,
  a: number,
  b: number,
  n: number,
  m: number,
) => void;

/** out = scale · (x − shift − tilt · y) per group of [a, groups, b]. */
export type Rows = (
  x: number,
  y: number,
  out: number,
  scale: number,
  shift: number,
  tilt: number,
  a: number,
  groups: number,
  b: number,
) => void;

type Unary = "neg" | "abs" | "square" | "sqrt" | "relu" | "exp" | "sigmoid" | "tanh" | "reciprocal";
type Binary =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "squaredDifference"
  | "gate"
  | "tanhSlope"
  | "sigmoidSlope"
  | "squareSlope";

export type WasmExports = Readonly<
  Record<`${Unary}_f32`, Map1> &
    Record<`${Binary}_f32`, Map2> & {
      matmul_f32: Matmul;
      matmul_f64: Matmul;
      unfold_f32: Im2col;
      fold_f32: Im2col;
      largest_f32: Im2col;
      copy_f32: Copy;
      dotRows_f32(
        x: number,
        y: number,
        shift: number,
        sums: number,
        a: number,
        groups: number,
        b: number,
      ): void;
      combineRows_f32: Rows;
      /** Runs the product described at an address on all threads that serve there. */
      runJob(job: number): void;
      sum_f32(x: number, out: number, outer: number, size: number, inner: number, scratch: number): void;
      max_f32(x: number, out: number, outer: number, size: number, inner: number): void;
    }
>;

/** The module that this runtime can run. */
export function compileKernels(): WebAssembly.Module {
  return new WebAssembly.Module(WebAssembly.validate(relaxed) ? relaxed : plain);
}

/** The kernels over the shared memory. */
export function instantiate(module: WebAssembly.Module): WasmExports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as WasmExports;
}
