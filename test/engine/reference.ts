/** Reads the reference values and calls functions as they describe. */
import { readFileSync } from "node:fs";
import * as gradlens from "../../engine";
import { allocate, type DType } from "../../engine/core/dtype";
import { sizeOf } from "../../engine/core/shape";
import { Tensor } from "../../engine/core/tensor";

type Numeric = number | "nan" | "inf" | "-inf";

export interface StoredTensor {
  shape: number[];
  data: Numeric[];
  dtype?: DType;
  grad?: boolean;
}

export type Options = Record<string, unknown>;

export interface Case {
  fn: string;
  tensors: StoredTensor[];
  options: Options;
  output: StoredTensor | StoredTensor[];
  cotangent: StoredTensor | StoredTensor[];
  grads: (StoredTensor | null)[];
  note?: string;
}

export function readReference<T>(name: string): T {
  return JSON.parse(readFileSync(`test/reference/${name}`, "utf8")) as T;
}

function numberOf(value: Numeric): number {
  if (typeof value === "number") return value;
  return value === "nan" ? Number.NaN : value === "inf" ? Infinity : -Infinity;
}

export function tensorOf(stored: StoredTensor): Tensor {
  const dtype = stored.dtype ?? "float64";
  const values = allocate(dtype, sizeOf(stored.shape));
  values.set(stored.data.map(numberOf));
  return new Tensor(values, stored.shape, dtype, stored.grad ?? false);
}

export const functions = gradlens as unknown as Readonly<
  Record<string, ((...args: unknown[]) => Tensor | Tensor[]) | undefined>
>;

/** Options that are passed by position after the tensors, in order. */
const positional: Readonly<Record<string, readonly string[]>> = {
  reshape: ["shape"],
  expand: ["shape"],
  permute: ["dims"],
  transpose: ["dim0", "dim1"],
  squeeze: ["dim"],
  unsqueeze: ["dim"],
  flip: ["dims"],
  tile: ["dims"],
  pow: ["exponent"],
  maskedFill: ["value"],
  chunk: ["chunks"],
  split: ["sizes"],
  narrow: ["dim", "start", "length"],
  roll: ["shifts"],
  pad: ["pad"],
  maxPool2d: ["kernelSize"],
  avgPool2d: ["kernelSize"],
  adaptiveAvgPool2d: ["outputSize"],
};

/** What JSON writes for numbers that it does not have. */
const noNumbers: readonly unknown[] = ["nan", "inf", "-inf"];

/** Functions that take an array of tensors. */
const takesList: readonly string[] = ["cat", "stack", "hstack", "vstack", "columnStack", "meshgrid"];

/** Calls the function of that name with the tensors first, then what goes by position, then the options. */
export function callFunction(fn: string, tensors: readonly Tensor[], options: Options): Tensor | Tensor[] {
  const f = functions[fn];
  if (f === undefined) throw new Error(`gradlens has no function ${fn}`);
  const names = (positional[fn] ?? []).filter((name) => name in options);
  const rest = Object.entries(options)
    .filter(([name]) => !names.includes(name) && name !== "equation")
    .map(([name, value]) => [name, noNumbers.includes(value) ? numberOf(value as Numeric) : value]);
  const args: unknown[] = takesList.includes(fn) ? [tensors] : [...tensors];
  if (fn === "einsum") args.unshift(options.equation);
  args.push(...names.map((name) => options[name]));
  if (rest.length > 0) args.push(Object.fromEntries(rest));
  return f(...args);
}

/** What is wrong with `found`, or null: |a − b| ≤ absolute + relative |b|; non-finite numbers equal. */
export function difference(
  what: string,
  found: Tensor,
  stored: StoredTensor,
  [absolute, relative]: readonly [number, number],
): string | null {
  if (found.shape.join() !== stored.shape.join()) {
    return `${what}: shape [${found.shape}], expected [${stored.shape}]`;
  }
  for (const [i, value] of stored.data.entries()) {
    const a = found.data[i] as number;
    const b = numberOf(value);
    const same = Number.isFinite(b) ? Math.abs(a - b) <= absolute + relative * Math.abs(b) : Object.is(a, b);
    if (!same) return `${what}[${i}]: ${a}, expected ${b}`;
  }
  return null;
}

/** The largest magnitude among stored values, at least 1e-300. */
export function largest(stored: readonly StoredTensor[]): number {
  return Math.max(1e-300, ...stored.flatMap(({ data }) => data.map((v) => Math.abs(numberOf(v)))));
}
