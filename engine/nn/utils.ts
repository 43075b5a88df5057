/** Bounds on gradients, applied between the backward pass and the step. */
import { ModelError } from "../error";
import { empty, type Tensor } from "../tensor";

export { parametersToVector, vectorToParameters } from "./parameter-vector";

export interface ClipOptions {
  /** Which norm; 2 when left out, Infinity for the largest element. */
  normType?: number;
}

/**
 * Scales all gradients together so that their norm is at most `maxNorm`, as PyTorch's `clip_grad_norm_`.
 * @returns the norm before, a tensor without dimensions
 */
export function clipGradNorm(
  parameters: Iterable<Tensor>,
  maxNorm: number,
  { normType = 2 }: ClipOptions = {},
): Tensor {
  if (!(maxNorm >= 0))
    throw new ModelError(`nn.utils.clipGradNorm(): maxNorm is ${maxNorm}, expected a number of at least 0`);
  const list = [...parameters];
  const gradients = list.flatMap((p) => (p.grad === null ? [] : [p.grad]));
  const out = empty([], gradients[0]?.dtype ?? "float32");
  const norm = normOf(gradients, normType);
  out.data[0] = norm;
  const factor = Math.min(1, maxNorm / (norm + 1e-6));
  if (factor < 1 || Number.isNaN(factor)) mapGradients(list, (v) => factor * v);
  return out;
}

/** Cuts every element of the gradients at ±clipValue. */
export function clipGradValue(parameters: Iterable<Tensor>, clipValue: number): void {
  mapGradients(parameters, (v) => Math.min(clipValue, Math.max(-clipValue, v)));
}

function normOf(gradients: readonly Tensor[], type: number): number {
  let sum = 0;
  for (const { data } of gradients) {
    for (const v of data) sum = type === Infinity ? Math.max(sum, Math.abs(v)) : sum + Math.abs(v) ** type;
  }
  return type === Infinity ? sum : sum ** (1 / type);
}

/** Gives parameters new gradients: the old tensors may belong to several of them, and to the trace. */
function mapGradients(parameters: Iterable<Tensor>, change: (value: number) => number): void {
  for (const p of parameters) {
    if (p.grad === null) continue;
    const scaled = empty(p.grad.shape, p.grad.dtype);
    for (let i = 0; i < scaled.data.length; i++) scaled.data[i] = change(p.grad.data[i] as number);
    p.grad = scaled;
  }
}
