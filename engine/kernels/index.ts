/** Which kernels are in use: every operation asks here. */
import { jsKernels } from "./js";
import type { Kernels } from "./kernels";

let current: Kernels = jsKernels;

/** The implementation in use. */
export function kernels(): Kernels {
  return current;
}

/** Chooses the implementation for all operations from now on. */
export function useKernels(implementation: Kernels): void {
  current = implementation;
}
