/** Which kernels are in use: every operation asks here. */
import { allocateWith } from "../core/dtype";
import { jsKernels } from "./js";
import type { Kernels } from "./kernels";
import { openWasm } from "./wasm";

export type { Block } from "./wasm/blocks";
export {
  bytesInUse,
  collectUnreachable,
  keepAllocations,
  logAllocations,
  releaseExcept,
  releaseValues,
  setMemoryBudget,
  without,
} from "./wasm/memory";

let current: Kernels = jsKernels;

/** The implementation in use: WebAssembly where the runtime has it, else JavaScript, until another one is chosen. */
export function kernels(): Kernels {
  return current;
}

/** Chooses the implementation for all operations from now on. */
export function useKernels(implementation: Kernels): void {
  current = implementation;
  allocateWith(implementation.allocate ?? null);
}

/** The fastest kernels that run on the processor here. */
export function cpuKernels(): Kernels {
  try {
    return openWasm();
  } catch {
    return jsKernels;
  }
}

useKernels(cpuKernels());
