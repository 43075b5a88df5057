/** Kernels on the GPU: float32 matrix products and elementwise functions; all else runs on the CPU kernels. */
import { tmpdir } from "node:os";
import { Worker } from "node:worker_threads";
import type { Values } from "../core/dtype";
import { type GpuCall, type GpuProgram, type GpuReady, HEADER_BYTES, state } from "./gpu-messages";
import { mapProgram, matmulProgram } from "./gpu-programs";
import type { Kernels } from "./kernels";

const START_LIMIT_MS = 20_000;
/** A kernel that has not answered by then has lost its device. */
const CALL_LIMIT_MS = 60_000;
export interface GpuKernels extends Kernels {
  /** Name of the adapter. */
  readonly adapter: string;
  /** Why the GPU was given up during the run; null as long as it works. */
  failure(): string | null;
  /** How many kernels ran on the GPU. */
  calls(): number;
  /** Ends the worker thread. */
  dispose(): void;
}

/**
 * Opens the GPU in a worker thread. The engine's operations are synchronous, gpu.js is not: the calling thread
 * sleeps on shared memory until the worker has the result.
 * @param workerPath the bundled gpu-worker.js
 * @param cpu the kernels for everything that does not run on the GPU
 * @returns the kernels, or the reason why there are none
 */
export async function openGpu(
  workerPath: string,
  cpu: Kernels,
): Promise<GpuKernels | { readonly reason: string }> {
  // The Vulkan loader complains on stderr when this is missing, as it is in containers.
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  const worker = new Worker(workerPath, { stdout: true, stderr: true });
  const ready = await firstMessage(worker);
  if ("reason" in ready) {
    void worker.terminate();
    return ready;
  }
  // An idle GPU must not keep the process alive.
  worker.unref();
  return gpuKernels(new Channel(worker), ready.adapter, cpu);
}

function firstMessage(worker: Worker): Promise<GpuReady> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => resolve({ reason: `the GPU did not answer within ${START_LIMIT_MS / 1000} s` }),
      START_LIMIT_MS,
    );
    const settle = (ready: GpuReady) => {
      clearTimeout(timer);
      resolve(ready);
    };
    worker.once("message", settle);
    worker.once("error", (error) => settle({ reason: `the GPU could not be opened: ${error.message}` }));
    worker.once("exit", (code) => settle({ reason: `the GPU's thread ended with code ${code}` }));
  });
}

/** Sends kernels to the worker and waits for their results. */
class Channel {
  failure: string | null = null;
  calls = 0;
  private memory = new SharedArrayBuffer(1 << 20);

  constructor(private readonly worker: Worker) {}

  dispose(): void {
    void this.worker.terminate();
  }

  /** Runs a kernel; false when it failed, which ends the use of the GPU. */
  run(program: GpuProgram, inputs: readonly Values[], numbers: readonly number[], out: Values): boolean {
    const lengths = inputs.map((x) => x.length);
    this.reserve(
      Math.max(
        lengths.reduce((a, b) => a + b, 0),
        out.length,
        1024,
      ),
    );
    let offset = HEADER_BYTES;
    for (const x of inputs) {
      new Float32Array(this.memory, offset, x.length).set(x);
      offset += 4 * x.length;
    }
    const header = new Int32Array(this.memory, 0, HEADER_BYTES / 4);
    Atomics.store(header, 0, state.idle);
    const call: GpuCall = { program, lengths, numbers, memory: this.memory };
    this.worker.postMessage(call);
    Atomics.wait(header, 0, state.idle, CALL_LIMIT_MS);
    const outcome = Atomics.load(header, 0);
    this.calls++;
    if (outcome === state.done) out.set(new Float32Array(this.memory, HEADER_BYTES, out.length));
    else this.failure = outcome === state.failed ? this.message(header) : "the GPU stopped answering";
    return outcome === state.done;
  }

  private message(header: Int32Array): string {
    const bytes = new Uint8Array(this.memory, HEADER_BYTES, Atomics.load(header, 1)).slice();
    return new TextDecoder().decode(bytes);
  }

  private reserve(floats: number): void {
    const bytes = HEADER_BYTES + 4 * floats;
    if (bytes > this.memory.byteLength)
      this.memory = new SharedArrayBuffer(Math.ceil((bytes * 1.5) / 16) * 16);
  }
}

function gpuKernels(channel: Channel, adapter: string, cpu: Kernels): GpuKernels {
  const works = (values: readonly Values[]) =>
    channel.failure === null && values.every((v) => v instanceof Float32Array && v.length > 0);
  return {
    ...cpu,
    name: "gpu",
    adapter,
    failure: () => channel.failure,
    calls: () => channel.calls,
    dispose: () => channel.dispose(),
    map(f, inputs, out, shape, params) {
      const program = works([...inputs.map((i) => i.data), out]) ? mapProgram(f, inputs, shape) : null;
      const data = inputs.map((i) => i.data);
      const done = program !== null && channel.run(program, data, params, out);
      if (!done) cpu.map(f, inputs, out, shape, params);
    },
    matmul(x, y, out, size) {
      const program = works([x, y, out]) ? matmulProgram(size) : null;
      const done = program !== null && channel.run(program, [x, y], [], out);
      if (!done) cpu.matmul(x, y, out, size);
    },
  };
}
