/** A loss between tensors of different shapes: they broadcast, and every item is compared with every other one. */

import { showShape, sizeOf } from "../core/shape";
import type { Finding, ReportNode } from "../report/report";
import { said } from "./said";
import type { Traced } from "./traced";

const losses = new Set(["mseLoss", "l1Loss", "smoothL1Loss", "huberLoss"]);

export function broadcastLoss(traced: Traced): Finding[] {
  return traced.nodes.flatMap((node) => {
    if (!losses.has(node.op)) return [];
    const [x, target] = node.inputs.map((id) => traced.nodes[id]);
    const differ = x !== undefined && target !== undefined && showShape(x.shape) !== showShape(target.shape);
    return differ ? [report(node, x, target)] : [];
  });
}

function report(node: ReportNode, x: ReportNode, target: ReportNode): Finding {
  const [own, other] = [showShape(x.shape), showShape(target.shape)];
  // One number as the target of all elements is often meant.
  const isOne = Math.min(sizeOf(x.shape), sizeOf(target.shape)) === 1;
  return {
    rule: "broadcast-loss",
    severity: isOne ? "info" : "warning",
    ...said(
      `This ${node.op} compares shape ${own} with a target of shape ${other}: they broadcast, so that elements are compared that do not belong together.`,
    ),
    site: node.site,
    node: node.id,
    evidence: { x: own, target: other },
    related: [],
    fixes: [
      {
        title: "Give both one shape",
        detail: `reshape(target, ${own}) or squeeze(x) makes them equal where they hold equally many elements.`,
      },
    ],
  };
}
