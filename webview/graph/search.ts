/** Finds boxes by what they contain: names, operations, layers. */
import type { Report } from "../../engine/report/report";
import type { BoxGraph } from "./collapse";

/** Indices of the boxes with a node that matches every word, in order; null for an empty search. */
export function searchBoxes(report: Report, graph: BoxGraph, text: string): number[] | null {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return null;
  return graph.boxes.flatMap((box, index) => {
    const isMatch = box.members.some((id) => {
      const node = report.nodes[id];
      if (!node) return false;
      const { name, op, kind, scope } = node;
      const said = `${name ?? ""} ${op} ${kind} ${report.scopes[scope]?.path ?? ""}`.toLowerCase();
      return words.every((word) => said.includes(word));
    });
    return isMatch ? [index] : [];
  });
}
