/** A histogram as a small picture for a hover, and as text for those who do not see it. */

import type { Histogram } from "../../engine/report/report";

export interface Palette {
  readonly bar: string;
  readonly axis: string;
}

export const palettes: Record<
  "light" | "dark" | "hc-light" | "hc-dark",
  Record<"value" | "grad", Palette>
> = {
  light: {
    value: { bar: "#0b62a8", axis: "#8a8a8a" },
    grad: { bar: "#b35900", axis: "#8a8a8a" },
  },
  dark: {
    value: { bar: "#6cb6ff", axis: "#7a7a7a" },
    grad: { bar: "#f0a35e", axis: "#7a7a7a" },
  },
  "hc-light": {
    value: { bar: "#003d73", axis: "#000000" },
    grad: { bar: "#7a3500", axis: "#000000" },
  },
  "hc-dark": {
    value: { bar: "#8cc8ff", axis: "#ffffff" },
    grad: { bar: "#ffbf80", axis: "#ffffff" },
  },
};

const WIDTH = 150;
const HEIGHT = 32;
const FLOOR = 30;

/** Neighbouring bins together, so that at most `most` remain. */
export function merge(counts: readonly number[], most: number): number[] {
  const size = Math.ceil(counts.length / most);
  const merged = Array.from({ length: Math.ceil(counts.length / size) }, () => 0);
  for (const [index, count] of counts.entries())
    merged[Math.floor(index / size)] = (merged[Math.floor(index / size)] ?? 0) + count;
  return merged;
}

/** A coordinate, as exact as a screen is. */
function tenth(value: number): number {
  return Math.round(10 * value) / 10;
}

/** A `data:` address of an SVG, a few hundred bytes. */
export function histogramImage({ low, high, counts }: Histogram, { bar, axis }: Palette): string {
  const bins = merge(counts, 30);
  const most = Math.max(1, ...bins);
  // A tensor of equal elements is a line in the middle, no block that fills all.
  const isOne = bins.length === 1;
  const step = isOne ? 6 : WIDTH / Math.max(1, bins.length);
  const start = isOne ? (WIDTH - step) / 2 : 0;
  const bars = bins.map((count, index) => {
    const height = count === 0 ? 0 : Math.max(1, (count / most) * (FLOOR - 3));
    return `M${tenth(start + index * step)} ${FLOOR}v-${tenth(height)}h${tenth(Math.max(1, step - 0.6))}V${FLOOR}z`;
  });
  const zero = low < 0 && high > 0 ? (-low / (high - low)) * WIDTH : null;
  const zeroLine =
    zero === null ? "" : `<path d="M${tenth(zero)} 2V${FLOOR}" stroke="${axis}" stroke-dasharray="2 2"/>`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">` +
    `<path fill="${bar}" d="${bars.join("")}"/>${zeroLine}<path d="M0 ${FLOOR}.5H${WIDTH}" stroke="${axis}"/></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
}

/** The same as a row of blocks. */
export function histogramText({ counts }: Histogram): string {
  const bins = merge(counts, 16);
  const most = Math.max(1, ...bins);
  const blocks = "▁▂▃▄▅▆▇█";
  return bins
    .map((count) => (count === 0 ? "·" : blocks[Math.min(7, Math.floor((count / most) * 8))]))
    .join("");
}
