/** Sums and combinations over groups of rows by the WebAssembly module. */
import { jsKernels } from "../js";
import type { Kernels } from "../kernels";
import { endLoan, lend, lendResult } from "./loan";
import type { WasmExports } from "./module";
import type { Worth } from "./worth";

export function dotRowsOf(wasm: WasmExports, worth: Worth): Kernels["dotRows"] {
  return (x, y, shift, sums, layout) => {
    const covered = x instanceof Float32Array && (y === null || y instanceof Float32Array);
    if (!covered || x.length < worth.reduction) {
      jsKernels.dotRows(x, y, shift, sums, layout);
      return;
    }
    const { groups, b } = layout;
    const xAt = lend(x, x);
    const yAt = y === null ? 0 : y === x ? xAt : lend(y, x);
    const shiftAt = shift === null ? 0 : lend(shift, shift);
    wasm.dotRows_f32(xAt, yAt, shiftAt, lendResult(sums), x.length / (groups * b), groups, b);
    endLoan();
  };
}

export function combineRowsOf(wasm: WasmExports, worth: Worth): Kernels["combineRows"] {
  return (x, y, out, numbers, layout) => {
    const covered = x instanceof Float32Array && y instanceof Float32Array && out instanceof Float32Array;
    if (!covered || x.length < worth.reduction) {
      jsKernels.combineRows(x, y, out, numbers, layout);
      return;
    }
    const { groups, b } = layout;
    const [scale, shift, tilt] = numbers;
    wasm.combineRows_f32(
      lend(x, x),
      lend(y, x),
      lendResult(out),
      lend(scale, scale),
      lend(shift, shift),
      lend(tilt, tilt),
      x.length / (groups * b),
      groups,
      b,
    );
    endLoan();
  };
}
