/** The report of a run as JSON: all that is known of it, the histograms of its values and gradients among it. */

import type { OpenReport } from "../report/open-bytes";
import { plainNode } from "../report/plain-report";
import { isFailed, type NodeHistograms } from "../report/questions";
import type { Histogram, Stats } from "../report/report";
import type { Engine } from "../runner/client";
import { toJson } from "./answer";

/** Nodes whose histograms cross the border of the process at once. */
const PAGE = 512;

export async function reportJson(engine: Engine, { bytes: _, ...report }: OpenReport): Promise<string> {
  const histograms = await allHistograms(engine, report.nodes.length);
  const nodes = report.nodes.map((node) => {
    const { value, grad } = histograms[node.id] ?? { value: null, grad: null };
    return {
      ...plainNode(node),
      value: withHistogram(node.value, value),
      grad: node.grad && withHistogram(node.grad, grad),
    };
  });
  return toJson({ ...report, nodes });
}

/** Of all nodes; of none where the process ended with the run. */
async function allHistograms(engine: Engine, count: number): Promise<NodeHistograms[]> {
  const all: NodeHistograms[] = [];
  while (all.length < count) {
    const page = await engine.ask("histograms", { start: all.length, count: PAGE });
    if (isFailed(page) || page.nodes.length === 0) return all;
    all.push(...page.nodes);
  }
  return all;
}

function withHistogram(stats: Stats, histogram: Histogram | null) {
  return { ...stats, histogram };
}
