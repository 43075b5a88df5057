/** The GPU gives what the CPU gives: every operation of the registry, on whatever Vulkan driver there is (SwiftShader in tests). */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { allOps, type Op } from "../../engine/core/op";
import { Sampler } from "../../engine/core/sampler";
import { Tensor } from "../../engine/core/tensor";
import { useKernels } from "../../engine/kernels";
import { type GpuKernels, openGpu } from "../../engine/kernels/gpu";
import { jsKernels } from "../../engine/kernels/js";
import { matmul } from "../../engine/ops";

const softwareDriver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const workerPath = join(process.cwd(), "dist/gpu-worker.js");

function asFloat32(x: Tensor): Tensor {
  return x.dtype === "float64" ? new Tensor(Float32Array.from(x.data), x.shape, "float32") : x;
}

function assertClose(actual: Tensor, expected: Tensor, what: string): void {
  const scale = Math.max(1e-3, ...expected.data.filter(Number.isFinite).map(Math.abs));
  expected.data.forEach((e, i) => {
    const a = actual.data[i] as number;
    const same = Object.is(a, e) || a === e || Math.abs(a - e) <= 1e-4 * scale;
    assert.ok(same, `${what}[${i}]: the GPU gives ${a}, the CPU ${e}`);
  });
}

function onGpu<T>(gpu: GpuKernels, fn: () => T): T {
  useKernels(gpu);
  try {
    return fn();
  } finally {
    useKernels(jsKernels);
  }
}

/** What the GPU does otherwise in an operation's samples, as sentences. */
function differences(op: Op, gpu: GpuKernels): string[] {
  try {
    compare(op, gpu);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function compare(op: Op, gpu: GpuKernels): void {
  for (const { inputs, attrs } of op.samples(new Sampler(7))) {
    const xs = inputs.map(asFloat32);
    const expected = op.forward(xs, attrs);
    const actual = onGpu(gpu, () => op.forward(xs, attrs));
    assertClose(actual, expected, op.name);
  }
}

describe("GPU kernels", function () {
  this.timeout(120_000);
  let gpu: GpuKernels;

  before(async () => {
    if (existsSync(softwareDriver)) process.env.VK_ICD_FILENAMES ??= softwareDriver;
    const opened = await openGpu(workerPath, jsKernels);
    assert.ok("adapter" in opened, `no GPU: ${"reason" in opened ? opened.reason : ""}`);
    gpu = opened;
  });

  after(() => gpu?.dispose());

  it("agree with the CPU for every operation", () => {
    const wrong = [...allOps().values()].flatMap((op) => differences(op, gpu));
    assert.deepEqual(wrong, []);
    assert.ok(gpu.calls() > allOps().size / 2, `only ${gpu.calls()} kernels ran on the GPU`);
    assert.equal(gpu.failure(), null);
  });

  it("sum more than 1,000 products", () => {
    const x = new Tensor(
      Float32Array.from({ length: 3 * 2500 }, (_, i) => (i % 7) - 3),
      [3, 2500],
      "float32",
    );
    const y = new Tensor(
      Float32Array.from({ length: 2500 * 2 }, (_, i) => (i % 5) - 2),
      [2500, 2],
      "float32",
    );
    const expected = matmul(x, y);
    assertClose(
      onGpu(gpu, () => matmul(x, y)),
      expected,
      "matmul",
    );
    assert.equal(gpu.failure(), null);
  });

  it("leave float64 to the CPU", () => {
    const x = new Sampler(1).uniform([4, 4]);
    assert.deepEqual(onGpu(gpu, () => matmul(x, x)).data, matmul(x, x).data);
  });
});
