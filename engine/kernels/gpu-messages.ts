/** What the engine and the GPU's worker thread say to each other. */

/** A kernel to compile once: its text, the size of its output (x, y, z) and its constants. */
export interface GpuProgram {
  readonly key: string;
  readonly source: string;
  readonly functions: readonly string[];
  readonly output: readonly [number, number, number];
  readonly constants: Readonly<Record<string, number>>;
}

/** One run of a kernel: float32 inputs lie one after the other in the shared memory, the result replaces them. */
export interface GpuCall {
  readonly program: GpuProgram;
  readonly lengths: readonly number[];
  readonly numbers: readonly number[];
  readonly memory: SharedArrayBuffer;
}

/** What the worker says once, when it has looked for a GPU. */
export type GpuReady = { readonly adapter: string } | { readonly reason: string };

/** Header of the shared memory: one Int32 of state, one of length; data begins at HEADER_BYTES. */
export const HEADER_BYTES = 16;
export const state = { idle: 0, done: 1, failed: 2 } as const;
