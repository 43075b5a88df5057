/** A small histogram as an image, with the same in words for who cannot see it. */

import { formatNumber, showCount } from "../engine/core/number-text";
import type { Histogram } from "../engine/report/report";
import { svg } from "./dom";

const width = 240;
const height = 56;

export function histogramChart(name: string, { low, high, counts }: Histogram): SVGElement {
  const most = Math.max(1, ...counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const bin = width / Math.max(1, counts.length);
  const tallest = counts.indexOf(Math.max(...counts));
  const edge = (i: number) => low + ((high - low) * i) / Math.max(1, counts.length);
  const words =
    `${name}: ${showCount(total)} elements from ${formatNumber(low)} to ${formatNumber(high)}, ` +
    `most (${showCount(counts[tallest] ?? 0)}) between ${formatNumber(edge(tallest))} and ${formatNumber(edge(tallest + 1))}`;
  const bars = counts.map((count, i) => {
    // A bin that holds anything stays visible beside a bin that holds nearly everything.
    const tall = count === 0 ? 0 : Math.max(1.5, (count / most) * height);
    const title = svg(
      "title",
      {},
      `${showCount(count)} between ${formatNumber(edge(i))} and ${formatNumber(edge(i + 1))}`,
    );
    return svg(
      "rect",
      { x: i * bin + 0.5, y: height - tall, width: Math.max(1, bin - 1), height: tall, class: "bar" },
      title,
    );
  });
  const isAcrossZero = low < 0 && high > 0;
  const zero = (-low / (high - low)) * width;
  return svg(
    "svg",
    { class: "histogram", viewBox: `0 0 ${width} ${height + 16}`, role: "img", "aria-label": words },
    ...bars,
    isAcrossZero && svg("line", { x1: zero, x2: zero, y1: 0, y2: height, class: "zero" }),
    svg("line", { x1: 0, x2: width, y1: height, y2: height, class: "axis" }),
    svg("text", { x: 0, y: height + 12 }, formatNumber(low)),
    isAcrossZero &&
      zero > 45 &&
      zero < width - 45 &&
      svg("text", { x: zero, y: height + 12, "text-anchor": "middle" }, "0"),
    svg("text", { x: width, y: height + 12, "text-anchor": "end" }, formatNumber(high)),
  );
}
