/** Dependences of the loss that carry no gradient, found in files by running their loss again. */
import assert from "node:assert/strict";
import { after, describe, it } from "mocha";
import type { Check } from "../../engine/report/report";
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

  it("finds in float64 what rounding in float32 hides", async () => {
    for (const [path, op, line] of [
      ["cuts/share-of-a-slope.ts", "div", 17],
      ["cuts/centred.ts", "sub", 11],
    ] as const) {
      const checks = await check(fixture(path));
      assert.deepEqual(
        checks.map(({ target, verdict, culprit }) => [target, verdict, culprit?.op, culprit?.site?.line]),
        [
          ["embed", "cut", op, line],
          ["embed", "cut", op, line],
          ["head", "ok", undefined, undefined],
          ["head", "ok", undefined, undefined],
        ],
      );
    }
  });

  it("names an operation that is random", async () => {
    const [w] = await check(fixture("cuts/random.ts"));
    assert.equal(w?.verdict, "non-deterministic");
    assert.deepEqual([w?.culprit?.op, w?.culprit?.site?.line], ["noisy", 13]);
  });

  it("names an operation that reads a tensor from outside, and the line of its call", async () => {
    const [scale, w] = await check(fixture("cuts/closure.ts"));
    assert.equal(scale?.verdict, "cut", scale?.message);
    assert.deepEqual([scale?.culprit?.op, scale?.culprit?.site?.line], ["scaled", 14]);
    assert.match(scale?.message ?? "", /from outside/);
    assert.equal(w?.verdict, "ok", w?.message);
  });

  it("also where the tensor has a gradient from elsewhere, or was computed", async () => {
    const [scale, w] = await check(fixture("cuts/closure-number.ts"));
    assert.deepEqual([scale?.verdict, scale?.culprit?.site?.line], ["cut", 14], scale?.message);
    assert.equal(w?.verdict, "ok", w?.message);
    const checks = await check(fixture("cuts/closure-gate.ts"));
    assert.deepEqual(
      checks.map(({ parameter, verdict, culprit }) => [parameter, verdict, culprit?.site?.line]),
      [
        ["weight", "cut", 19],
        ["bias", "cut", 19],
        ["w", "ok", undefined],
      ],
    );
  });

  it("names the line where chance or the clock comes in", async () => {
    const places: readonly [string, string, number][] = [
      ["cuts/chance.ts", "add", 10],
      ["cuts/clock.ts", "mul", 12],
    ];
    for (const [path, op, line] of places) {
      for (const { verdict, culprit, message } of await check(fixture(path))) {
        assert.equal(verdict, "non-deterministic", message);
        assert.deepEqual([culprit?.op, culprit?.site?.line], [op, line], message);
      }
    }
  });

  it("accuses nothing that repeats with its seed, takes the next batch, or is a leaf of its own", async () => {
    for (const path of ["cuts/repeats.ts", "cuts/batches.ts", "cuts/leaf-of-its-own.ts"]) {
      for (const { parameter, verdict, message } of await check(fixture(path)))
        assert.ok(["ok", "vacuous"].includes(verdict), `${path} ${parameter}: ${verdict}: ${message}`);
    }
  });

  it("compares leaves of their own, second derivatives included", async () => {
    const checks = await check(fixture("cuts/leaf-of-its-own.ts"));
    const verdicts = new Map(
      checks.map(({ target, parameter, verdict }) => [`${target}.${parameter}`, verdict]),
    );
    for (const name of ["a.weight", "a.bias", "b.weight", ".mix"])
      assert.equal(verdicts.get(name), "ok", name);
  });
});
