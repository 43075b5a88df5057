/** Every operation of the registry at every sample: values, both modes, second derivatives; and that the checks see faults. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { isFloat } from "../../engine/core/dtype";
import { allOps, type Call, type Op } from "../../engine/core/op";
import { Sampler } from "../../engine/core/sampler";
import { Node } from "../../engine/core/tape";
import type { Tensor } from "../../engine/core/tensor";
import { add, mul } from "../../engine/ops";
import { checkAdjoint, checkJvp, checks, checkVjp } from "./derivative-checks";

/** The first complaint of a check over all samples of an operation. */
function complaint(op: Op, check: (op: Op, call: Call<object>) => string | null): string | null {
  for (const [k, call] of op.samples(new Sampler(7)).entries()) {
    if (!isFloat(op.forward(call.inputs, call.attrs).dtype)) continue;
    const problem = check(op, call);
    if (problem !== null) return `${op.name}, sample ${k}: ${problem}`;
  }
  return null;
}

describe("operations: derivatives", () => {
  for (const op of allOps().values()) {
    for (const [title, check] of Object.entries(checks)) {
      it(`${op.name}: ${title}`, () => assert.equal(complaint(op, check), null));
    }
  }
});

describe("operations: records", () => {
  for (const op of allOps().values()) {
    it(`${op.name} says how it reads`, () => {
      assert.match(op.formula, /\S/);
      assert.match(op.label, /\S/);
      assert.ok(op.samples(new Sampler(7)).length > 0);
    });
  }
});

/** An operation whose VJP or JVP is changed on the way out. */
function plant(op: Op, mode: "vjp" | "jvp", fault: (t: Tensor) => Tensor): Op {
  return {
    ...op,
    [mode]: (i: number, at: Parameters<Op["vjp"]>[1]) => {
      const rule = op[mode](i, at);
      return rule === null ? null : (t: Tensor) => fault(rule(t, at));
    },
  };
}

describe("operations: the checks see planted faults", () => {
  const faults: Record<string, (t: Tensor) => Tensor> = {
    "a wrong sign": (t) => mul(t, -1),
    "a factor of 1.0001": (t) => mul(t, 1.0001),
    "an offset": (t) => add(t, 1e-4),
  };
  for (const [title, fault] of Object.entries(faults)) {
    it(title, () => {
      for (const op of allOps().values()) {
        const sample = op.samples(new Sampler(7))[0] as Call<object>;
        const out = op.forward(sample.inputs, sample.attrs);
        const rules = sample.inputs.filter(
          (x, i) => x.requiresGrad && op.vjp(i, new Node(op, sample.inputs, sample.attrs, out, null)),
        );
        const flows = op.role !== "stops" && rules.length > 0 && isFloat(out.dtype) && out.size > 0;
        if (!flows) continue;
        assert.ok(complaint(plant(op, "vjp", fault), checkVjp), `${op.name}: VJP with ${title} passed`);
        assert.ok(complaint(plant(op, "jvp", fault), checkJvp), `${op.name}: JVP with ${title} passed`);
        assert.ok(
          complaint(plant(op, "vjp", fault), checkAdjoint),
          `${op.name}: adjoint with ${title} passed`,
        );
      }
    });
  }
});
