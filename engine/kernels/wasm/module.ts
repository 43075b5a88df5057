/** The compiled kernels: with fused multiply-add where the runtime has relaxed SIMD. */
import plain from "../../../dist/kernels.wasm";
import relaxed from "../../../dist/kernels-relaxed.wasm";
import { memory } from "./memory";

type Map1 = (x: number, out: number, n: number) => void;
type Map2 = (x: number, xStep: number, y: number, yStep: number, out: number, n: number) => void;
type Matmul = (
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

export interface WasmExports {
  readonly matmul_f32: Matmul;
  readonly matmul_f64: Matmul;
  readonly sum_f32: (x: number, out: number, outer: number, size: number, inner: number, scratch: number) => void;
  readonly max_f32: (x: number, out: number, outer: number, size: number, inner: number) => void;
  readonly add_f32: Map2;
  readonly sub_f32: Map2;
  readonly mul_f32: Map2;
  readonly div_f32: Map2;
  readonly neg_f32: Map1;
  readonly abs_f32: Map1;
  readonly square_f32: Map1;
  readonly sqrt_f32: Map1;
  readonly relu_f32: Map1;
  readonly exp_f32: Map1;
  readonly sigmoid_f32: Map1;
  readonly tanh_f32: Map1;
}

/** The kernels over the shared memory. */
export function instantiate(): WasmExports {
  const bytes = WebAssembly.validate(relaxed) ? relaxed : plain;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return exports as WasmExports;
}
