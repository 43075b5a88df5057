/** Number formats of fewer bits, with rounding that is exact to the bit. */
import type { Precision } from "../report/precision";

/** A format with sign, exponent and fraction. */
export interface FloatFormat {
  /** Bits of the fraction, without the one that is not stored. */
  readonly fraction: number;
  /** Exponent of the smallest number that is not subnormal. */
  readonly lowest: number;
  readonly largest: number;
  /** What is too large becomes the largest number instead of an infinity. */
  readonly saturates: boolean;
}

/** Null for formats whose step depends on the tensor. */
export const floatFormats: Readonly<Record<Precision, FloatFormat | null>> = {
  fp16: { fraction: 10, lowest: -14, largest: 65504, saturates: false },
  bf16: { fraction: 7, lowest: -126, largest: 2 ** 127 * (2 - 2 ** -7), saturates: false },
  // Micikevicius et al., FP8 Formats for Deep Learning (2022): the largest fraction of the largest exponent is NaN.
  "fp8-e4m3": { fraction: 3, lowest: -6, largest: 448, saturates: true },
  "fp8-e5m2": { fraction: 2, lowest: -14, largest: 57344, saturates: false },
  int8: null,
};

/** The exponent of a finite number that is not 0: 2^e ≤ |v| < 2^(e + 1). */
export function exponentOf(v: number): number {
  const size = Math.abs(v);
  const guess = Math.floor(Math.log2(size));
  // The logarithm is rounded, too: near a power of two it may be one off.
  if (2 ** guess > size) return guess - 1;
  return 2 ** (guess + 1) <= size ? guess + 1 : guess;
}

/** To the nearest whole number, halves to the even one. */
function roundToEven(v: number): number {
  const below = Math.floor(v);
  const rest = v - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** To the nearest number of a format whose exponents have no upper end; ties to even. */
export function roundUnbounded(v: number, { fraction, lowest }: FloatFormat): number {
  if (v === 0 || v - v !== 0) return v;
  const step = 2 ** (Math.max(exponentOf(v), lowest) - fraction);
  // By size, so that what is lost keeps its sign.
  return Math.sign(v) * roundToEven(Math.abs(v) / step) * step;
}

/** To the nearest number of a format; ties to even. */
export function roundInFormat(v: number, format: FloatFormat): number {
  const { largest, saturates } = format;
  const rounded = roundUnbounded(v, format);
  if (Math.abs(rounded) <= largest || Number.isNaN(rounded)) return rounded;
  return Math.sign(rounded) * (saturates ? largest : Number.POSITIVE_INFINITY);
}

/** The power of two of the smallest number above 0. */
export function smallestExponent({ fraction, lowest }: FloatFormat): number {
  return lowest - fraction;
}

/** To whole multiples of a step, such that the largest element becomes 127. */
export function roundToInt8(values: ArrayLike<number>): Float64Array {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] ?? 0);
    if (size > largest && size < Number.POSITIVE_INFINITY) largest = size;
  }
  const step = largest / 127;
  return Float64Array.from(values, (v) => (step === 0 || v - v !== 0 ? v : roundToEven(v / step) * step));
}
