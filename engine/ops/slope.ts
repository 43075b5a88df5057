/** Local derivatives as one kernel each, for sweeps that are not differentiated themselves. */

import type { Rule } from "../core/op";
import { isQuiet } from "../core/tape";
import type { Tensor } from "../core/tensor";
import type { Elementwise } from "../kernels/kernels";
import { type KernelParams, mapElements } from "./map-elements";

interface Moment {
  readonly inputs: readonly Tensor[];
  readonly out: Tensor;
}

/** What a letter in an expression stands for: g comes in, x and y went in, o came out. */
function meaning(letter: string, g: Tensor, { inputs, out }: Moment): Tensor {
  if (letter === "g") return g;
  return letter === "o" ? out : (inputs[letter === "x" ? 0 : 1] as Tensor);
}

export interface Slope {
  /** g times the local derivative, in g, x, y, o and the params of the function. At most three of them. */
  readonly expr: string;
  /** Null where it cannot run on the GPU. */
  readonly gpu?: null;
  readonly params?: readonly string[];
}

/**
 * The rule itself, but that a sweep which records nothing takes the short way: one pass over the elements instead
 * of one per operation.
 */
export function withSlope<A extends object>(name: string, slope: Slope | undefined, rule: Rule<A>): Rule<A> {
  if (slope === undefined) return rule;
  // No constants of this module here: operations are defined while modules that import each other still load.
  const used = [..."gxyo"].filter((letter) => new RegExp(`\\b${letter}\\b`).test(slope.expr));
  const expr = slope.expr.replace(/\b[gxyo]\b/g, (letter) => "xyz"[used.indexOf(letter)] as string);
  const kernel: Elementwise = { name: `${name}Slope`, expr, ...without(slope) };
  return (g, at) => {
    if (!isQuiet()) return rule(g, at);
    const inputs: Tensor[] = [];
    for (const letter of used) inputs.push(meaning(letter, g, at));
    return mapElements(kernel, inputs, at.attrs as KernelParams);
  };
}

function without({ gpu, params }: Slope): Partial<Elementwise> {
  return { ...(gpu === null ? { gpu } : {}), ...(params === undefined ? {} : { params }) };
}
