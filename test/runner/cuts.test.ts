/** Dependences of the loss that carry no gradient, found in files by running their loss again. */
import assert from "node:assert/strict";
import { after, describe, it } from "mocha";
import type { Check } from "../../engine/report";
import { fixture, openEngine, paramsFor, reportOf } from "./engine";

describe("gradient check of a file", () => {
  const { engine } = openEngine();
  after(() => engine.dispose());

  const check = async (path: string): Promise<readonly Check[]> => {
    assert.equal(reportOf(await engine.trace(paramsFor(path))).failure, null);
    const result = await engine.check({ target: { kind: "all" } });
    assert.ok("checks" in result, JSON.stringify(result));
    return result.checks;
  };

  it("names the line where a value comes back that item() took off the tape", async () => {
    const [w, b] = await check(fixture("cuts/item.ts"));
    assert.equal(w?.verdict, "cut", w?.message);
    assert.deepEqual([w?.culprit?.op, w?.culprit?.site?.line], ["mul", 9]);
    assert.match(w?.message ?? "", /item\(\)/);
    assert.equal(b?.verdict, "ok", b?.message);
  });

  it("names an operation that is random", async () => {
    const [w] = await check(fixture("cuts/random.ts"));
    assert.equal(w?.verdict, "non-deterministic");
    assert.deepEqual([w?.culprit?.op, w?.culprit?.site?.line], ["noisy", 13]);
  });
});
