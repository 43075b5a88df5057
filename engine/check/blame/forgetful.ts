/** Operations whose backward rule depends on what ran last: a cache that another call overwrites. */

import { allOps } from "../../core/op";
import { RandomGenerator } from "../../core/random";
import { Tensor } from "../../core/tensor";
import { inFloat64 } from "../differences/replay";
import type { ReplayStep } from "../differences/replay-step";
import type { Fault } from "./operation";

/** The fault of an operation that gives another gradient after it was called with other inputs; else null. */
export function findForgetful(step: ReplayStep, changed: ReadonlySet<number>): Fault | null {
  const { op } = step.node;
  // The engine's own operations keep nothing.
  if (allOps().get(op.name) === op) return null;
  for (const [input, slot] of step.inputs.entries()) {
    if (!changed.has(slot) || !isForgetful(step, input)) continue;
    const size = step.node.inputs[input]?.size ?? 0;
    return {
      step,
      input,
      pattern: {
        name: "state",
        sentence:
          "it uses values of another call: what forward keeps is overwritten when the operation is used again",
      },
      forwardMode: "none",
      wrong: size,
      atJumps: false,
      elements: size,
    };
  }
  return null;
}

function isForgetful(step: ReplayStep, input: number): boolean {
  const { op, inputs, attrs } = step.node;
  const random = new RandomGenerator(inputs.length);
  const others = inputs.map((x) =>
    x.data instanceof Float64Array
      ? new Tensor(
          x.data.map((v) => v + 0.1 + random.uniform()),
          x.shape,
          x.dtype,
        )
      : x,
  );
  try {
    return inFloat64(() => {
      op.forward(inputs, attrs);
      const own = gradientOf(step, input);
      op.forward(others, attrs);
      const after = gradientOf(step, input);
      return own !== null && after !== null && own.some((v, i) => !Object.is(v, after[i]));
    });
  } catch {
    return false;
  }
}

/** The backward rule for a gradient of ones, which is a new tensor each time: rules may remember what they gave for one. */
function gradientOf({ node }: ReplayStep, input: number): Tensor["data"] | null {
  const g = new Tensor(new Float64Array(node.out.size).fill(1), node.out.shape, "float64");
  return node.op.vjp(input, node)?.(g, node).data ?? null;
}
