/** Derivatives as functions: grad, vjp, jvp and Hessian-vector products, in any nesting. */
import { ModelError } from "./error";
import { forwardSweep, orZeros } from "./forward";
import { checkCotangent, sweep } from "./reverse";
import { sameShape, showShape } from "./shape";
import { Tensor } from "./tensor";

export interface GradOptions {
  /** Cotangent of the output, of its shape; 1 for a scalar when left out. */
  gradOutput?: Tensor;
  /** Records the derivative, so that it can be differentiated again. */
  createGraph?: boolean;
}

/** Gradients of `output` with respect to `inputs`, as `torch.autograd.grad`; zeros where there is no dependence. */
export function grad(output: Tensor, inputs: readonly Tensor[], options?: GradOptions): Tensor[];
export function grad(output: Tensor, inputs: Tensor, options?: GradOptions): Tensor;
export function grad(
  output: Tensor,
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): Tensor | Tensor[] {
  const cotangent = checkCotangent("grad", output, options.gradOutput);
  const gradients = sweep(output, cotangent, { createGraph: options.createGraph ?? false });
  const of = (x: Tensor) => orZeros(gradients.get(x) ?? null, x);
  return inputs instanceof Tensor ? of(inputs) : inputs.map(of);
}

type Fn = (...inputs: Tensor[]) => Tensor;

/** Fresh leaves that take a gradient and keep the history of `inputs`, so that nesting works. */
function leaves(inputs: readonly Tensor[]): Tensor[] {
  return inputs.map((x) => {
    if (x.requiresGrad) return x;
    return new Tensor(x.data, x.shape, x.dtype, true);
  });
}

function listOf(inputs: Tensor | readonly Tensor[]): readonly Tensor[] {
  return inputs instanceof Tensor ? [inputs] : inputs;
}

/**
 * Value of `fn` and its derivative along `tangents`, by a forward sweep over what `fn` records.
 * @returns [output, tangent of the output]
 */
export function jvp(
  fn: Fn,
  inputs: Tensor | readonly Tensor[],
  tangents: Tensor | readonly Tensor[],
): [Tensor, Tensor] {
  const xs = leaves(listOf(inputs));
  const ts = listOf(tangents);
  ts.forEach((t, i) => {
    const x = xs[i];
    if (x === undefined || !sameShape(t.shape, x.shape)) {
      throw new ModelError(
        `jvp(): tangent ${i} has shape ${showShape(t.shape)}, expected ${x ? showShape(x.shape) : "no such tangent"}`,
      );
    }
  });
  const out = fn(...xs);
  const along = new Map(xs.map((x, i) => [x, ts[i] as Tensor]));
  const [t] = forwardSweep([out], along, true);
  return [out, orZeros(t ?? null, out)];
}

/** Value of `fn` and a function from a cotangent of the output to the cotangents of the inputs. */
export function vjp(fn: Fn, inputs: Tensor | readonly Tensor[]): [Tensor, (cotangent: Tensor) => Tensor[]] {
  const xs = leaves(listOf(inputs));
  const out = fn(...xs);
  return [out, (cotangent) => grad(out, xs, { gradOutput: cotangent, createGraph: true })];
}

/** Hessian of a scalar `fn` times `vectors`: forward over reverse. @returns one product per input */
export function hvp(
  fn: Fn,
  inputs: Tensor | readonly Tensor[],
  vectors: Tensor | readonly Tensor[],
): Tensor[] {
  const xs = leaves(listOf(inputs));
  const gradients = grad(fn(...xs), xs, { createGraph: true });
  const along = new Map(xs.map((x, i) => [x, listOf(vectors)[i] as Tensor]));
  return forwardSweep(gradients, along, true).map((t, i) => orZeros(t, xs[i] as Tensor));
}
