/** What the dry run of a backward pass in fewer bits tells, as plain data. */

/** Number formats that training uses, with what they are. */
export const precisions = {
  fp16: "IEEE half precision",
  bf16: "bfloat16: the range of float32 with 8 bits of precision",
  "fp8-e4m3": "OCP FP8 E4M3: no infinities, what is too large becomes 448",
  "fp8-e5m2": "OCP FP8 E5M2: the range of fp16 with 3 bits of precision",
  int8: "8-bit integers, one factor for each tensor",
} as const;

export type Precision = keyof typeof precisions;

export function isPrecision(name: string): name is Precision {
  return Object.hasOwn(precisions, name);
}

/** Share of the elements that are not 0 that a loss scale is to save. */
export const WANTED_SHARE = 0.999;

/** What becomes of elements that are finite and not 0, as numbers of elements. */
export interface Fate {
  /** Those that become 0. */
  readonly lost: number;
  /** Those that stay, but below the normal numbers of a format, with fewer digits; none of int8. */
  readonly subnormal: number;
  /** Those that are too large. */
  readonly overflowed: number;
}

/** How gradients would fare. */
export interface PrecisionCounts extends Fate {
  /** Elements of gradients. */
  readonly elements: number;
  /** Those that are finite and not 0. */
  readonly nonZero: number;
  readonly nonFinite: number;
  /** With the loss scale that is advised; the same where there is none. */
  readonly scaled: Fate;
  /** Sizes of what is finite and not 0: counts[i] have their binary logarithm from low + i to low + i + 1. */
  readonly low: number;
  readonly counts: readonly number[];
}

/** The gradients of a layer's parameters and of what it computed. */
export interface LayerPrecision extends PrecisionCounts {
  /** The layer's path; "" for what belongs to none. */
  readonly layer: string;
}

/** The gradient of a parameter. */
export interface ParameterPrecision extends PrecisionCounts {
  readonly name: string;
  readonly node: number;
}

/** By what the loss is multiplied, so that small gradients are not lost. */
export interface LossScale {
  /** A power of two. */
  readonly scale: number;
  /** Share of the non-zero elements that stay non-zero with it. */
  readonly saved: number;
}

/** The positive numbers of a format. */
export interface FormatRange {
  readonly smallest: number;
  /** The smallest one that has all of the format's digits. */
  readonly normal: number;
  readonly largest: number;
}

export interface PrecisionReport {
  readonly precision: Precision;
  /** Null where it is another one for each tensor: int8. */
  readonly range: FormatRange | null;
  /** What is too large becomes the largest number, and not infinite. */
  readonly saturates: boolean;
  /** In the order of the report's scopes; those without a gradient are left out. */
  readonly layers: readonly LayerPrecision[];
  /** In the order of the report's parameters; those without a gradient are left out. */
  readonly parameters: readonly ParameterPrecision[];
  readonly all: PrecisionCounts;
  /** Null where no factor is needed or would help: int8, or no gradient. */
  readonly lossScale: LossScale | null;
  /** Gradients whose elements are not at hand. */
  readonly unread: number;
}
