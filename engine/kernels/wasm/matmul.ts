/** Matrix products in float32 and float64 by the WebAssembly module. */
import type { Values } from "../../dtype";
import { jsKernels } from "../js";
import type { Kernels, MatmulSize } from "../kernels";
import { borrow, lend, lendResult, settle } from "./loan";
import type { WasmExports } from "./module";
import type { Worth } from "./worth";

/** As in assembly/matmul.ts: rows of y in a panel, bytes of its width, rows of x in a block. */
const DEPTH = 256;
const PANEL_BYTES = 32;
const BLOCK_ROWS = 96;

/** Bytes of working space for a product with n columns. */
export function panelBytes(n: number, width: number): number {
  return (Math.ceil((n * width) / PANEL_BYTES) * DEPTH + BLOCK_ROWS) * PANEL_BYTES;
}

export function matmulOf(wasm: WasmExports, worth: Worth): Kernels["matmul"] {
  return (x, y, out, size) => {
    const { batch, m, k, n } = size;
    const fits = out instanceof Float32Array || out instanceof Float64Array;
    if (!fits || m * k * n < worth.product) jsKernels.matmul(x, y, out, size);
    else if (batch > 0) multiply(wasm, x, y, out, size);
  };
}

function multiply(
  wasm: WasmExports,
  x: Values,
  y: Values,
  out: Float32Array | Float64Array,
  { batch, m, k, n, transX, transY, xStride, yStride }: MatmulSize,
): void {
  const width = out.BYTES_PER_ELEMENT;
  const product = out instanceof Float32Array ? wasm.matmul_f32 : wasm.matmul_f64;
  const xAt = lend(x, out);
  const yAt = lend(y, out);
  const outAt = lendResult(out);
  const scratch = borrow(panelBytes(n, width));
  const [xRow, xStep] = transX ? [width, m * width] : [k * width, width];
  const [yStep, yColumn] = transY ? [width, k * width] : [n * width, width];
  for (let b = 0; b < batch; b++) {
    const xs = xAt + b * xStride * width;
    const ys = yAt + b * yStride * width;
    product(xs, xRow, xStep, ys, yStep, yColumn, outAt + b * m * n * width, n * width, m, k, n, scratch);
  }
  settle();
}
