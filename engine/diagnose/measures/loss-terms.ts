/** What a loss is made of: the comparisons of predictions with targets that its sum holds. */
import type { ReportNode } from "../../report/report";
import { lazily } from "../lazily";
import type { Traced } from "../traced";
import { numberOf, sidesOf } from "./chains";
import { type ComparedPair, comparedIn, gatherDimOf, type Partner } from "./comparisons";
import { attributesOf } from "./places";

/** A number by which a term is divided (or multiplied by its inverse) on its way to the loss. */
interface Divisor {
  readonly node: ReportNode;
  readonly value: number;
}

/** A tensor without a gradient with which a term is multiplied (or divided by it), element by element. */
interface ElementFactor {
  readonly node: ReportNode;
  readonly by: ReportNode;
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
  readonly factors: readonly ElementFactor[];
  /** The last bend on the way, such as the ratio exp(log p − log q) of a policy; null where the loss is a sum of terms. */
  readonly bend: ReportNode | null;
}

/** What makes a loss of a policy of the logarithms of its probabilities. */
const bends: ReadonlySet<string> = new Set(["exp", "clamp", "minimum", "maximum"]);

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
interface Way extends Pick<LossTerm, "divisors" | "reductions" | "factors" | "bend"> {
  readonly node: ReportNode;
  /** What it was multiplied with last, or picked by. */
  readonly partner: Partner | null;
}

const start = { partner: null, divisors: [], reductions: [], factors: [], bend: null };

/** The comparisons behind the loss, the last one first, also those that are written by hand. */
export const lossTermsOf = lazily((traced): readonly LossTerm[] => {
  const root = traced.loss === null ? undefined : traced.nodes[traced.loss.node];
  const found: LossTerm[] = [];
  const seen = new Set<number>();
  const queue: Way[] = root === undefined ? [] : [{ node: root, ...start }];
  for (let way = queue.pop(); way !== undefined; way = queue.pop()) {
    const { node, partner, ...along } = way;
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    const compared = comparedIn(traced, node, partner);
    if (compared !== null)
      found.push({
        ...compared,
        weight: node.grad?.norm ?? 0,
        ...along,
        reductions: [...along.reductions, ...ownReduction(traced, compared)],
      });
    else if (sums.has(node.op)) queue.push(...onwards(traced, way));
    else if (bends.has(node.op)) queue.push(...onwards(traced, { ...way, bend: node }));
  }
  return found.sort((a, b) => b.node.id - a.node.id);
});

function onwards(traced: Traced, way: Way): Way[] {
  const { node } = way;
  const inputs = node.inputs.flatMap((id) => traced.nodes[id] ?? []);
  const [x, y] = inputs;
  if (x === undefined) return [];
  if (node.op === "gather")
    return [
      { ...way, node: x, partner: y === undefined ? null : { node: y, dim: gatherDimOf(traced, node) } },
    ];
  if (node.op === "sum" || node.op === "mean") {
    const count = x.value.size / Math.max(1, node.value.size);
    return [{ ...way, node: x, reductions: [...way.reductions, { node, kind: node.op, count }] }];
  }
  const sides = node.op === "mul" || node.op === "div" ? sidesOf(traced, node) : null;
  if (sides !== null) return [{ ...way, ...scaled(node, sides, way), node: sides.moving }];
  return inputs.filter(({ requiresGrad }) => requiresGrad).map((each) => ({ ...way, node: each }));
}

/** What a multiplication by something without a gradient says: a factor of the whole, or of each element, or a target. */
function scaled(
  node: ReportNode,
  { fixed }: { readonly fixed: ReportNode },
  { divisors, partner, factors }: Way,
): Pick<Way, "divisors" | "partner" | "factors"> {
  const value = numberOf(fixed);
  if (value !== null) {
    const divisor = { node, value: node.op === "div" ? value : 1 / value };
    return { divisors: [...divisors, divisor], partner, factors };
  }
  return {
    divisors,
    partner: node.op === "mul" ? { node: fixed, dim: null } : partner,
    factors: [...factors, { node, by: fixed }],
  };
}

/** How a loss of the library ends. */
function ownReduction(traced: Traced, { node, prediction }: ComparedPair): Reduction[] {
  const { reduction } = attributesOf(traced, node.id);
  const count = prediction.value.size / Math.max(1, node.value.size);
  if (reduction === "sum") return [{ node, kind: "sum", count }];
  if (reduction !== "mean" && reduction !== "batchmean") return [];
  return [{ node, kind: "mean", count }];
}
