/** Derivatives as functions: grad, vjp, jvp, Jacobians and Hessians, in any nesting. */

import { describeValue } from "../core/describe";
import { isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { flag, tensor } from "../core/kinds";
import { sameShape, showShape } from "../core/shape";
import { readCall, refuseSurplus, takes } from "../core/signature";
import { enableGrad, isGradEnabled } from "../core/tape";
import { isTensor, Tensor, zeroFilled } from "../core/tensor";
import { alias } from "../ops/alias";
import { stack } from "../ops/join";
import { reshape } from "../ops/view";
import { forwardSweep, orZeros } from "./forward";
import { checkCotangent, sweep } from "./reverse";

/** What `grad` takes besides the output and the inputs. */
export interface GradOptions {
  /** Cotangent of the output, of its shape; 1 for a scalar when left out. */
  gradOutput?: Tensor;
  /** Records the derivative, so that it can be differentiated again; false when left out. */
  createGraph?: boolean;
}

const takesGrad = takes(["output", "inputs"], {}, { named: { gradOutput: tensor, createGraph: flag } });

/**
 * Gradients of `output` with respect to `inputs`, as `torch.autograd.grad`; zeros where there is no dependence.
 * @throws ModelError when the output or an input takes no gradient
 */
export function grad(output: Tensor, inputs: readonly Tensor[], options?: GradOptions): Tensor[];
export function grad(output: Tensor, inputs: Tensor, options?: GradOptions): Tensor;
export function grad(
  output: Tensor,
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
  ...surplus: readonly unknown[]
): Tensor | Tensor[] {
  readCall("grad", takesGrad, [output, inputs, options, ...surplus]);
  const cotangent = checkCotangent("grad", output, options.gradOutput);
  listOf("grad", inputs).forEach((x, i) => {
    if (!x.requiresGrad) {
      throw new ModelError(`grad(): input ${i} takes no gradient, expected a tensor with requiresGrad`, {
        hint: "make it with parameter(…) or tensor(…, { requiresGrad: true }) before the output is computed",
      });
    }
  });
  const gradients = sweep(output, cotangent, { createGraph: options.createGraph ?? false });
  const of = (x: Tensor) => orZeros(gradients.get(x) ?? null, x);
  return isTensor(inputs) ? of(inputs) : inputs.map(of);
}

/** A function of tensors, to be differentiated. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor;
type Inputs = Tensor | readonly Tensor[];

function listOf(caller: string, tensors: Inputs): readonly Tensor[] {
  const list = isTensor(tensors) ? [tensors] : tensors;
  if (Array.isArray(list)) {
    const wrong = list.find((x) => !isTensor(x));
    if (wrong === undefined) return list;
    throw new ModelError(`${caller}(): found ${describeValue(wrong)} among the tensors, expected a tensor`);
  }
  throw new ModelError(
    `${caller}(): found ${describeValue(tensors)}, expected a tensor or an array of tensors`,
  );
}

/** What a function recorded on inputs of its own, to which the derivative is taken. */
interface Trace {
  readonly xs: readonly Tensor[];
  readonly out: Tensor;
  /** Whether a tensor from outside takes a gradient too, so that the derivative must be recorded. */
  readonly isNested: boolean;
}

/**
 * Runs `fn` with gradients on. Inputs that take a gradient keep their history under another identity: a use of the
 * same tensor inside `fn` that is no argument stays a constant.
 */
function trace(caller: string, fn: TensorFunction, inputs: Inputs): Trace {
  if (typeof fn !== "function") {
    throw new ModelError(
      `${caller}(): the first argument is ${describeValue(fn)}, expected a function of tensors`,
    );
  }
  const wanted = isGradEnabled();
  return enableGrad(() => {
    const xs = listOf(caller, inputs).map((x, i) => {
      if (!isFloat(x.dtype)) {
        throw new ModelError(`${caller}(): input ${i} has type ${x.dtype}, expected float32 or float64`);
      }
      return x.requiresGrad ? alias(x) : new Tensor(x.data, x.shape, x.dtype, true);
    });
    const out = fn(...xs);
    if (!isTensor(out)) {
      throw new ModelError(`${caller}(): the function returned ${describeValue(out)}, expected a tensor`);
    }
    return { xs, out, isNested: wanted && reachesOthers(out, xs) };
  });
}

/** Whether a leaf that takes a gradient stands behind `out`, apart from the leaves among `own`. */
function reachesOthers(out: Tensor, own: readonly Tensor[]): boolean {
  const seen = new Set<Tensor>(own.filter((x) => x.node === null));
  const stack = [out];
  for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
    if (seen.has(x) || !x.requiresGrad) continue;
    if (x.node === null) return true;
    seen.add(x);
    for (const input of x.node.inputs) stack.push(input);
  }
  return false;
}

