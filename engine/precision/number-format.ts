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

const bits = new Float64Array(1);
const halves = new Uint32Array(bits.buffer);
/** The half that holds sign and exponent. */
const upper = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** The exponent of a finite number that is not 0: 2^e ≤ |v| < 2^(e + 1). */
export function exponentOf(v: number): number {
  bits[0] = v;
  const biased = ((halves[upper] as number) >>> 20) & 0x7ff;
  if (biased > 0) return biased - 1023;
  // A subnormal number, which a factor makes a normal one.
  bits[0] = v * 2 ** 52;
  return (((halves[upper] as number) >>> 20) & 0x7ff) - 1075;
}

/** |v| / 2^e of a finite number that is not 0 and its exponent e: from 1 up to, and without, 2. */
export function partOf(v: number): number {
  bits[0] = v;
  if (((halves[upper] as number) & 0x7ff00000) === 0) bits[0] = v * 2 ** 52;
  halves[upper] = ((halves[upper] as number) & 0xfffff) | 0x3ff00000;
  return bits[0] as number;
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

/** Where in a stretch of 2^e ≤ |v| < 2^(e + 1) rounding changes what becomes of v, as |v| / 2^e. */
export interface RoundingEdges {
  /** From here on numbers just below the normal ones become normal. */
  readonly normal: number;
  /** Numbers of the largest one's stretch that lie beyond are too large; at it, if `isIn`. */
  readonly overflow: { readonly at: number; readonly isIn: boolean };
}

export function roundingEdgesOf({ fraction, largest }: FloatFormat): RoundingEdges {
  const top = 2 ** exponentOf(largest);
  const steps = (largest / top) * 2 ** fraction;
  return {
    // Half a step below the next power of two, which is even.
    normal: 2 - 2 ** -fraction,
    // Half a step beyond the largest number: the even one of both sides gets it.
    overflow: { at: (steps + 0.5) / 2 ** fraction, isIn: steps % 2 === 1 },
  };
}

/** To whole multiples of a step, such that the largest element becomes 127. */
export function roundToInt8(values: ArrayLike<number>): Float64Array {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] ?? 0);
    if (size > largest && size < Number.POSITIVE_INFINITY) largest = size;
  }
  const step = largest / 127;
  const rounded = Float64Array.from(values);
  if (step === 0) return rounded;
  for (let i = 0; i < rounded.length; i++) {
    const v = rounded[i] as number;
    if (v - v === 0) rounded[i] = roundToEven(v / step) * step;
  }
  return rounded;
}
