/** What a loss is made of: the comparisons of predictions with targets that its sum holds. */
import type { ReportNode } from "../../report/report";
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import { numberOf, sidesOf } from "./chains";
import { type ComparedPair, comparedIn } from "./comparisons";
import { attributesOf } from "./places";

/** A number by which a term is divided (or multiplied by its inverse) on its way to the loss. */
interface Divisor {
  readonly node: ReportNode;
  readonly value: number;
}

/** A sum or a mean, of the comparison itself or of an operation behind it. */
interface Reduction {
  readonly node: ReportNode;
  readonly kind: "sum" | "mean";
  /** How many elements make one of the result's. */
  readonly count: number;
}

/** A comparison behind the loss, and what is done to it. */
export interface LossTerm extends ComparedPair {
  /** Norm of the gradient that it receives: by how much the loss multiplies it, where the comparison is one number. */
  readonly weight: number;
  /** From the loss to the comparison. */
  readonly divisors: readonly Divisor[];
  readonly reductions: readonly Reduction[];
}

/** What leaves a sum of terms a sum of terms. */
const sums: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "neg",
  "sum",
  "mean",
  "stack",
  "cat",
  "reshape",
  "squeeze",
  "unsqueeze",
  "flatten",
  "where",
  "maskedFill",
  "gather",
  "clone",
  "cast",
  "alias",
]);

/** A place on the way from the loss to its terms. */
interface Way extends Pick<LossTerm, "divisors" | "reductions"> {
  readonly node: ReportNode;
  /** What it was multiplied with last, or picked by. */
  readonly target: ReportNode | null;
}

/** The comparisons behind the loss, the last one first, also those that are written by hand. */
export const lossTermsOf = lazily((traced): readonly LossTerm[] => {
  const root = traced.loss === null ? undefined : traced.nodes[traced.loss.node];
  const found: LossTerm[] = [];
  const seen = new Set<number>();
  const queue: Way[] = root === undefined ? [] : [{ node: root, target: null, divisors: [], reductions: [] }];
  for (let way = queue.pop(); way !== undefined; way = queue.pop()) {
    const { node, target, divisors, reductions } = way;
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    const compared = comparedIn(traced, node, target);
    if (compared !== null)
      found.push({
        ...compared,
        weight: node.grad?.norm ?? 0,
        divisors,
        reductions: [...reductions, ...ownReduction(traced, compared)],
      });
    else if (sums.has(node.op)) queue.push(...onwards(traced, way));
  }
  return found.sort((a, b) => b.node.id - a.node.id);
});

function onwards(traced: Traced, way: Way): Way[] {
  const { node } = way;
  const inputs = node.inputs.flatMap((id) => traced.nodes[id] ?? []);
  const [x, y] = inputs;
  if (x === undefined) return [];
  if (node.op === "gather") return [{ ...way, node: x, target: y ?? null }];
  if (node.op === "sum" || node.op === "mean") {
    const count = x.value.size / Math.max(1, node.value.size);
    return [{ ...way, node: x, reductions: [...way.reductions, { node, kind: node.op, count }] }];
  }
  const sides = node.op === "mul" || node.op === "div" ? sidesOf(traced, node) : null;
  if (sides !== null) return [{ ...way, ...scaled(node, sides, way), node: sides.moving }];
  return inputs.filter(({ requiresGrad }) => requiresGrad).map((each) => ({ ...way, node: each }));
}

/** What a multiplication by something without a gradient says: a factor of the whole, or a target. */
function scaled(
  node: ReportNode,
  { fixed }: { readonly fixed: ReportNode },
  { divisors, target }: Way,
): Pick<Way, "divisors" | "target"> {
  const value = numberOf(fixed);
  if (value === null) return { divisors, target: node.op === "mul" ? fixed : target };
  const divisor = { node, value: node.op === "div" ? value : 1 / value };
  return { divisors: [...divisors, divisor], target };
}

/** How a loss of the library ends. */
function ownReduction(traced: Traced, { node, prediction }: ComparedPair): Reduction[] {
  const { reduction } = attributesOf(traced, node.id);
  const count = prediction.value.size / Math.max(1, node.value.size);
  if (reduction === "sum") return [{ node, kind: "sum", count }];
  if (reduction !== "mean" && reduction !== "batchmean") return [];
  return [{ node, kind: "mean", count }];
}
