// A model file on the GPU, through the command line: the same numbers as on the CPU, and a reason when there is no GPU.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { DeviceChoice, Report } from "../../engine/report/report";

const softwareDriver = "/usr/lib/chromium/vk_swiftshader_icd.json";

function trace(device: DeviceChoice, driver: string): Promise<Report> {
  const env =
    existsSync(driver) || driver !== softwareDriver
      ? { ...process.env, VK_ICD_FILENAMES: driver }
      : process.env;
  const args = [
    join(process.cwd(), "dist/cli.js"),
    "trace",
    "media/examples/digits-mlp.ts",
    "--json",
    "--device",
    device,
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env, maxBuffer: 1e8 }, (error, out) => {
      if (error) reject(error);
      else resolve(JSON.parse(out));
    });
  });
}

function assertClose(actual: number | undefined, expected: number | undefined, what: string): void {
  assert.ok(actual !== undefined && expected !== undefined, what);
  assert.ok(
    Math.abs(actual - expected) <= 1e-4 * Math.abs(expected),
    `${what}: ${actual} instead of ${expected}`,
  );
}

describe("gradlens trace --device gpu", function () {
  this.timeout(120_000);

  it("gives the loss and the gradients of the CPU", async () => {
    const gpu = await trace("gpu", softwareDriver);
    const cpu = await trace("cpu", softwareDriver);
    assert.deepEqual([gpu.device.used, cpu.device.used], ["gpu", "cpu"]);
    assertClose(gpu.loss?.value, cpu.loss?.value, "loss");
    assert.ok(cpu.parameters.length > 0);
    for (const [i, { name, gradNorm }] of cpu.parameters.entries()) {
      assertClose(gpu.parameters[i]?.gradNorm ?? undefined, gradNorm ?? undefined, name);
    }
  });

  it("falls back to the CPU without a driver, and says why", async () => {
    const { device, failure } = await trace("gpu", "/nowhere.json");
    assert.deepEqual([device.requested, device.used, failure], ["gpu", "cpu", null]);
    assert.match(device.reason, /no GPU driver/);
  });
});
