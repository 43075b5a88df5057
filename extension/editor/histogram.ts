/** A histogram as a small picture for a hover, and as text for those who do not see it. */

import { formatNumber } from "../../engine/number-text";
import type { Histogram } from "../../engine/report";

export interface Palette {
  readonly bar: string;
  readonly text: string;
  readonly axis: string;
}

export const palettes: Record<
  "light" | "dark" | "hc-light" | "hc-dark",
  Record<"value" | "grad", Palette>
> = {
  light: {
    value: { bar: "#0b62a8", text: "#3b3b3b", axis: "#8a8a8a" },
    grad: { bar: "#b35900", text: "#3b3b3b", axis: "#8a8a8a" },
  },
  dark: {
    value: { bar: "#6cb6ff", text: "#cccccc", axis: "#7a7a7a" },
    grad: { bar: "#f0a35e", text: "#cccccc", axis: "#7a7a7a" },
  },
  "hc-light": {
    value: { bar: "#003d73", text: "#000000", axis: "#000000" },
    grad: { bar: "#7a3500", text: "#000000", axis: "#000000" },
  },
  "hc-dark": {
    value: { bar: "#8cc8ff", text: "#ffffff", axis: "#ffffff" },
    grad: { bar: "#ffbf80", text: "#ffffff", axis: "#ffffff" },
  },
};

const WIDTH = 150;
const HEIGHT = 46;
const FLOOR = 33;

/** Neighbouring bins together, so that at most `most` remain. */
export function merge(counts: readonly number[], most: number): number[] {
  const size = Math.ceil(counts.length / most);
  const merged = Array.from({ length: Math.ceil(counts.length / size) }, () => 0);
  for (const [index, count] of counts.entries())
    merged[Math.floor(index / size)] = (merged[Math.floor(index / size)] ?? 0) + count;
  return merged;
}

/** A `data:` address of an SVG, a few hundred bytes. */
export function histogramImage({ low, high, counts }: Histogram, { bar, text, axis }: Palette): string {
  const bins = merge(counts, 30);
  const most = Math.max(1, ...bins);
  const step = WIDTH / Math.max(1, bins.length);
  const bars = bins.map((count, index) => {
    const height = count === 0 ? 0 : Math.max(1, (count / most) * (FLOOR - 3));
    return `M${(index * step).toFixed(1)} ${FLOOR}v-${height.toFixed(1)}h${Math.max(1, step - 0.6).toFixed(1)}V${FLOOR}z`;
  });
  const label = (x: number, anchor: string, value: number) =>
    `<text x="${x}" y="44" text-anchor="${anchor}">${formatNumber(value, 3)}</text>`;
  const zero = low < 0 && high > 0 ? (-low / (high - low)) * WIDTH : null;
  const zeroLine =
    zero === null ? "" : `<path d="M${zero.toFixed(1)} 2V${FLOOR}" stroke="${axis}" stroke-dasharray="2 2"/>`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">` +
    `<path fill="${bar}" d="${bars.join("")}"/>${zeroLine}<path d="M0 ${FLOOR}.5H${WIDTH}" stroke="${axis}"/>` +
    `<g font-family="sans-serif" font-size="10" fill="${text}">${label(0, "start", low)}${label(WIDTH, "end", high)}</g></svg>`;
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
