/** Checks of what layers are constructed with. */

import { ModelError } from "../core/error";
import type { Kind } from "../core/kinds";
import type { PerDim } from "../ops/convolution-geometry";

/** @throws ModelError unless every value is an integer of at least 1 */
export function checkSize(layer: string, sizes: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (Number.isInteger(value) && (value as number) >= 1) continue;
    throw new ModelError(
      `${layer}(): ${name} is ${JSON.stringify(value)}, expected an integer of at least 1`,
    );
  }
}

/** PyTorch's `inplace`: no operation changes what it was given. */
export const notInPlace: Kind = {
  expected: "false: operations leave their inputs as they are",
  fits: (value) => value === false,
};

/** A kernel's size in each of `rank` dimensions. */
export function kernelSizes(layer: string, kernelSize: PerDim, rank: number): number[] {
  const sizes = typeof kernelSize === "number" ? new Array<number>(rank).fill(kernelSize) : kernelSize;
  if (!Array.isArray(sizes) || sizes.length !== rank || !sizes.every((n) => Number.isInteger(n) && n >= 1)) {
    throw new ModelError(
      `${layer}(): kernelSize is ${JSON.stringify(kernelSize)}, expected an integer of at least 1${rank > 1 ? `, or ${rank}` : ""}`,
    );
  }
  return sizes;
}
