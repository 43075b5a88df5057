/** Chooses where a run computes, and says why. */
import { join } from "node:path";
import { type GpuKernels, openGpu } from "../kernels/gpu";
import { kernels, useKernels } from "../kernels/index";
import type { Device, DeviceChoice } from "../report";
import { allowThreads } from "./threads";

allowThreads();
const cpu = kernels();
let gpu: ReturnType<typeof openGpu> | null = null;

/** Puts the kernels of a device in use; the GPU is opened when it is first asked for. */
export async function openDevice(requested: DeviceChoice): Promise<() => Device> {
  useKernels(cpu);
  if (requested === "cpu") return () => ({ requested, used: "cpu", reason: "asked for" });
  if (requested === "auto") {
    return () => ({
      requested,
      used: "cpu",
      reason: "auto takes the CPU, which is faster for models of the usual size here",
    });
  }
  gpu ??= openGpu(join(__dirname, "gpu-worker.js"), cpu);
  const opened = await gpu;
  if ("reason" in opened) {
    const { reason } = opened;
    return () => ({ requested, used: "cpu", reason });
  }
  useKernels(opened);
  return () => deviceOf(opened);
}

/** Asked after the run: a GPU can be lost on the way. */
function deviceOf(opened: GpuKernels): Device {
  const failure = opened.failure();
  return failure === null
    ? { requested: "gpu", used: "gpu", reason: opened.adapter }
    : { requested: "gpu", used: "cpu", reason: `the GPU was given up: ${failure}` };
}
