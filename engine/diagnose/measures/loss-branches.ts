/** The terms that a loss adds up, each down to where it is reduced over the items of a batch. */
import type { ReportNode } from "../../report/report";
import { lazily } from "../lazily";
import { arrangedFrom, numberOf, sidesOf } from "./chains";
import { attributesOf } from "./places";

export interface Branch {
  /** The operation that reduces. */
  readonly node: ReportNode;
  readonly kind: "sum" | "mean";
  /** Size of the first dimension of what it reduces. */
  readonly items: number;
  /** With what the result is multiplied, without its sign. */
  readonly factor: number;
}

const passes = new Set(["add", "sub", "neg", "reshape", "squeeze", "clone", "cast", "alias", "stack", "cat"]);

/** Of what a penalty is made. */
const sizes = new Set(["square", "abs", "pow", "mul"]);

export const branchesOf = lazily((traced): readonly Branch[] => {
  const root = traced.loss === null ? undefined : traced.nodes[traced.loss.node];
  const found: Branch[] = [];
  const queue = root === undefined ? [] : [{ node: root, factor: 1 }];
  const seen = new Set<number>();
  for (let way = queue.pop(); way !== undefined; way = queue.pop()) {
    const { node, factor } = way;
    if (seen.has(node.id) || !node.requiresGrad) continue;
    seen.add(node.id);
    const inputs = node.inputs.flatMap((id) => traced.nodes[id] ?? []);
    const [x] = inputs;
    const kind = kindOf(node, attributesOf(traced, node.id).reduction);
    if (x === undefined) continue;
    if (kind !== null) {
      if (!isPenalty(inputs, traced.nodes)) found.push({ node, kind, items: x.shape[0] ?? 1, factor });
      continue;
    }
    const scale = node.op === "mul" || node.op === "div" ? sidesOf(traced, node) : null;
    const number = scale === null ? null : numberOf(scale.fixed);
    if (scale !== null && number !== null)
      queue.push({
        node: scale.moving,
        factor: factor * Math.abs(node.op === "mul" ? number : 1 / number),
      });
    else if (passes.has(node.op)) queue.push(...inputs.map((input) => ({ node: input, factor })));
  }
  return found;

  /** The size of weights, which has no items. */
  function isPenalty([x]: readonly ReportNode[], nodes: readonly ReportNode[]): boolean {
    const inner = x === undefined ? undefined : arrangedFrom(traced, x);
    if (inner === undefined || inner.kind === "parameter") return true;
    return sizes.has(inner.op) && inner.inputs.some((id) => nodes[id]?.kind === "parameter");
  }
});

function kindOf({ op, shape }: ReportNode, reduction: unknown): Branch["kind"] | null {
  if (shape.length > 0 && reduction === undefined && op !== "mean" && op !== "sum") return null;
  if (op === "sum" || op === "mean") return op;
  if (reduction === "batchmean") return "mean";
  return reduction === "sum" || reduction === "mean" ? reduction : null;
}
