/** A loss between tensors of different shapes: they broadcast, and every item is compared with every other one. */

import { showShape, sizeOf } from "../../core/shape";
import type { ReportNode } from "../../report/report";
import { lossTermsOf } from "../measures/loss-terms";
import { defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

const losses = new Set(["mseLoss", "l1Loss", "smoothL1Loss", "huberLoss"]);

export const broadcastLoss = defineRule({
  id: "broadcast-loss",
  title: "Loss between different shapes",
  severity: "warning",
  page: {
    meaning:
      "A loss compares predictions and targets element by element. When their shapes differ, one of them is repeated until they fit: [64, 1] against [64] gives 64 × 64 pairs.",
    harm: "Every prediction is pulled towards the targets of all items, so the network learns their mean, and the loss still falls a little.",
    cure: "Give both the same shape, with squeeze, unsqueeze or reshape.",
    source: "PyTorch warns of it in mse_loss.",
  },
  thresholds: {},
  explains: ["batch-mixing"],
  find: findLosses,
});

function findLosses(traced: Traced): Trouble[] {
  return lossTermsOf(traced).flatMap(({ node, prediction: x, target }) => {
    if (!losses.has(node.op) || target === null) return [];
    return showShape(x.shape) === showShape(target.shape) ? [] : [report(node, x, target)];
  });
}

function report(node: ReportNode, x: ReportNode, target: ReportNode): Trouble {
  const [own, other] = [showShape(x.shape), showShape(target.shape)];
  // One number as the target of all elements is often meant.
  const isOne = Math.min(sizeOf(x.shape), sizeOf(target.shape)) === 1;
  return {
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
