/** Gradient checks of hand-written backward passes, from the text of a file to the verdict. */
import assert from "node:assert/strict";
import { after, describe, it } from "mocha";
import type { CheckTarget } from "../../engine/report/questions";
import type { Check } from "../../engine/report/report";
import { fixture, openEngine, paramsFor, reportOf } from "./engine";

describe("hand-written layers in a file", () => {
  const { engine } = openEngine();
  after(() => engine.dispose());

  const check = async (name: string, target: CheckTarget): Promise<readonly Check[]> => {
    const { failure } = reportOf(await engine.trace(paramsFor(fixture(`hand-written/${name}`))));
    assert.equal(failure, null);
    const result = await engine.check({ target });
    assert.ok("checks" in result, JSON.stringify(result));
    return result.checks;
  };
  const verdicts = (checks: readonly Check[]) =>
    checks.map(({ target, parameter, verdict }) => `${target}.${parameter} ${verdict}`);

  it("finds classes, pairs and samples in a file of plain arrays", async () => {
    const checks = await check("arrays.ts", { kind: "all" });
    assert.deepEqual(verdicts(checks), [
      "Affine.x ok",
      "Affine.W wrong-derivative",
      "wave.a ok",
      "wave.b ok",
      "cube.x wrong-derivative",
    ]);
    assert.deepEqual([checks[1]?.culprit?.site?.line, checks[4]?.culprit?.site?.line], [19, 45]);
    assert.match(checks[1]?.message ?? "", /wrong sign/);
    assert.match(checks[4]?.message ?? "", /0\.6667 times/);
  });

  it("checks the layer at a line, by either of its functions", async () => {
    const file = fixture("hand-written/arrays.ts");
    for (const line of [31, 35]) {
      assert.deepEqual(verdicts(await check("arrays.ts", { kind: "line", file, line })), [
        "wave.a ok",
        "wave.b ok",
      ]);
    }
  });

  it("checks a pair that nothing exports, and points at what makes the wrong gradient", async () => {
    const checks = await check("pair.ts", { kind: "all" });
    assert.deepEqual(verdicts(checks), ["affine.x ok", "affine.w wrong-derivative", "affine.b ok"]);
    assert.equal(checks[1]?.culprit?.site?.line, 12);
  });

  it("says nothing of a base that nobody makes, and something of a class that nobody extends", async () => {
    const checks = await check("bases.js", { kind: "all" });
    assert.deepEqual(verdicts(checks), ["Twice.x ok", "Idle. not-checked"]);
  });

  it("says of weights without a gradient that they were not checked, whole numbers among them", async () => {
    const checks = await check("whole-weights.js", { kind: "all" });
    assert.deepEqual(verdicts(checks), [
      "Scale.x ok",
      "Scale.W not-checked",
      "Stepped.x ok",
      "Stepped.W ok",
      "Stepped.b ok",
    ]);
  });

  it("checks weights that a pass steps itself by what it adds to them, up to their rate", async () => {
    const right = await check("right/steps-its-own-weights.js", { kind: "all" });
    assert.deepEqual(verdicts(right), ["Perceptron.x ok", "Perceptron.w ok", "Perceptron.b ok"]);
    assert.match(right[1]?.message ?? "", /keeps no gradient of it .* the gradient times -0\.05\./);
    const [, decayed] = await check("decays-its-own-weights.js", { kind: "all" });
    assert.equal(decayed?.verdict, "not-checked");
    assert.match(decayed?.message ?? "", /no multiple of the gradient/);
  });

  it("says that an asynchronous pair cannot be checked", async () => {
    const [found] = await check("asynchronous.mjs", { kind: "all" });
    assert.equal(found?.verdict, "not-checked");
    assert.match(found?.message ?? "", /asynchronous and gives a promise/);
  });

  it("checks a custom operation where it is called, and through the loss", async () => {
    const alone = await check("custom.ts", { kind: "path", path: "swish" });
    assert.deepEqual(verdicts(alone), ["swish.x wrong-derivative"]);
    assert.equal(alone[0]?.culprit?.site?.line, 9);
    const [through] = await check("custom.ts", { kind: "all" });
    assert.equal(through?.verdict, "wrong-derivative");
    assert.deepEqual([through?.culprit?.op, through?.culprit?.site?.line], ["swish", 9]);
  });
});
