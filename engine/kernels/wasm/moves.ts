/** Kernels that move elements: strided copies, and the windows of convolutions. */
import type { Values } from "../../core/dtype";
import type { Windows } from "../im2col";
import { collapse, jsKernels } from "../js";
import type { Kernels } from "../kernels";
import { endLoan, lend, lendResult } from "./loan";
import { addressOf } from "./memory";
import type { Im2col, WasmExports } from "./module";
import type { Worth } from "./worth";

/** Whether a copy within the shared memory is quicker; what is read from elsewhere must be small beside the result. */
function pays(x: Values, out: Values, worth: Worth): boolean {
  if (worth.copies) return true;
  return addressOf(out) !== 0 && (addressOf(x) !== 0 || 4 * x.length <= out.length);
}

export function copyKernel(wasm: WasmExports, worth: Worth): Kernels["copy"] {
  return (x, out, shape, strides, offset) => {
    const covered = out instanceof Float32Array && x instanceof Float32Array && out.length >= worth.fast;
    if (!covered || !pays(x, out, worth)) {
      jsKernels.copy(x, out, shape, strides, offset);
      return;
    }
    const flat = collapse(shape, [{ data: x, strides }]);
    if (flat.shape.length > 4) {
      jsKernels.copy(x, out, shape, strides, offset);
      return;
    }
    const missing = 4 - flat.shape.length;
    const [a, b, n, m] = [...[1, 1, 1].slice(0, missing), ...flat.shape] as [number, number, number, number];
    const steps = [...[0, 0, 0].slice(0, missing), ...(flat.strides[0] as number[])].map((step) => 4 * step);
    const [aStep, bStep, row, step] = steps as [number, number, number, number];
    wasm.copy_f32(lend(x, x) + 4 * offset, aStep, bStep, row, step, lendResult(out), a, b, n, m);
    endLoan();
  };
}

/** `unfold`, whose result is written in full. */
export function unfoldOf(wasm: WasmExports): Kernels["unfold"] {
  return (image, columns, windows) => {
    if (!(image instanceof Float32Array) || !(columns instanceof Float32Array)) {
      jsKernels.unfold(image, columns, windows);
      return;
    }
    call(wasm.unfold_f32, lend(image, image), lendResult(columns), windows);
    endLoan();
  };
}

/** `fold`, which adds to what the image holds; images elsewhere are left to JavaScript. */
export function foldOf(wasm: WasmExports): Kernels["fold"] {
  return (columns, image, windows) => {
    const covered =
      image instanceof Float32Array && columns instanceof Float32Array && addressOf(image) !== 0;
    if (!covered) {
      jsKernels.fold(columns, image, windows);
      return;
    }
    call(wasm.fold_f32, lend(columns, image), addressOf(image), windows);
    endLoan();
  };
}

export function findLargestOf(wasm: WasmExports): Kernels["findLargest"] {
  return (image, places, windows) => {
    if (image instanceof Float32Array) {
      call(wasm.largest_f32, lend(image, image), lendResult(places), windows);
      endLoan();
    } else jsKernels.findLargest(image, places, windows);
  };
}

function call(kernel: Im2col, from: number, to: number, windows: Windows): void {
  const { channels, size, kernel: k, stride, padding, dilation, count } = windows;
  const [s, p, d] = [stride, padding, dilation];
  kernel(
    from,
    to,
    channels,
    size[0],
    size[1],
    k[0],
    k[1],
    s[0],
    s[1],
    p[0],
    p[1],
    d[0],
    d[1],
    count[0],
    count[1],
  );
}
