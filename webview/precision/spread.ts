/** How the sizes of gradients are spread over powers of two, against the range of a format, before and after a loss scale. */
import { formatNumber, showCount } from "../../engine/core/number-text";
import type { FormatRange, PrecisionCounts, PrecisionReport } from "../../engine/report/precision";
import { fateParts, isScaled } from "./fates";

export type SizeFate = keyof ReturnType<typeof fateParts>;

export const fateWords: Readonly<Record<SizeFate, string>> = {
  lost: "becomes 0",
  subnormal: "subnormal: fewer digits",
  normal: "normal",
  overflow: "too large",
};

const shareWords: Readonly<Record<SizeFate, string>> = {
  lost: "become 0",
  subnormal: "are subnormal",
  normal: "are normal",
  overflow: "are too large",
};

/** A stretch of the axis: from 2^from to 2^to. */
export interface Zone {
  readonly fate: SizeFate;
  readonly from: number;
  readonly to: number;
}

export interface SizeBar {
  /** Sizes from 2^exponent to 2^(exponent + 1), where they are drawn. */
  readonly exponent: number;
  readonly count: number;
  readonly fate: SizeFate;
}

/** One histogram over the axis. */
export interface Strip {
  readonly title: string;
  /** What the loss is multiplied by, as a power of two. */
  readonly shift: number;
  readonly bars: readonly SizeBar[];
  readonly words: string;
}

export interface Spread {
  /** Ends of the axis, as powers of two. */
  readonly low: number;
  readonly high: number;
  /** None where each tensor has a range of its own. */
  readonly zones: readonly Zone[];
  /** As the gradients are; and with the loss scale that is advised, where there is one. */
  readonly strips: readonly Strip[];
}

/** Powers of two that stay free beside what is drawn. */
const ROOM = 2;

/** Null where no element is finite and not 0. */
export function sizesSpread(counts: PrecisionCounts, found: PrecisionReport): Spread | null {
  if (counts.counts.length === 0) return null;
  const scale = found.lossScale?.scale ?? 1;
  const shifts = isScaled(found) ? [0, Math.log2(scale)] : [0];
  const ends = shifts.flatMap((shift) => [counts.low + shift, counts.low + shift + counts.counts.length]);
  const { range } = found;
  const all = range === null ? ends : [...ends, Math.log2(range.smallest) - 1, Math.log2(range.largest)];
  const low = Math.floor(Math.min(...all)) - ROOM;
  const high = Math.ceil(Math.max(...all)) + ROOM;
  return {
    low,
    high,
    zones: range === null ? [] : zonesOf(range, low, high),
    strips: shifts.map((shift, i) => ({
      title: i === 0 ? "As they are" : `Loss × ${formatNumber(scale)}`,
      shift,
      bars: barsOf(counts, shift, range),
      words: wordsOf(counts, i === 0 ? counts : counts.scaled, shift),
    })),
  };
}

function zonesOf(range: FormatRange, low: number, high: number): Zone[] {
  const [zero, normal, largest] = [
    Math.log2(range.smallest) - 1,
    Math.log2(range.normal),
    Math.log2(range.largest),
  ];
  return [
    { fate: "lost", from: low, to: zero },
    { fate: "subnormal", from: zero, to: normal },
    { fate: "normal", from: normal, to: largest },
    { fate: "overflow", from: largest, to: high },
  ];
}

function barsOf({ low, counts }: PrecisionCounts, shift: number, range: FormatRange | null): SizeBar[] {
  return counts.flatMap((count, i) => {
    const exponent = low + i + shift;
    return count === 0 ? [] : [{ exponent, count, fate: fateOf(exponent, range) }];
  });
}

/** What becomes of sizes from 2^exponent up to the next power of two; of the largest number's it is what becomes of the first. */
export function fateOf(exponent: number, range: FormatRange | null): SizeFate {
  if (range === null) return "normal";
  if (exponent < Math.log2(range.smallest) - 1) return "lost";
  if (exponent < Math.log2(range.normal)) return "subnormal";
  return 2 ** exponent > range.largest ? "overflow" : "normal";
}

function wordsOf(
  { nonZero, low, counts }: PrecisionCounts,
  fate: PrecisionCounts["scaled"],
  shift: number,
): string {
  const parts = fateParts(fate, nonZero);
  const told = (Object.keys(parts) as SizeFate[]).flatMap((name) =>
    parts[name] > 0 ? [`${formatNumber(100 * parts[name], 3)} % ${shareWords[name]}`] : [],
  );
  const sizes = `${powerText(low + shift)} to ${powerText(low + shift + counts.length)}`;
  return `${showCount(nonZero)} elements of sizes from ${sizes}: ${told.join(", ")}`;
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** -24 as "2⁻²⁴" */
export function powerText(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)] ?? "");
  return `2${exponent < 0 ? "⁻" : ""}${digits.join("")}`;
}

/** Powers of two for the axis, so many apart that each has `room` of the whole width of 1. */
export function ticksOf({ low, high }: Spread, room: number): number[] {
  const least = (high - low) * room;
  const every = [1, 2, 4, 8, 16, 32, 64, 128].find((each) => each >= least) ?? 256;
  const first = Math.ceil((low + 1) / every) * every;
  return Array.from({ length: Math.floor((high - 1 - first) / every) + 1 }, (_, i) => first + i * every);
}
