/** Every function against the values and gradients that PyTorch computes. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { grad } from "../../engine";
import type { Tensor } from "../../engine/core/tensor";
import { add } from "../../engine/ops";
import {
  type Case,
  callFunction,
  difference,
  functions,
  readReference,
  type StoredTensor,
  tensorOf,
} from "./reference";

interface Created {
  readonly fn: string;
  readonly args: unknown[];
  readonly output: StoredTensor;
}

const more = readReference<{ cases: Case[]; created: Created[] }>("ops-more.json");
const cases = [...readReference<{ cases: Case[] }>("ops.json").cases, ...more.cases];
const names = [...new Set(cases.map(({ fn }) => fn))];
const agreement = [1e-10, 1e-9] as const;

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** Gradients of all inputs for the cotangents of all outputs; null where an input takes none. */
function gradients(outputs: readonly Tensor[], cotangents: readonly Tensor[], inputs: readonly Tensor[]) {
  const wanted = inputs.filter((x) => x.requiresGrad);
  const parts = cotangents.map((gradOutput, k) => grad(outputs[k] as Tensor, wanted, { gradOutput }));
  const sums = parts.reduce((sum, part) => sum.map((g, i) => add(g, part[i] as Tensor)));
  return inputs.map((x) => (x.requiresGrad ? (sums[wanted.indexOf(x)] as Tensor) : null));
}

function firstDifference(each: Case): string | null {
  const inputs = each.tensors.map(tensorOf);
  const result = listOf(callFunction(each.fn, inputs, each.options));
  const expected: StoredTensor[] = listOf(each.output);
  for (const [k, stored] of expected.entries()) {
    const problem = difference(`output ${k}`, result[k] as Tensor, stored, agreement);
    if (problem !== null) return problem;
  }
  if (each.grads.every((g) => g === null)) return null;
  for (const [i, g] of gradients(result, listOf(each.cotangent).map(tensorOf), inputs).entries()) {
    const stored = each.grads[i] ?? null;
    if (stored === null) continue;
    const problem = g === null ? "no gradient" : difference(`gradient ${i}`, g, stored, agreement);
    if (problem !== null) return problem;
  }
  return null;
}

describe("reference values: functions", () => {
  it("all exist", () => {
    assert.deepEqual(
      names.filter((name) => functions[name] === undefined),
      [],
    );
  });

  for (const fn of names) {
    for (const [k, each] of cases.filter((other) => other.fn === fn).entries()) {
      const note = each.note === undefined ? "" : ` (${each.note})`;
      it(`${fn} ${k + 1}${note}`, () => assert.equal(firstDifference(each), null));
    }
  }

  for (const { fn, args, output } of more.created) {
    it(`${fn}(${JSON.stringify(args).slice(1, -1)})`, () => {
      const found = functions[fn]?.(...args) as Tensor;
      const expected = output.dtype ?? "float32";
      assert.equal(found.dtype, expected);
      assert.equal(difference("element", found, output, [1e-6, 1e-6]), null);
    });
  }
});