/** A result for the caller: without history when nothing outside can be differentiated through it. */
function handOut(x: Tensor, isNested: boolean): Tensor {
  return isNested || x.node === null ? x : x.detach();
}

function checkTangents(caller: string, xs: readonly Tensor[], tangents: Inputs): readonly Tensor[] {
  const ts = listOf(caller, tangents);
  xs.forEach((x, i) => {
    const t = ts[i];
    if (t === undefined || !sameShape(t.shape, x.shape)) {
      const found = t === undefined ? "is missing" : `has shape ${showShape(t.shape)}`;
      throw new ModelError(`${caller}(): tangent ${i} ${found}, expected shape ${showShape(x.shape)}`);
    }
  });
  if (ts.length > xs.length) {
    throw new ModelError(`${caller}(): found ${ts.length} tangents, expected one per input: ${xs.length}`);
  }
  return ts;
}

/** Pushes tangents of the inputs through what was recorded. */
function push({ xs }: Trace, outputs: readonly Tensor[], ts: readonly Tensor[], record: boolean): Tensor[] {
  const along = new Map(xs.map((x, i) => [x, ts[i] as Tensor]));
  return forwardSweep(outputs, along, record).map((t, i) => orZeros(t, outputs[i] as Tensor));
}

/** Pulls a cotangent of the output back to the inputs. */
function pull({ xs, out }: Trace, cotangent: Tensor | undefined, createGraph: boolean): Tensor[] {
  if (!out.requiresGrad) return xs.map((x) => zeroFilled(x.shape, x.dtype));
  const gradients = sweep(out, checkCotangent("vjp", out, cotangent), { createGraph });
  return xs.map((x) => orZeros(gradients.get(x) ?? null, x));
}

/**
 * Value of `fn` and its derivative along `tangents`, by a forward sweep over what `fn` records.
 * @returns [output, tangent of the output]
 */
export function jvp(fn: TensorFunction, inputs: Inputs, tangents: Inputs, ...surplus: []): [Tensor, Tensor] {
  refuseSurplus("jvp", 3, surplus);
  const traced = trace("jvp", fn, inputs);
  const ts = checkTangents("jvp", traced.xs, tangents);
  const isNested = traced.isNested || (isGradEnabled() && ts.some((t) => t.requiresGrad));
  const [t] = push(traced, [traced.out], ts, isNested) as [Tensor];
  return [handOut(traced.out, traced.isNested), handOut(t, isNested)];
}

/** Value of `fn` and a function from a cotangent of the output to the cotangents of the inputs. */
export function vjp(
  fn: TensorFunction,
  inputs: Inputs,
  ...surplus: []
): [Tensor, (cotangent?: Tensor) => Tensor[]] {
  refuseSurplus("vjp", 2, surplus);
  const traced = trace("vjp", fn, inputs);
  const back = (cotangent?: Tensor) => {
    const isNested = traced.isNested || (isGradEnabled() && cotangent?.requiresGrad === true);
    return pull(traced, cotangent, isNested).map((g) => handOut(g, isNested));
  };
  return [handOut(traced.out, traced.isNested), back];
}

