/** The gradients of a run as they would be in fewer bits: what is lost, what overflows, and which loss scale helps. */
import {
  type FormatRange,
  type LossScale,
  type Precision,
  type PrecisionReport,
  WANTED_SHARE,
} from "../report/precision";
import type { Report } from "../report/report";
import type { ReadValues } from "../report/trace";
import { type FloatFormat, floatFormats, smallestExponent } from "./number-format";
import { measureSizes } from "./sizes";
import { Tally } from "./tally";

/** float32, in which the loss is multiplied, goes no further. */
const LARGEST_SCALE = 127;

type Subject = Pick<Report, "nodes" | "scopes" | "parameters">;

/** Each gradient is rounded by itself: what a pass would lose before, on its way there, is lost there as well. */
export function dryRun(subject: Subject, values: ReadValues, precision: Precision): PrecisionReport {
  const format = floatFormats[precision];
  const { all, layers, nodes, unread } = talliesOf(subject, values, format);
  const lossScale = format === null || all.nonZero === 0 ? null : adviseScale(all);
  const exponent = Math.log2(lossScale?.scale ?? 1);
  return {
    precision,
    range: format && rangeOf(format),
    saturates: format?.saturates ?? false,
    layers: [...layers]
      .sort(([a], [b]) => a - b)
      .map(([scope, tally]) => ({
        layer: subject.scopes[scope]?.path ?? "",
        ...tally.countsAt(exponent),
      })),
    parameters: subject.parameters.flatMap(({ name, node }) => {
      const tally = nodes.get(node);
      return tally === undefined ? [] : [{ name, node, ...tally.countsAt(exponent) }];
    }),
    all: all.countsAt(exponent),
    lossScale,
    unread,
  };
}

function talliesOf({ nodes, parameters }: Subject, values: ReadValues, format: FloatFormat | null) {
  const all = new Tally(format);
  const layers = new Map<number, Tally>();
  const alone = new Map(parameters.map(({ node }) => [node, new Tally(format)]));
  let unread = 0;
  for (const { id, grad, scope, kind } of nodes) {
    // The loss and the terms of its sum are computed in float32, where its scale is laid upon them.
    const isCounted = grad !== null && (kind !== "operation" || grad.size > 1);
    const elements = isCounted ? values(id, "grad") : null;
    if (isCounted && elements === null) unread++;
    if (elements === null) {
      alone.delete(id);
      continue;
    }
    const layer = layers.get(scope) ?? new Tally(format);
    layers.set(scope, layer);
    const sizes = measureSizes(elements, format);
    for (const tally of [all, layer, alone.get(id)]) tally?.add(sizes);
  }
  return { all, layers, nodes: alone, unread };
}

function rangeOf(format: FloatFormat): FormatRange {
  return {
    smallest: 2 ** smallestExponent(format),
    normal: 2 ** format.lowest,
    largest: format.largest,
  };
}

/** The smallest power of two, 1 or more, that saves what is wanted; where that overflows, the largest that does not. */
function adviseScale(tally: Tally): LossScale {
  const { nonZero } = tally;
  const savedAt = (exponent: number) => (nonZero - tally.fateAt(exponent).lost) / nonZero;
  let exponent = 0;
  while (exponent < LARGEST_SCALE && savedAt(exponent) < WANTED_SHARE) exponent++;
  while (exponent > -LARGEST_SCALE && tally.fateAt(exponent).overflowed > 0) exponent--;
  return { scale: 2 ** exponent, saved: savedAt(exponent) };
}
