/** The numbers behind a check, asked of the engine process: both gradients by element, and the error over the step. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { CheckResult } from "../../engine/report/questions";
import type { Failure } from "../../engine/report/report";
import type { Engine } from "../../engine/runner/client";
import { openEngine, paramsFor, reportOf } from "./engine";

const file = "/models/details.ts";
const model = `import { customOp, mul, nn, parameter, sin, sum } from "gradlens";
const doubled = customOp({ name: "doubled", forward: (x) => mul(x, 2), backward: ({ grad }) => mul(grad, 3) });
class Net extends nn.Module {
  a = parameter([[0.3, -1.2, 0.8], [1.1, 0.4, -0.6]], { dtype: "float64" });
  b = parameter([0.5, -0.25], { dtype: "float64" });
  forward() { return sum(mul(sin(this.a), this.a)).add(sum(doubled(sin(this.b)))); }
}
const net = new Net();
export function loss() { return net.forward(); }
`;

function ok<R extends object>(result: R): Exclude<R, { readonly failure: Failure }> {
  if ("failure" in result) throw new Error((result.failure as Failure).message);
  return result as Exclude<R, { readonly failure: Failure }>;
}

describe("check details", () => {
  let engine: Engine;
  before(async () => {
    engine = openEngine().engine;
    reportOf(await engine.trace(paramsFor(file, { overlays: { [file]: model } })));
  });
  after(() => engine.dispose());

  const row = (parameter: string, nth = 0) => ({ target: "net", parameter, nth });
  const page = (parameter: string, start = 0, count = 100) =>
    engine.ask("checkDetails", { ...row(parameter), start, count });
  const checksOf = (result: CheckResult) => ("checks" in result ? result.checks : []);

  it("are there for every element, a page at a time", async () => {
    await engine.check({ target: { kind: "all" } });
    const whole = ok(await page("a"));
    assert.deepEqual([whole.shape, whole.analytic.length], [[2, 3], 6]);
    const x = [0.3, -1.2, 0.8, 1.1, 0.4, -0.6];
    whole.numeric.forEach((slope, i) => {
      const v = x[i] ?? 0;
      assert.ok(Math.abs(slope - (Math.sin(v) + v * Math.cos(v))) < 1e-7);
      assert.ok(Math.abs(slope - (whole.analytic[i] ?? 0)) < 1e-7);
    });
    const part = ok(await page("a", 4, 10));
    assert.deepEqual([...part.analytic], [...whole.analytic.slice(4)]);
  });

  it("show a wrong derivative in every element", async () => {
    const { analytic, numeric } = ok(await page("b"));
    for (const [i, slope] of numeric.entries())
      assert.ok(Math.abs((analytic[i] ?? 0) / slope - 1.5) < 1e-6, `${analytic[i]} and ${slope}`);
  });

  it("are computed again for a row that the last check did not have", async () => {
    await engine.check({ target: { kind: "path", path: "net.b" } });
    assert.equal(ok(await page("a")).analytic.length, 6);
  });

  it("hold the error over the step, with the step of the check", async () => {
    const curve = ok(await engine.ask("checkCurve", { ...row("a"), index: 1 }));
    assert.equal(curve.steps.length, 25);
    const errors = [...curve.numeric].map((slope) => Math.abs(slope - curve.analytic));
    assert.ok(Math.min(...errors) < 1e-9 && (errors[0] ?? 0) > 1e-4);
    assert.ok(curve.chosen > 1e-7 && curve.chosen < 1);
  });

  it("say what is not there", async () => {
    const missing = await engine.ask("checkDetails", { ...row("c"), start: 0, count: 1 });
    assert.match("failure" in missing ? missing.failure.message : "", /net\.c.*net\.a/);
    const outside = await engine.ask("checkCurve", { ...row("a"), index: 6 });
    assert.match("failure" in outside ? outside.failure.message : "", /6 elements, found index 6/);
  });

  it("of second order have rows of their own", async () => {
    const settings = { secondOrder: true };
    const checks = checksOf(await engine.check({ target: { kind: "path", path: "net.a" }, settings }));
    assert.deepEqual(
      checks.map(({ parameter, verdict }) => [parameter, verdict]),
      [
        ["a", "ok"],
        ["a (second order)", "ok"],
      ],
    );
    const { analytic, numeric } = ok(await page("a (second order)"));
    for (const [i, slope] of numeric.entries()) assert.ok(Math.abs((analytic[i] ?? 0) - slope) < 1e-6);
  });

  it("of second order leave out what is written by hand, and say where the gradient is constant", async () => {
    const settings = { secondOrder: true };
    const rows = async (path: string) =>
      checksOf(await engine.check({ target: { kind: "path", path }, settings })).map((row) => row.parameter);
    assert.deepEqual(await rows("doubled"), ["x"]);
    const linear = openEngine().engine;
    const text = `import { parameter, sum } from "gradlens";
const w = parameter([1, 2]);
export const loss = () => sum(w);`;
    try {
      reportOf(await linear.trace(paramsFor(file, { overlays: { [file]: text } })));
      const checks = checksOf(await linear.check({ target: { kind: "all" }, settings }));
      assert.deepEqual(
        checks.map(({ parameter, verdict }) => `${parameter}: ${verdict}`),
        ["w: ok", "w (second order): vacuous"],
      );
    } finally {
      linear.dispose();
    }
  });

  for (const method of ["central", "forward", "five-point", "richardson"] as const)
    it(`are right and wrong in the same places by the method ${method}`, async () => {
      const checks = checksOf(await engine.check({ target: { kind: "all" }, settings: { method } }));
      assert.deepEqual(
        checks.map(({ verdict }) => verdict),
        ["ok", "wrong-derivative"],
      );
    });

  it("follow the tolerance and the limit", async () => {
    const lenient = checksOf(
      await engine.check({ target: { kind: "path", path: "net.b" }, settings: { rtol: 0.6 } }),
    );
    assert.equal(lenient[0]?.verdict, "ok");
    const few = checksOf(
      await engine.check({ target: { kind: "path", path: "net.a" }, settings: { limit: 3 } }),
    );
    assert.equal(few[0]?.method, "random-directions");
  });

  it("that were stopped in the middle are not kept", async () => {
    await engine.check({ target: { kind: "path", path: "net.b" } });
    const controller = new AbortController();
    const asked = engine.ask(
      "checkDetails",
      { ...row("a"), start: 0, count: 9 },
      { signal: controller.signal },
    );
    controller.abort();
    const result = await asked;
    if ("failure" in result) assert.equal(result.failure.kind, "cancelled");
    const { numeric } = ok(await page("a"));
    assert.deepEqual([numeric.length, numeric.some((slope) => Number.isNaN(slope))], [6, false]);
  });

  it("are cancelled as a value, and the run stays", async () => {
    const controller = new AbortController();
    await engine.check({ target: { kind: "path", path: "net.b" } });
    controller.abort();
    const result = await engine.ask(
      "checkDetails",
      { ...row("a"), start: 0, count: 9 },
      { signal: controller.signal },
    );
    assert.equal("failure" in result && result.failure.kind, "cancelled");
    assert.equal(ok(await page("b")).analytic.length, 2);
  });
});
