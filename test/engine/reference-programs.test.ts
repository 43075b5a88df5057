/** Random programs against PyTorch: loss, gradients, derivative along a direction, Hessian times that direction. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { grad, hvp, jvp, mul, sum, type Tensor } from "../../engine";
import {
  callFunction,
  difference,
  largest,
  type Options,
  readReference,
  type StoredTensor,
  tensorOf,
} from "./reference";

interface Program {
  leaves: StoredTensor[];
  steps: { fn: string; args: number[]; options: Options }[];
  weights: StoredTensor;
  loss: number;
  grads: StoredTensor[];
  direction: StoredTensor[];
  jvp: number;
  hvp: StoredTensor[];
}

const { programs } = readReference<{ programs: Program[] }>("programs.json");

/** The program as a function of its leaves. */
function functionOf({ steps, weights }: Program): (...leaves: Tensor[]) => Tensor {
  return (...leaves) => {
    const values = [...leaves];
    for (const { fn, args, options } of steps) {
      const inputs = args.map((i) => values[i] as Tensor);
      values.push(callFunction(fn, inputs, options) as Tensor);
    }
    return sum(mul(values.at(-1) as Tensor, tensorOf(weights)));
  };
}

function agree(what: string, found: readonly Tensor[], stored: readonly StoredTensor[]): void {
  // Where all entries are rounding errors around 0, as of a sum over a softmax, there is nothing to be relative to.
  const tolerance = 1e-8 * Math.max(1e-6, largest(stored));
  stored.forEach((each, i) => {
    assert.equal(difference(`${what} ${i}`, found[i] as Tensor, each, [tolerance, 0]), null);
  });
}

function agreeNumber(what: string, found: number, expected: number): void {
  const error = Math.abs(found - expected);
  assert.ok(error <= 1e-8 * Math.max(1e-6, Math.abs(expected)), `${what}: ${found}, expected ${expected}`);
}

describe("reference values: programs", () => {
  programs.forEach((program, k) => {
    it(`program ${k + 1}: ${program.steps.length} steps`, () => {
      const fn = functionOf(program);
      const leaves = program.leaves.map((leaf) => tensorOf({ ...leaf, grad: true }));
      const direction = program.direction.map(tensorOf);
      const loss = fn(...leaves);
      agreeNumber("loss", loss.item(), program.loss);
      agree("gradient", grad(loss, leaves), program.grads);
      agreeNumber("jvp", jvp(fn, leaves, direction)[1].item(), program.jvp);
      agree("hvp", hvp(fn, leaves, direction), program.hvp);
    });
  });

  it("are all there", () => assert.equal(programs.length, 40));
});
