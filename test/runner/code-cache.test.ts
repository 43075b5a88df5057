// What V8 compiled of the engine is kept for the next process, and nothing depends on it.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { Engine } from "../../engine/runner/client";
import { paramsFor, reportOf, root, script } from "./engine";

/** A process keeps it after two seconds. */
const KEPT_MS = 3000;

describe("the compiled engine", function () {
  this.timeout(60_000);
  let codeCache = "";
  before(() => {
    codeCache = mkdtempSync(join(tmpdir(), "gradlens-code-"));
  });
  after(() => rmSync(codeCache, { recursive: true }));

  /** Traces a model in a new process, which then has the time to keep what it compiled. Gives what the folder holds. */
  async function trace(): Promise<string[]> {
    const engine = new Engine({ script, folder: root, codeCache });
    try {
      const report = reportOf(await engine.trace(paramsFor(join(root, "media/examples/sum-times.ts"))));
      assert.equal(report.loss?.value, -12);
      await pause(KEPT_MS);
    } finally {
      engine.dispose();
    }
    return readdirSync(codeCache);
  }

  it("is one file, which later processes take as it is", async () => {
    const [name = "", ...others] = await trace();
    assert.match(name, /^engine-v.*\.code$/);
    assert.deepEqual(others, []);
    const { mtimeMs } = statSync(join(codeCache, name));
    assert.deepEqual(await trace(), [name]);
    assert.equal(statSync(join(codeCache, name)).mtimeMs, mtimeMs);
  });

  it("is made anew when it is damaged, cut or of another engine", async () => {
    const [name = ""] = readdirSync(codeCache);
    const path = join(codeCache, name);
    const bytes = readFileSync(path);
    const damaged = Buffer.from(bytes);
    damaged[bytes.length >> 1] = (damaged[bytes.length >> 1] ?? 0) ^ 1;
    const ofAnother = Buffer.from(bytes);
    ofAnother[0] = (ofAnother[0] ?? 0) ^ 1;
    for (const wrong of [damaged, bytes.subarray(0, 1000), Buffer.of(), ofAnother]) {
      writeFileSync(path, wrong);
      await trace();
      assert.ok(statSync(path).size > 100_000, `${wrong.length} bytes stayed`);
      assert.ok(!readFileSync(path).equals(wrong));
    }
  });

  it("is nothing that a model sees", async () => {
    const engine = new Engine({ script, folder: root, codeCache });
    const file = join(root, "model.ts");
    const text = `import { parameter, sum } from "gradlens";
      const seen = Object.keys(process.env).filter((name) => name.includes("CODE_CACHE"));
      export const loss = () => sum(parameter([1 + seen.length]));`;
    try {
      const report = reportOf(await engine.trace(paramsFor(file, { overlays: { [file]: text } })));
      assert.equal(report.loss?.value, 1);
    } finally {
      engine.dispose();
    }
  });
});
