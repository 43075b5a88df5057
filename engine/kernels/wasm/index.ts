/** Kernels in WebAssembly SIMD; what they do not cover runs on the JavaScript kernels, in place. */
import { jsKernels } from "../js";
import type { Kernels } from "../kernels";
import { mapOf } from "./elementwise";
import { borrow, endLoan, lend, lendResult } from "./loan";
import { matmulOf } from "./matmul";
import { allocateShared } from "./memory";
import { compileKernels, instantiate, type WasmExports } from "./module";
import { copyKernel, findLargestOf, foldOf, unfoldOf } from "./moves";
import { combineRowsOf, dotRowsOf } from "./rows";
import { gatherTeam } from "./team";
import { usual, type Worth } from "./worth";

function reduceOf(wasm: WasmExports, worth: Worth): Kernels["reduce"] {
  return (kind, x, out, outer, size, inner) => {
    const covered = kind === "sum" || kind === "max";
    const float32 = x instanceof Float32Array && out instanceof Float32Array;
    // An empty maximum is -Infinity; the module looks at a first element.
    if (!covered || !float32 || x.length < Math.max(1, worth.reduction)) {
      jsKernels.reduce(kind, x, out, outer, size, inner);
      return;
    }
    const xAt = lend(x, out);
    const outAt = lendResult(out);
    if (kind === "sum") wasm.sum_f32(xAt, outAt, outer, size, inner, borrow(8 * inner));
    else wasm.max_f32(xAt, outAt, outer, size, inner);
    endLoan();
  };
}

/** The kernels over the shared memory. @throws when the runtime has no shared memory or no SIMD */
export function openWasm(worth: Worth = usual): Kernels {
  const module = compileKernels();
  const wasm = instantiate(module);
  const team = gatherTeam(wasm, module);
  return {
    ...jsKernels,
    name: "wasm",
    map: mapOf(wasm, worth),
    matmul: matmulOf(wasm, team, worth),
    reduce: reduceOf(wasm, worth),
    copy: copyKernel(wasm, worth),
    unfold: unfoldOf(wasm),
    fold: foldOf(wasm),
    findLargest: findLargestOf(wasm),
    dotRows: dotRowsOf(wasm, worth),
    combineRows: combineRowsOf(wasm, worth),
    threads: team.ready,
    helped: team.helped,
    allocate: allocateShared,
  };
}
