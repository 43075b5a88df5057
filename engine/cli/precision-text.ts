/** The dry run of a backward pass in fewer bits, as text. */
import { showCount, showTimes } from "../core/number-text";
import { type PrecisionCounts, type PrecisionReport, precisions } from "../report/precision";
import { scaleAdvice, showShare } from "../report/precision-words";
import { type Style, textTable } from "./terminal";

const blocks = "▁▂▃▄▅▆▇█";
const WIDTH = 24;

export function precisionText(report: PrecisionReport, style: Style): string {
  const { precision, layers, all, unread } = report;
  const parts = [`${style.bold(`Gradients in ${precision}`)}  ${precisions[precision]}`];
  if (all.elements === 0) return [...parts, "There is no gradient whose elements are at hand."].join("\n\n");
  const axis = { low: all.low, length: Math.max(1, all.counts.length) };
  const columns = [
    { title: "layer" },
    { title: "elements", align: "right" },
    { title: "lost", align: "right" },
    { title: "subnormal", align: "right" },
    { title: "overflow", align: "right" },
    { title: `2^${axis.low} … 2^${axis.low + axis.length}` },
  ] as const;
  const rows = layers.map((each) => row(each.layer === "" ? "outside of layers" : each.layer, each, axis));
  parts.push(textTable(columns, [...rows, row("all", all, axis)], style));
  parts.push(scaleAdvice(report));
  if (unread > 0) parts.push(style.dim(`${showTimes(unread, "gradient")} could not be read.`));
  return parts.join("\n\n");
}

interface Axis {
  readonly low: number;
  readonly length: number;
}

function row(name: string, counts: PrecisionCounts, axis: Axis): string[] {
  const { elements, nonZero, lost, subnormal, overflowed } = counts;
  const shares = [lost, subnormal, overflowed].map((part) => showShare(part, nonZero));
  return [name, showCount(elements), ...shares, bars(counts, axis)];
}

/** How the sizes are spread, one character for a few powers of two. */
function bars({ low, counts }: PrecisionCounts, axis: Axis): string {
  const width = Math.min(WIDTH, axis.length);
  const sums = new Array<number>(width).fill(0);
  counts.forEach((count, i) => {
    const place = Math.floor(((low + i - axis.low) * width) / axis.length);
    sums[place] = (sums[place] ?? 0) + count;
  });
  const most = Math.max(1, ...sums);
  return sums
    .map((sum) => (sum === 0 ? " " : (blocks[Math.ceil((sum / most) * blocks.length) - 1] ?? " ")))
    .join("");
}
