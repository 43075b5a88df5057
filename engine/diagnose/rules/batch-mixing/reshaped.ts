/** A reshape in the place of a transpose: the same lengths in another order, and the elements where they were. */
import type { ReportNode } from "../../../report/report";
import { layerSite } from "../../measures/places";
import { inputsOf, rowsOf } from "../../measures/wires";
import type { Traced } from "../../traced";
import type { DataPaths } from "./data-paths";

/** Nodes before a layer that are looked at. */
const MAX_BEFORE = 200;

/** The nearest one before a node; null where there is none. */
export function reshapedInstead(
  traced: Traced,
  { isWeight, op, shape }: DataPaths,
  { id }: ReportNode,
): ReportNode | null {
  const seen = new Set([id]);
  for (const each of seen) {
    const inputs = rowsOf(inputsOf(traced), each).filter((input) => isWeight[input] === 0);
    const node = traced.nodes[each];
    const from = shape(inputs[0] ?? each);
    const to = shape(each);
    const isTurned = from.join() !== to.join() && from.toSorted().join() === to.toSorted().join();
    // Where a length is 1 nothing changes places.
    const isMoved = isTurned && from.filter((n) => n > 1).join() !== to.filter((n) => n > 1).join();
    if (node !== undefined && op(each) === "reshape" && isMoved && layerSite(traced, node) === null)
      return node;
    if (seen.size < MAX_BEFORE) for (const input of inputs) seen.add(input);
  }
  return null;
}
