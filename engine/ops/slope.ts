/** Local derivatives as one kernel each, for sweeps that are not differentiated themselves. */
import type { Elementwise } from "../kernels/kernels";
import type { Rule } from "../op";
import { isQuiet } from "../tape";
import type { Tensor } from "../tensor";
import { mapElements, type Params } from "./map-elements";

/** What a derivative is computed from: g comes in, x and y went in, o came out. */
const names = ["g", "x", "y", "o"] as const;
type Name = (typeof names)[number];
const letters = ["x", "y", "z"];

interface Moment {
  readonly inputs: readonly Tensor[];
  readonly out: Tensor;
  readonly attrs: object;
}

const pick: Readonly<Record<Name, (g: Tensor, at: Moment) => Tensor>> = {
  g: (g) => g,
  x: (_, { inputs }) => inputs[0] as Tensor,
  y: (_, { inputs }) => inputs[1] as Tensor,
  o: (_, { out }) => out,
};

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
  const used = names.filter((each) => new RegExp(`\\b${each}\\b`).test(slope.expr));
  const expr = slope.expr.replace(/\b[gxyo]\b/g, (each) => letters[used.indexOf(each as Name)] as string);
  const kernel: Elementwise = { name: `${name}Slope`, expr, ...without(slope) };
  const picks = used.map((each) => pick[each]);
  return (g, at) => {
    if (!isQuiet()) return rule(g, at);
    const inputs: Tensor[] = [];
    for (const take of picks) inputs.push(take(g, at));
    return mapElements(kernel, inputs, at.attrs as Params);
  };
}

function without({ gpu, params }: Slope): Partial<Elementwise> {
  return { ...(gpu === null ? { gpu } : {}), ...(params === undefined ? {} : { params }) };
}
