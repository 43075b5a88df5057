// The dry run in fewer bits, as the command line and the engine's question tell it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import type { PrecisionReport } from "../../engine/report/precision";
import { gradlens } from "./command";

const example = (name: string) => `media/examples/${name}.ts`;

async function precisionOf(...args: string[]): Promise<PrecisionReport> {
  const { out, code } = await gradlens("trace", ...args, "--json");
  assert.equal(code, 0);
  return (JSON.parse(out) as { precision: PrecisionReport }).precision;
}

describe("gradlens trace --precision", () => {
  it("prints a table with a row for each layer, and a loss scale", async () => {
    const { out, code } = await gradlens("trace", example("deep-sigmoid"), "--precision", "fp16");
    assert.equal(code, 0);
    const table = out.slice(out.indexOf("Gradients in fp16"));
    assert.match(table, /^net\.hidden\.0 +[\d,]+ +100 % +0 +0 /m);
    assert.match(table, /^net\.hidden\.10 +[\d,]+ +0 +7\.8 % +0 /m);
    assert.match(table, /A loss scale of 2\^\d+ = [\d,]+ saves [\d.]+ % of the elements/);
  });

  it("is a field of the JSON, the same of a run and of its saved trace", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gradlens-precision-"));
    const saved = join(folder, "digits.gradlens");
    try {
      const asked = ["--precision", "fp8-e4m3"];
      const now = await precisionOf(example("digits-mlp"), ...asked, "--save", saved);
      assert.deepEqual(await precisionOf(saved, ...asked), now);
      assert.deepEqual([now.precision, now.unread], ["fp8-e4m3", 0]);
      assert.ok(now.lossScale && now.lossScale.saved >= 0.999);
      assert.equal(await precisionOf(example("digits-mlp")), undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuses formats that there are not, and other commands", async () => {
    const strange = await gradlens("trace", example("digits-mlp"), "--precision", "fp4");
    assert.equal(strange.code, 2);
    assert.match(strange.err, /--precision is "fp4"; expected fp16 or bf16 or fp8-e4m3 or fp8-e5m2 or int8/);
    const check = await gradlens("check", example("digits-mlp"), "--precision", "fp16");
    assert.equal(check.code, 2);
    assert.match(check.err, /--precision is for trace/);
  });
});