/** The function's gradient as part of the trace, to be differentiated once more. */
function gradientOf(caller: string, fn: TensorFunction, inputs: Inputs): Trace & { gradients: Tensor[] } {
  const traced = trace(caller, fn, inputs);
  if (traced.out.size !== 1) {
    throw new ModelError(
      `${caller}(): the function returned shape ${showShape(traced.out.shape)}, expected a scalar`,
    );
  }
  return { ...traced, gradients: enableGrad(() => pull(traced, undefined, true)) };
}

/** Hessian of a scalar `fn` times `vectors`: forward over reverse. @returns one product per input */
export function hvp(fn: TensorFunction, inputs: Inputs, vectors: Inputs, ...surplus: []): Tensor[] {
  refuseSurplus("hvp", 3, surplus);
  const traced = gradientOf("hvp", fn, inputs);
  const ts = checkTangents("hvp", traced.xs, vectors);
  const isNested = traced.isNested || (isGradEnabled() && ts.some((t) => t.requiresGrad));
  return push(traced, traced.gradients, ts, isNested).map((t) => handOut(t, isNested));
}

/** The k-th unit tensor of x's shape. */
function unit(x: Tensor, k: number): Tensor {
  const out = zeroFilled(x.shape, x.dtype);
  out.data[k] = 1;
  return out;
}

/** One derivative of several outputs by one input, column by column: [...output, ...input] for each output. */
function columns(traced: Trace, outputs: readonly Tensor[], input: number): Tensor[] {
  const x = traced.xs[input] as Tensor;
  const still = traced.xs.map((each) => zeroFilled(each.shape, each.dtype));
  const pushed = Array.from({ length: x.size }, (_, k) =>
    push(traced, outputs, still.with(input, unit(x, k)), traced.isNested),
  );
  return outputs.map((out, i) => {
    const shape = [...out.shape, ...x.shape];
    if (x.size === 0) return zeroFilled(shape, out.dtype);
    const all = stack(
      pushed.map((column) => column[i] as Tensor),
      { dim: -1 },
    );
    return handOut(reshape(all, shape), traced.isNested);
  });
}

/** The derivatives of the output by all inputs, row by row. */
function rows(traced: Trace): Tensor[] {
  const { xs, out } = traced;
  const pulled = Array.from({ length: out.size }, (_, k) => pull(traced, unit(out, k), traced.isNested));
  return xs.map((x, i) => {
    const shape = [...out.shape, ...x.shape];
    if (out.size === 0) return zeroFilled(shape, x.dtype);
    const all = stack(pulled.map((row) => row[i] as Tensor));
    return handOut(reshape(all, shape), traced.isNested);
  });
}

/**
 * All derivatives of `fn`: for each input a tensor of shape [...output, ...input]. Forward or reverse mode, whichever
 * takes fewer sweeps.
 */
export function jacobian(fn: TensorFunction, input: Tensor): Tensor;
export function jacobian(fn: TensorFunction, inputs: readonly Tensor[]): Tensor[];
export function jacobian(fn: TensorFunction, inputs: Inputs, ...surplus: []): Tensor | Tensor[] {
  refuseSurplus("jacobian", 2, surplus);
  const traced = trace("jacobian", fn, inputs);
  const size = traced.xs.reduce((sum, x) => sum + x.size, 0);
  const all =
    size < traced.out.size
      ? traced.xs.map((_, i) => columns(traced, [traced.out], i)[0] as Tensor)
      : rows(traced);
  return isTensor(inputs) ? (all[0] as Tensor) : all;
}

/** Second derivatives of a scalar `fn`: [...input, ...input], or one such tensor for each pair of inputs. */
export function hessian(fn: TensorFunction, input: Tensor): Tensor;
export function hessian(fn: TensorFunction, inputs: readonly Tensor[]): Tensor[][];
export function hessian(fn: TensorFunction, inputs: Inputs, ...surplus: []): Tensor | Tensor[][] {
  refuseSurplus("hessian", 2, surplus);
  const traced = gradientOf("hessian", fn, inputs);
  const byInput = traced.xs.map((_, j) => columns(traced, traced.gradients, j));
  if (isTensor(inputs)) return byInput[0]?.[0] as Tensor;
  return traced.xs.map((_, i) => byInput.map((column) => column[i] as Tensor));
}
