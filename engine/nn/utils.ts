/** Bounds on gradients, applied between the backward pass and the step. */

import { showValue } from "../core/describe";
import { ModelError } from "../core/error";
import { number } from "../core/kinds";
import type { OptionPositions, Widest } from "../core/op-function";
import { readCall, takes } from "../core/signature";
import { activeTape } from "../core/tape";
import { type Tensor, zeroFilled } from "../core/tensor";

export { parametersToVector, vectorToParameters } from "./parameter-vector";

/** What `nn.utils.clipGradNorm` takes besides the parameters and the bound. */
export interface ClipOptions {
  /** Which norm; 2 when left out, Infinity for the largest element. */
  normType?: number;
}

type NormArgs = [parameters: Iterable<Tensor>, maxNorm: number, options?: ClipOptions];
type NormPositions = [
  parameters: Iterable<Tensor>,
  maxNorm: number,
  ...OptionPositions<[normType?: number], ClipOptions>,
];

const takesNorm = takes(["parameters", "maxNorm"], { normType: number });
const takesValue = takes(["parameters", "clipValue"]);

/**
 * Scales all gradients together so that their norm is at most `maxNorm`, as PyTorch's `clip_grad_norm_`.
 * @returns the norm before, a tensor without dimensions
 */
export function clipGradNorm(...args: Widest<NormArgs, NormPositions>): Tensor {
  const [parameters, maxNorm, { normType = 2 } = {}] = readCall<NormArgs>(
    "nn.utils.clipGradNorm",
    takesNorm,
    args,
  );
  if (!(maxNorm >= 0))
    throw new ModelError(`nn.utils.clipGradNorm(): maxNorm is ${maxNorm}, expected a number of at least 0`);
  const list = [...parameters];
  const gradients = list.flatMap((p) => (p.grad === null ? [] : [p.grad]));
  const out = zeroFilled([], gradients[0]?.dtype ?? "float32");
  const norm = normOf(gradients, normType);
  out.data[0] = norm;
  activeTape()?.notes.diary.note("clip", norm / maxNorm);
  const factor = Math.min(1, maxNorm / (norm + 1e-6));
  if (factor < 1 || Number.isNaN(factor)) mapGradients(list, (v) => factor * v);
  return out;
}

/** Cuts every element of the gradients at ±clipValue. */
export function clipGradValue(...args: [parameters: Iterable<Tensor>, clipValue: number]): void {
  const [parameters, clipValue] = readCall<typeof args>("nn.utils.clipGradValue", takesValue, args);
  if (!(clipValue >= 0)) {
    throw new ModelError(
      `nn.utils.clipGradValue(): clipValue is ${showValue(clipValue)}, expected a number of at least 0`,
    );
  }
  let most = 0;
  mapGradients(parameters, (v) => {
    most = Math.max(most, Math.abs(v));
    return Math.min(clipValue, Math.max(-clipValue, v));
  });
  activeTape()?.notes.diary.note("clip", most / clipValue);
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
    const scaled = zeroFilled(p.grad.shape, p.grad.dtype);
    for (let i = 0; i < scaled.data.length; i++) scaled.data[i] = change(p.grad.data[i] as number);
    p.grad = scaled;
  }
}
