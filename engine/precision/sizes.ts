/** How large the elements of one gradient are: what becomes of them follows from it, whatever the loss is multiplied by. */
import {
  exponentOf,
  type FloatFormat,
  partOf,
  type RoundingEdges,
  roundingEdgesOf,
  roundToInt8,
} from "./number-format";

/** Elements of one exponent e: 2^e ≤ |v| < 2^(e + 1). */
export interface Stretch {
  readonly count: number;
  /** Those that are 2^e. */
  readonly powers: number;
  /** Those that would round up to 2^(e + 1), were they subnormal. */
  readonly nearNormal: number;
  /** Those that would be too large, were e the exponent of a format's largest number. */
  readonly beyond: number;
}

export interface Sizes {
  readonly elements: number;
  readonly nonFinite: number;
  /** Elements that are not 0 and become 0 in int8, where the tensor decides; 0 for other formats. */
  readonly lostInInt8: number;
  /** By exponent, of what is finite and not 0. */
  readonly stretches: ReadonlyMap<number, Stretch>;
}

/** Exponents of 64-bit numbers begin at -1074. */
const OFFSET = 1074;
const EXPONENTS = OFFSET + 1024;
const FIELDS = 4;
const noEdges: RoundingEdges = { normal: 2, overflow: { at: 2, isIn: false } };

/** @param format null: int8 */
export function measureSizes(values: ArrayLike<number>, format: FloatFormat | null): Sizes {
  const found = new Uint32Array(EXPONENTS * FIELDS);
  const { normal, overflow } = format === null ? noEdges : roundingEdgesOf(format);
  const count = (at: number) => {
    found[at] = (found[at] as number) + 1;
  };
  let nonFinite = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i] as number);
    if (size - size !== 0) nonFinite++;
    if (size === 0 || size - size !== 0) continue;
    const exponent = exponentOf(size);
    const part = partOf(size);
    const row = (exponent + OFFSET) * FIELDS;
    count(row);
    if (part === 1) count(row + 1);
    if (part >= normal) count(row + 2);
    if (overflow.isIn ? part >= overflow.at : part > overflow.at) count(row + 3);
  }
  const lostInInt8 = format === null ? lost(values) : 0;
  return { elements: values.length, nonFinite, lostInInt8, stretches: stretchesIn(found) };
}

function stretchesIn(found: Uint32Array): Map<number, Stretch> {
  const stretches = new Map<number, Stretch>();
  for (let row = 0; row < found.length; row += FIELDS) {
    const count = found[row] as number;
    if (count === 0) continue;
    const [powers = 0, nearNormal = 0, beyond = 0] = found.subarray(row + 1, row + FIELDS);
    stretches.set(row / FIELDS - OFFSET, { count, powers, nearNormal, beyond });
  }
  return stretches;
}

function lost(values: ArrayLike<number>): number {
  const rounded = roundToInt8(values);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (rounded[i] === 0 && values[i] !== 0) count++;
  return count;
}
