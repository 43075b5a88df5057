/** Chooses where a run computes, and says why. */
import { join } from "node:path";
import { type GpuKernels, openGpu } from "../kernels/gpu";
import { kernels, useKernels } from "../kernels/index";
import type { Device, DeviceChoice } from "../report/report";
import { allowCollection } from "./collector";
import { allowThreads } from "./threads";

allowThreads();
allowCollection();
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
  const before = opened.calls();
  return () => deviceOf(opened, opened.calls() - before);
}

/** Asked after the run: a GPU can be lost on the way, or have had nothing to do. */
function deviceOf(opened: GpuKernels, calls: number): Device {
  const requested = "gpu";
  const failure = opened.failure();
  if (failure !== null) return { requested, used: "cpu", reason: `the GPU was given up: ${failure}` };
  if (calls === 0)
    return { requested, used: "cpu", reason: "no operation of this run has a kernel for the GPU" };
  return { requested, used: "gpu", reason: `${opened.adapter}, which ran ${calls} kernels` };
}
