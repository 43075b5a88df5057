/** Where a value comes from when operations are left out that only arrange its elements. */
import type { ReportNode } from "../../report/report";
import type { Traced } from "../traced";

/** What keeps all elements. */
const arranges: ReadonlySet<string> = new Set([
  "reshape",
  "permute",
  "transpose",
  "flatten",
  "squeeze",
  "unsqueeze",
  "clone",
  "cast",
  "alias",
  "flip",
  "roll",
]);

/** What keeps some of them. */
const picks: ReadonlySet<string> = new Set(["narrow", "select", "indexSelect", "expand"]);

/** The value from which these elements were taken, such as all images of a batch. */
export function takenFrom(traced: Traced, node: ReportNode): ReportNode {
  return follow(traced, node, (op) => arranges.has(op) || picks.has(op));
}

/** The value whose elements these are, all of them, in some order and shape. */
export function arrangedFrom(traced: Traced, node: ReportNode): ReportNode {
  return follow(traced, node, (op) => arranges.has(op));
}

/** The same, also behind a multiplication by a number: a temperature. */
export function scaledFrom(traced: Traced, node: ReportNode): ReportNode {
  return scalesOf(traced, node).source;
}

/** A multiplication by a number, or a division. */
export interface Scale {
  readonly node: ReportNode;
  readonly number: ReportNode;
  /** By how much it makes values larger. */
  readonly times: number;
}

/** What a value is a multiple of, in some order and shape, and the multiplications, the last one first. */
export function scalesOf(
  traced: Traced,
  node: ReportNode,
): { readonly source: ReportNode; readonly scales: readonly Scale[] } {
  const scales: Scale[] = [];
  for (let found = arrangedFrom(traced, node); ; ) {
    const sides = found.op === "mul" || found.op === "div" ? sidesOf(traced, found) : null;
    const value = sides === null ? null : numberOf(sides.fixed);
    if (sides === null || value === null || !(found.op === "mul" || sides.isFirst))
      return { source: found, scales };
    const times = Math.abs(found.op === "mul" ? value : 1 / value);
    scales.push({ node: found, number: sides.fixed, times });
    found = arrangedFrom(traced, sides.moving);
  }
}

function follow({ nodes }: Traced, node: ReportNode, passes: (op: string) => boolean): ReportNode {
  let found = node;
  while (passes(found.op)) {
    const input = nodes[found.inputs[0] ?? -1];
    if (input === undefined) return found;
    found = input;
  }
  return found;
}

/** The value of a single number that takes no gradient; null for everything else. */
export function numberOf({ kind, value, requiresGrad }: ReportNode): number | null {
  return kind !== "operation" && !requiresGrad && value.size === 1 ? (value.item ?? null) : null;
}

/** The one of two inputs that takes a gradient, and the other one; null where both do, or none. */
export function sidesOf(
  { nodes }: Traced,
  node: ReportNode,
): { readonly moving: ReportNode; readonly fixed: ReportNode; readonly isFirst: boolean } | null {
  const [x, y] = node.inputs.map((id) => nodes[id]);
  if (x === undefined || y === undefined || x.requiresGrad === y.requiresGrad) return null;
  return x.requiresGrad ? { moving: x, fixed: y, isFirst: true } : { moving: y, fixed: x, isFirst: false };
}
