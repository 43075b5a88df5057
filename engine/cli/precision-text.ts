/** The dry run of a backward pass in fewer bits, as text. */
import { showCount, showNumber, showTimes } from "../core/number-text";
import { type PrecisionCounts, type PrecisionReport, precisions, WANTED_SHARE } from "../report/precision";
import { type Style, textTable } from "./terminal";

const blocks = "▁▂▃▄▅▆▇█";
const WIDTH = 24;

export function precisionText(
  { precision, layers, all, lossScale, unread }: PrecisionReport,
  style: Style,
): string {
  const parts = [`${style.bold(`Gradients in ${precision}`)}  ${precisions[precision]}`];
  if (all.elements === 0) return [...parts, "There is no gradient whose elements are at hand."].join("\n\n");
  const axis = { low: all.low, length: Math.max(1, all.counts.length) };
  const columns = [
    { title: "layer" },
    { title: "elements", align: "right" },
    { title: "lost", align: "right" },
    { title: "overflow", align: "right" },
    { title: `2^${axis.low} … 2^${axis.low + axis.length}` },
  ] as const;
  const rows = layers.map((each) => row(each.layer === "" ? "outside of layers" : each.layer, each, axis));
  parts.push(textTable(columns, [...rows, row("all", all, axis)], style));
  parts.push(advice(lossScale, all));
  if (unread > 0) parts.push(style.dim(`${showTimes(unread, "gradient")} could not be read.`));
  return parts.join("\n\n");
}

interface Axis {
  readonly low: number;
  readonly length: number;
}

function row(name: string, counts: PrecisionCounts, axis: Axis): string[] {
  const { elements, nonZero, lost, overflowed } = counts;
  return [name, showCount(elements), share(lost, nonZero), share(overflowed, nonZero), bars(counts, axis)];
}

function share(part: number, whole: number): string {
  return part === 0 ? "0" : `${showNumber((100 * part) / whole, 3)} %`;
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

function advice(
  lossScale: PrecisionReport["lossScale"],
  { nonZero, lost, overflowed }: PrecisionCounts,
): string {
  if (lossScale === null) return "A loss scale changes nothing here.";
  const { scale, saved } = lossScale;
  const limit = saved < WANTED_SHARE ? " With a larger one some would." : "";
  const percent = `${showNumber(100 * saved, 4)} %`;
  if (scale === 1 && overflowed === 0)
    return lost === 0
      ? `All ${showTimes(nonZero, "element")} that are not 0 stay so: no loss scale is needed.`
      : `${percent} of the elements that are not 0 stay so: no loss scale is needed.`;
  return `A loss scale of 2^${Math.log2(scale)} = ${showNumber(scale)} saves ${percent} of the elements that are not 0, and none overflows.${limit}`;
}
