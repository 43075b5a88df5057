/** The colours of gradient norms: a scale over log10 that grows in lightness, so that it reads without colour vision too. */
import type { Stats } from "../engine/report/report";

export type Rgb = readonly [number, number, number];

/** From a dark violet over teal to a light yellow; each step lighter than the one before. */
const stops: readonly Rgb[] = [
  [62, 19, 95],
  [65, 62, 133],
  [48, 104, 142],
  [32, 145, 140],
  [68, 180, 112],
  [145, 207, 76],
  [240, 229, 66],
];

/** What a node's gradient is; each kind is drawn in its own way, not in another colour alone. */
export type GradientKind = "norm" | "zero" | "nonFinite" | "none";

export function gradientKind(grad: Stats | null): GradientKind {
  if (grad === null) return "none";
  if (grad.nonFinite > 0) return "nonFinite";
  return grad.norm === 0 ? "zero" : "norm";
}

/** Whole powers of ten. */
export interface Domain {
  readonly low: number;
  readonly high: number;
}

/** Four decades at least, so that ordinary differences do not fill the whole scale. */
const minimumDecades = 4;

/** The powers of ten that hold all positive finite norms, widened downwards to four decades. */
export function logDomain(norms: Iterable<number>): Domain {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const norm of norms) {
    if (!(norm > 0) || !Number.isFinite(norm)) continue;
    low = Math.min(low, Math.floor(Math.log10(norm)));
    // Adding 0 turns the −0 that rounding gives into 0.
    high = Math.max(high, Math.ceil(Math.log10(norm)) + 0);
  }
  if (low > high) return { low: -minimumDecades, high: 0 };
  return { low: Math.min(low, high - minimumDecades), high };
}

/** Where a norm lies in the domain, from 0 to 1. */
export function positionOf(norm: number, { low, high }: Domain): number {
  return Math.min(1, Math.max(0, (Math.log10(norm) - low) / (high - low)));
}

/** The colour at a position from 0 to 1. */
export function colourAt(position: number): Rgb {
  const at = Math.min(1, Math.max(0, position)) * (stops.length - 1);
  const index = Math.min(Math.floor(at), stops.length - 2);
  const from = stops[index] ?? ([0, 0, 0] as const);
  const to = stops[index + 1] ?? from;
  const mix = (a: number, b: number) => Math.round(a + (b - a) * (at - index));
  return [mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])];
}

/** Black or white, whichever stands out more on the colour; 4.5 : 1 at least. */
export function textOn(colour: Rgb): Rgb {
  const black: Rgb = [0, 0, 0];
  const white: Rgb = [255, 255, 255];
  return contrast(black, colour) >= contrast(white, colour) ? black : white;
}

export function toCss([r, g, b]: Rgb): string {
  return `rgb(${r}, ${g}, ${b})`;
}

/** Relative luminance as WCAG 2 defines it. */
export function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

/** Contrast ratio of WCAG 2, from 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}
