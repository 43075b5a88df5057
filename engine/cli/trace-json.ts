/** The report of a run as JSON: all that is known of it, the histograms of its values and gradients among it. */

import type { OpenReport } from "../report/open-bytes";
import { plainNode } from "../report/plain-report";
import { isFailed, type NodeHistograms } from "../report/questions";
import type { Histogram, Stats } from "../report/report";
import type { Answered, Params } from "../report/requests";
import { toJson } from "./answer";

/** Nodes whose histograms cross the border of the process at once. */
const PAGE = 512;

type AskHistograms = (
  params: Params<"histograms">,
) => Answered<"histograms"> | Promise<Answered<"histograms">>;

/**
 * @param ask whoever has the values: the engine, or a saved trace
 * @param precision the gradients in fewer bits, where that was asked
 */
export async function reportJson(
  ask: AskHistograms,
  { bytes: _, ...report }: OpenReport,
  precision: Answered<"precision"> | null,
): Promise<string> {
  const histograms = await allHistograms(ask, report.nodes.length);
  const nodes = report.nodes.map((node) => {
    const { value, grad } = histograms[node.id] ?? { value: null, grad: null };
    return {
      ...plainNode(node),
      value: withHistogram(node.value, value),
      grad: node.grad && withHistogram(node.grad, grad),
    };
  });
  const more = precision === null || isFailed(precision) ? {} : { precision };
  return toJson({ ...report, nodes, ...more });
}

/** Of all nodes; of none where the process ended with the run. */
async function allHistograms(ask: AskHistograms, count: number): Promise<NodeHistograms[]> {
  const all: NodeHistograms[] = [];
  while (all.length < count) {
    const page = await ask({ start: all.length, count: PAGE });
    if (isFailed(page) || page.nodes.length === 0) return all;
    all.push(...page.nodes);
  }
  return all;
}

function withHistogram(stats: Stats, histogram: Histogram | null) {
  return { ...stats, histogram };
}
