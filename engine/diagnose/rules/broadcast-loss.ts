/** A loss between tensors of different shapes: they broadcast, and every item is compared with every other one. */

import { showShape, sizeOf } from "../../core/shape";
import type { ReportNode } from "../../report/report";
import { lossTermsOf } from "../measures/loss-terms";
import { defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** Besides distances. */
const elementwise = new Set(["softMarginLoss", "poissonNllLoss", "hingeEmbeddingLoss"]);

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
  return lossTermsOf(traced)
    .flatMap(({ node, prediction, target, factors, kind }) => {
      const isDistance = kind === "squares" || kind === "distances" || elementwise.has(node.op);
      const pairs = factors.map(({ node: product, by }) => ({
        node: product,
        x: otherOf(traced, product, by),
        y: by,
      }));
      if (target !== null && isDistance) pairs.unshift({ node, x: prediction, y: target });
      return pairs
        .filter(({ x, y }) => isMistaken(x.shape, y.shape))
        .map(({ node: at, x, y }) => report(at, x, y));
    })
    .slice(-1);
}

function otherOf({ nodes }: Traced, product: ReportNode, factor: ReportNode): ReportNode {
  const [x = -1, y = -1] = product.inputs;
  return nodes[x === factor.id ? y : x] ?? factor;
}

/** True when two shapes of as many elements, such as [N] and [N, 1], become more than either holds. */
function isMistaken(x: readonly number[], y: readonly number[]): boolean {
  if (sizeOf(x) < 2 || sizeOf(y) < 2 || x.length === y.length) return false;
  let together = 1;
  for (let i = 1; i <= Math.max(x.length, y.length); i++) together *= Math.max(x.at(-i) ?? 1, y.at(-i) ?? 1);
  return together > Math.max(sizeOf(x), sizeOf(y));
}

function report(node: ReportNode, x: ReportNode, target: ReportNode): Trouble {
  const [own, other] = [showShape(x.shape), showShape(target.shape)];
  return {
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
