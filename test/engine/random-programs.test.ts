/** Random programs of up to 30 operations with broadcasting: reverse mode, forward mode and central differences agree. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { customOp, mul, type Tensor } from "../../engine";
import { agree, programFailure, programsOf, steps } from "../random/programs";

describe("random programs", () => {
  it("gradient, JVP and central difference agree in 1,000 of them", () => {
    fc.assert(
      fc.property(programsOf(Object.keys(steps)), (program) => agree(program, steps)),
      { numRuns: 1000, seed: 20 },
    );
  }).timeout(60_000);

  it("with layers, losses and views too, on wasm kernels and on plain ones", () => {
    const failures = Array.from({ length: 150 }, (_, seed) => programFailure(seed)).filter(
      (said) => said !== "",
    );
    assert.deepEqual(failures, []);
  }).timeout(60_000);

  it("a wrong derivative is found and shrunk to the one operation", () => {
    const wrong = customOp({
      name: "wrong",
      forward: (x) => gl.sin(x),
      backward: ({ grad: g, inputs: [x] }) => mul(g, gl.cos(gl.mul(x as Tensor, 1.001))),
    });
    const table = { ...steps, wrong: (x: Tensor) => wrong(x) };
    const result = fc.check(
      fc.property(programsOf(Object.keys(table)), (program) => agree(program, table)),
      { numRuns: 200, seed: 3 },
    );
    assert.equal(result.failed, true);
    const [program] = result.counterexample ?? [];
    assert.ok(program?.steps.some(({ name }) => name === "wrong"));
    assert.ok((program?.steps.length ?? 0) <= 3, JSON.stringify(program));
  }).timeout(60_000);
});
