/** The thread that owns the GPU: gpu.js on Dawn, one kernel at a time, answering through shared memory. */
import { parentPort } from "node:worker_threads";
import { type GpuCall, type GpuProgram, type GpuReady, HEADER_BYTES, state } from "./gpu-messages";

type Rows = Float32Array | readonly Rows[];
type Kernel = (...inputs: (Float32Array | number)[]) => Promise<Rows>;
type CreateKernel = (program: GpuProgram) => Kernel;

const compiled = new Map<string, Kernel>();

/** Finds an adapter and makes gpu.js use it; says why when there is none. */
async function open(): Promise<{ ready: GpuReady; createKernel: CreateKernel | null }> {
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  // gpu.js looks for navigator.gpu, which Node does not have.
  const gpu = create([]);
  Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true, writable: true });
  const adapter = await gpu.requestAdapter();
  if (adapter === null) {
    return {
      ready: { reason: "no GPU driver was found (Vulkan, Metal or Direct3D 12)" },
      createKernel: null,
    };
  }
  const { GPU } = await import("gpu.js");
  const { info } = adapter;
  const adapterName = info.description || info.device || info.vendor || "unnamed GPU";
  const createKernel: CreateKernel = ({ source, functions, output, constants }) => {
    const owner = new GPU({ mode: "webgpu" as never });
    for (const text of functions) owner.addFunction(text as never);
    return owner.createKernel(
      source as never,
      { output: [...output], constants } as never,
    ) as unknown as Kernel;
  };
  return { ready: { adapter: adapterName }, createKernel };
}

function readInputs({ lengths, memory }: GpuCall): Float32Array[] {
  let offset = HEADER_BYTES;
  return lengths.map((length) => {
    // A GPU buffer cannot be filled from shared memory: copy.
    const values = new Float32Array(memory, offset, length).slice();
    offset += 4 * length;
    return values;
  });
}

function writeRows(rows: Rows, out: Float32Array, at = 0): number {
  if (rows instanceof Float32Array) {
    out.set(rows, at);
    return at + rows.length;
  }
  return rows.reduce((end: number, row) => writeRows(row, out, end), at);
}

async function answer(call: GpuCall, createKernel: CreateKernel): Promise<void> {
  const header = new Int32Array(call.memory, 0, HEADER_BYTES / 4);
  try {
    let kernel = compiled.get(call.program.key);
    if (kernel === undefined) {
      kernel = createKernel(call.program);
      compiled.set(call.program.key, kernel);
    }
    const rows = await kernel(...readInputs(call), ...call.numbers);
    const [x, y, z] = call.program.output;
    writeRows(rows, new Float32Array(call.memory, HEADER_BYTES, x * y * z));
    Atomics.store(header, 0, state.done);
  } catch (error) {
    const text = new TextEncoder().encode(String(error)).slice(0, call.memory.byteLength - HEADER_BYTES);
    new Uint8Array(call.memory, HEADER_BYTES, text.length).set(text);
    Atomics.store(header, 1, text.length);
    Atomics.store(header, 0, state.failed);
  }
  Atomics.notify(header, 0);
}

async function main(): Promise<void> {
  const { ready, createKernel } = await open().catch((error: unknown) => ({
    ready: {
      reason: `the GPU could not be opened: ${error instanceof Error ? error.message : String(error)}`,
    },
    createKernel: null,
  }));
  parentPort?.postMessage(ready);
  if (createKernel === null) parentPort?.close();
  else parentPort?.on("message", (call: GpuCall) => void answer(call, createKernel));
}

void main();
