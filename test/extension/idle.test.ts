// Engine processes that nobody asks end by themselves, and there are few of them; what they found stays.
import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { describe, it } from "mocha";
import { IdleEnd, surplus } from "../../extension/idle";
import { openEngine, paramsFor, reportOf } from "../runner/engine";

describe("idle engine processes", () => {
  it("end a while after the last question, and not during one", async () => {
    const { engine } = openEngine();
    const ends: number[] = [];
    const idle = new IdleEnd(40, () => {
      ends.push(ends.length);
      engine.kill();
    });
    const file = "/models/idle.ts";
    const overlays = {
      [file]: `import { tensor } from "gradlens";\nexport const loss = () => tensor(2, { requiresGrad: true }).mul(3);\n`,
    };
    const trace = () => idle.during(() => engine.trace(paramsFor(file, { overlays })));
    reportOf(await trace());
    assert.equal(engine.isRunning, true);
    await idle.during(async () => {
      await idle.during(() => wait(1));
      await wait(120);
      assert.deepEqual(ends, [], "it ended during a question");
    });
    while (ends.length === 0) await wait(10);
    assert.equal(engine.isRunning, false);
    assert.equal(engine.hasTape, false);
    reportOf(await trace());
    idle.dispose();
    await wait(120);
    assert.equal(engine.isRunning, true, "a forgotten end came");
    engine.dispose();
  });

  it("of too many those end that were used longest ago, and none that works", () => {
    const isBusy = (name: string) => name.endsWith("!");
    assert.deepEqual(surplus(["a", "b", "c"], 3, isBusy), []);
    assert.deepEqual(surplus(["a", "b", "c", "d!"], 3, isBusy), ["a"]);
    assert.deepEqual(surplus(["a!", "b", "c", "d!"], 3, isBusy), ["b"]);
    assert.deepEqual(surplus(["a!", "b!", "c!", "d!"], 3, isBusy), []);
  });
});
