/** Matrix products in float32 and float64 by the WebAssembly module. */
import type { Values } from "../../core/dtype";
import { jsKernels } from "../js";
import type { Kernels, MatmulSize } from "../kernels";
import { borrow, endLoan, lend, lendResult } from "./loan";
import type { Matmul, WasmExports } from "./module";
import type { Product, Team } from "./team";
import type { Worth } from "./worth";

/** As in assembly/matmul.ts: rows of y in a panel, bytes of its width, rows of x in a block. */
const DEPTH = 256;
const PANEL_BYTES = 32;
const BLOCK_ROWS = 96;

/** Bytes of working space for a product with n columns. */
function panelBytes(n: number, width: number): number {
  return (Math.ceil((n * width) / PANEL_BYTES) * DEPTH + BLOCK_ROWS) * PANEL_BYTES;
}

export function matmulOf(wasm: WasmExports, team: Team, worth: Worth): Kernels["matmul"] {
  return (x, y, out, size) => {
    const { batch, m, k, n } = size;
    const fits = out instanceof Float32Array || out instanceof Float64Array;
    if (!fits || m * k * n < worth.product) jsKernels.matmul(x, y, out, size);
    else if (batch > 0) multiply(wasm, team, x, y, out, size);
  };
}

function multiply(
  wasm: WasmExports,
  team: Team,
  x: Values,
  y: Values,
  out: Float32Array | Float64Array,
  size: MatmulSize,
): void {
  const { m, k, n, transX, transY } = size;
  const width = out.BYTES_PER_ELEMENT;
  const threads = team.threadsFor(size);
  const scratchBytes = panelBytes(n, width);
  const [xRow, xStep] = transX ? [width, m * width] : [k * width, width];
  const [yStep, yColumn] = transY ? [width, k * width] : [n * width, width];
  const product = {
    width,
    x: lend(x, out),
    xRow,
    xStep,
    xMatrix: size.xStride * width,
    y: lend(y, out),
    yStep,
    yColumn,
    yMatrix: size.yStride * width,
    out: lendResult(out),
    outRow: n * width,
    outMatrix: m * n * width,
    batch: size.batch,
    m,
    k,
    n,
  };
  const scratch = borrow(threads * scratchBytes);
  if (threads > 1) team.run(product, threads, scratch, scratchBytes);
  else runAlone(out instanceof Float32Array ? wasm.matmul_f32 : wasm.matmul_f64, product, scratch);
  endLoan();
}

function runAlone(kernel: Matmul, product: Product, scratch: number): void {
  const { xRow, xStep, yStep, yColumn, outRow, m, k, n, batch } = product;
  let { x, y, out } = product;
  for (let b = 0; b < batch; b++) {
    kernel(x, xRow, xStep, y, yStep, yColumn, out, outRow, m, k, n, scratch);
    x += product.xMatrix;
    y += product.yMatrix;
    out += product.outMatrix;
  }
}
