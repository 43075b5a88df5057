/** Tensors with a rule: identity matrices, numbers at equal distances, indices of triangles. */

import { checkShape } from "../core/check-shape";
import { showValue } from "../core/describe";
import { askForRoom, type DType, getDefaultDtype } from "../core/dtype";
import { inFunction, ModelError } from "../core/error";
import { checkNumber } from "../core/options";
import type { Shape } from "../core/shape";
import { arrange, takes } from "../core/signature";
import { fromValues, type Tensor, zeroFilled } from "../core/tensor";
import { type CreateOptions, createOptions, creating, makes } from "./creating";

function checkSize(value: unknown, name: string): number {
  if (Number.isInteger(value) && (value as number) >= 0) return value as number;
  throw new ModelError(`${name} is ${showValue(value)}, expected an integer of at least 0`);
}

/** A tensor of this shape whose content is not to be relied on; it is 0. */
export function empty(shape: Shape, options?: CreateOptions): Tensor;
export function empty(...shape: number[]): Tensor;
export function empty(...args: unknown[]): Tensor {
  const signature = takes(["shape"], {}, { named: createOptions, spread: "shape" });
  return creating("empty", signature, args, (shape: Shape, { dtype }: CreateOptions = {}) =>
    zeroFilled(checkShape(shape), dtype),
  );
}

/** The identity matrix of n rows; or of n rows and m columns. */
export function eye(n: number, options?: CreateOptions): Tensor;
export function eye(n: number, m: number, options?: CreateOptions): Tensor;
export function eye(...args: unknown[]): Tensor {
  return creating("eye", makes("n", "m"), args, (n: number, m?: number, { dtype }: CreateOptions = {}) => {
    const [rows, columns] = [checkSize(n, "n"), checkSize(m ?? n, "m")];
    const out = zeroFilled([rows, columns], dtype);
    for (let i = 0; i < Math.min(rows, columns); i++) out.data[i * columns + i] = 1;
    return out;
  });
}

/** `steps` numbers at equal distances from `start` to `end`, both included. */
export function linspace(start: number, end: number, steps: number, options?: CreateOptions): Tensor;
export function linspace(...args: unknown[]): Tensor {
  const signature = makes("start", "end", "steps");
  return creating(
    "linspace",
    signature,
    args,
    (start: number, end: number, steps: number, { dtype }: CreateOptions = {}) =>
      spaced(start, end, steps, dtype, (value) => value),
  );
}

/** `steps` powers of `base` (10 when left out), from baseˢᵗᵃʳᵗ to baseᵉⁿᵈ, with equal ratios. */
export function logspace(
  start: number,
  end: number,
  steps: number,
  options?: CreateOptions & { base?: number },
): Tensor;
export function logspace(
  start: number,
  end: number,
  steps: number,
  base: number,
  options?: CreateOptions,
): Tensor;
export function logspace(...args: unknown[]): Tensor {
  const signature = makes("start", "end", "steps", "base");
  return creating(
    "logspace",
    signature,
    args,
    (start: number, end: number, steps: number, base = 10, { dtype }: CreateOptions = {}) => {
      const factor = checkNumber(base, "base");
      return spaced(start, end, steps, dtype, (power) => factor ** power);
    },
  );
}

/** What `value` makes of the points of a line; counted from the nearer end, so that both ends are exact. */
function spaced(
  start: number,
  end: number,
  steps: number,
  dtype: DType = getDefaultDtype(),
  value: (point: number) => number,
): Tensor {
  const count = checkSize(steps, "steps");
  const step = (checkNumber(end, "end") - checkNumber(start, "start")) / Math.max(1, count - 1);
  const out = zeroFilled([count], dtype);
  for (let i = 0; i < count; i++) {
    out.data[i] = value(i < count / 2 || count === 1 ? start + i * step : end - (count - 1 - i) * step);
  }
  return out;
}

/** Rows and columns, [2, count] of int32, of the lower triangle of a matrix: what lies on and below a diagonal. */
export function trilIndices(row: number, col: number, offset?: number): Tensor;
export function trilIndices(...args: unknown[]): Tensor {
  return triangle("trilIndices", args, (above, offset) => above <= offset);
}

/** Rows and columns, [2, count] of int32, of the upper triangle of a matrix: what lies on and above a diagonal. */
export function triuIndices(row: number, col: number, offset?: number): Tensor;
export function triuIndices(...args: unknown[]): Tensor {
  return triangle("triuIndices", args, (above, offset) => above >= offset);
}

function triangle(
  name: string,
  args: readonly unknown[],
  has: (above: number, offset: number) => boolean,
): Tensor {
  return inFunction(name, () => {
    const [row, col, given] = arrange(takes(["row", "col", "offset"]), args) as [number, number, number?];
    const [rows, columns, offset] = [
      checkSize(row, "row"),
      checkSize(col, "col"),
      checkNumber(given ?? 0, "offset"),
    ];
    askForRoom("int32", rows * columns);
    const [is, js]: [number[], number[]] = [[], []];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        if (!has(j - i, offset)) continue;
        is.push(i);
        js.push(j);
      }
    }
    return fromValues(Int32Array.from(is.concat(js)), [2, is.length], "int32");
  });
}
