/** What functions that make tensors have in common: their options, and how they read a call. */
import type { DType } from "../core/dtype";
import { inFunction } from "../core/error";
import { choice, flag, type Kind } from "../core/kinds";
import { arrange, type Kinds, type Signature, takes } from "../core/signature";
import { requireGrad, type Tensor } from "../core/tensor";

/** What all functions that make tensors take by name. */
export interface CreateOptions {
  /** The element type; float32 unless `setDefaultDtype` says otherwise, or as the function says. */
  dtype?: DType;
  /** Whether gradients are collected in `grad`. */
  requiresGrad?: boolean;
}

const dtypes: Kind = choice("float32", "float64", "int32", "bool");
export const createOptions: Kinds = { dtype: dtypes, requiresGrad: flag };

/** What a function takes that makes a tensor from the arguments `first`. */
export const makes = (...first: string[]): Signature => takes(first, {}, { named: createOptions });

/** Reads a call and makes the tensor; what `make` fills it with is rounded to its type. */
export function creating<P extends readonly unknown[]>(
  name: string,
  signature: Signature,
  args: readonly unknown[],
  make: (...args: P) => Tensor,
): Tensor {
  return inFunction(name, () => {
    // What `arrange` returns is in the form that the signature describes.
    const read = arrange(signature, args) as unknown as P;
    const options = (read[signature.first.length] ?? {}) as CreateOptions;
    return requireGrad(make(...read), options.requiresGrad ?? false);
  });
}
