/** The gradient check as a function: of first and of second order. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as g from "../../engine/index";

const leaf = (...values: number[]) => g.tensor(values, { dtype: "float64", requiresGrad: true });
const verdicts = (checks: Awaited<ReturnType<typeof g.gradcheck>>) =>
  checks.map(({ target, parameter, verdict }) => `${target}${target && " "}${parameter}: ${verdict}`);

describe("gradcheck()", () => {
  it("checks every input of a function with any output", async () => {
    const checks = await g.gradcheck((x, y) => g.mul(g.sin(x), g.exp(y)), [leaf(0.3, -1), leaf(0.5, 2)]);
    assert.deepEqual(verdicts(checks), ["input 1: ok", "input 2: ok"]);
  });

  it("checks the gradient of the gradient", async () => {
    const checks = await g.gradcheck((x) => g.tanh(g.mul(x, x)), leaf(0.3, -0.7), { order: 2 });
    assert.deepEqual(verdicts(checks), ["input 1: ok", "gradient input 1: ok"]);
  });

  it("finds a backward pass that is right itself, but has no right derivative", async () => {
    const cube = g.customOp({
      name: "cube",
      forward: (x) => g.pow(x, 3),
      // The detached factor is as good as its value, until someone differentiates it.
      backward: ({ grad, inputs: [x] }) => g.mul(grad, g.mul(g.square(x as g.Tensor), 3).detach()),
    });
    const checks = await g.gradcheck((x) => cube(x), leaf(0.3, -0.7), { order: 2 });
    assert.equal(checks[0]?.verdict, "ok");
    assert.notEqual(checks[1]?.verdict, "ok");
  });

  it("says when nothing takes a gradient", async () => {
    await assert.rejects(
      g.gradcheck((x) => g.sin(x), g.tensor([1, 2])),
      /none of the inputs requires a gradient/,
    );
  });
});
