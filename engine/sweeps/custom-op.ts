/** Operations that a model file defines: a value and a hand-written backward pass. */

import { describeValue } from "../core/describe";
import { isFloat } from "../core/dtype";
import { ModelError } from "../core/error";
import { type At, apply, type Op } from "../core/op";
import { checkOptions } from "../core/options";
import { shortName } from "../core/printable";
import { sameShape, showShape } from "../core/shape";
import { activeTape, enableGrad, isQuiet, quietly } from "../core/tape";
import { isTensor, Tensor, type TensorLike, zeroFilled } from "../core/tensor";
import { keepAllocations } from "../kernels";
import { mul } from "../ops/arithmetic";
import { sum } from "../ops/broadcast";
import { toTensor } from "../ops/to-tensor";
import { checkBackward, type HandWrittenOp } from "./custom-op-check";
import { sweep } from "./reverse";

/** What a hand-written backward pass gets. */
export interface BackwardContext {
  /** Gradient of the output, of its shape. */
  readonly grad: Tensor;
  /** The inputs of the call, in their order. */
  readonly inputs: readonly Tensor[];
  /** What `forward` returned. */
  readonly output: Tensor;
}

export type Gradients = Tensor | null | readonly (Tensor | number | null | undefined)[];

/** An operation as `customOp` takes it: a value and its derivative. */
export interface CustomOpSpec {
  /** How the operation is called in graphs and messages. */
  name: string;
  /** The value. Not recorded inside; what leads from the inputs to it is differentiated by `backward` alone. */
  forward(...inputs: Tensor[]): Tensor;
  /** One gradient per input, of its shape; null for none. A single input's may be returned without an array. */
  backward(context: BackwardContext): Gradients;
  /** Compares `backward` with finite differences when the operation is used for the first time. */
  check?: boolean;
}

/** An operation that a model file defined. */
export interface CustomOp extends Op {
  /** What it was made of. */
  readonly spec: CustomOpSpec;
}

/**
 * Makes an operation from a value and its hand-written backward pass; it is called like any other.
 * @throws ModelError when `forward` or `backward` return something else than they must
 */
export function customOp(
  given: CustomOpSpec,
): ((...inputs: TensorLike[]) => Tensor) & { readonly op: CustomOp } {
  checkSpec(given);
  const name = shortName(given.name);
  // Its functions keep their receiver, messages and tables get a name that fits.
  const spec =
    name === given.name ? given : (Object.create(given, { name: { value: name } }) as CustomOpSpec);
  const op: CustomOp = {
    spec,
    name,
    role: "scales",
    label: `${name}(x)`,
    formula: `\\bar{x} = \\text{${name}}.\\mathrm{backward}(\\bar{o})`,
    forward: (inputs) => checkValue(spec.name, spec.forward(...inputs)),
    vjp: (input, at) =>
      isFloat((at.inputs[input] as Tensor).dtype) ? (g) => backwardOf(spec, g, at, input) : null,
    jvp: (input) => (t, at) => forwardOf(spec, t, at, input),
    samples: () => [],
  };
  let unchecked = spec.check === true;
  const call = (...inputs: TensorLike[]) => {
    const first = inputs.find((x) => isTensor(x));
    const tensors = inputs.map((x, i) => toTensor(x, first, `input ${i}`));
    if (unchecked) {
      unchecked = false;
      checkBackward(handWritten(spec), tensors);
    }
    return apply(op, tensors, {});
  };
  return Object.assign(call, { op });
}

function handWritten(spec: CustomOpSpec): HandWrittenOp {
  return {
    name: spec.name,
    value: (inputs) => checkValue(spec.name, spec.forward(...inputs)),
    gradients: (inputs, output, grad) =>
      checkGradients(spec.name, spec.backward({ grad, inputs, output }), inputs),
  };
}

function checkSpec(spec: CustomOpSpec): void {
  checkOptions(spec, ["name", "forward", "backward", "check"]);
  for (const part of ["forward", "backward"] as const) {
    if (typeof spec?.[part] !== "function") {
      throw new ModelError(`customOp(): ${part} is ${describeValue(spec?.[part])}, expected a function`);
    }
  }
  if (typeof spec.name !== "string" || spec.name === "") {
    throw new ModelError(`customOp(): name is ${describeValue(spec.name)}, expected a text`);
  }
}

function checkValue(name: string, out: unknown): Tensor {
  if (isTensor(out)) return shared(out);
  throw new ModelError(`${name}.forward returned ${describeValue(out)}, expected a tensor`);
}

/** Its values under another identity: the function may have kept the tensor, so that they outlive the tape. */
function shared(out: Tensor): Tensor {
  const own = new Tensor(out.data, out.shape, out.dtype);
  activeTape()?.share(own);
  return own;
}

/** What the backward pass looks at. */
type Moment = Pick<At, "inputs" | "out">;

/** Results of the backward pass that ran last at a node, so that several inputs share one run. */
const latest = new WeakMap<object, { g: Tensor; gradients: (Tensor | null)[]; recorded: boolean }>();

function backwardOf(spec: CustomOpSpec, g: Tensor, at: Moment, input: number): Tensor {
  const recorded = !isQuiet();
  let run = latest.get(at);
  if (run === undefined || run.g !== g || run.recorded !== recorded) {
    // It may keep what it gets and makes, in a closure: none of this pass is given back early.
    keepAllocations();
    const returned = spec.backward({ grad: g, inputs: at.inputs, output: at.out });
    run = { g, recorded, gradients: checkGradients(spec.name, returned, at.inputs) };
    latest.set(at, run);
  }
  const x = at.inputs[input] as Tensor;
  return run.gradients[input] ?? zeroFilled(x.shape, x.dtype);
}

function checkGradients(name: string, returned: Gradients, inputs: readonly Tensor[]): (Tensor | null)[] {
  const list: readonly unknown[] = Array.isArray(returned) ? returned : [returned];
  if (list.length !== inputs.length) {
    throw new ModelError(
      `${name}.backward returned ${list.length} gradient${list.length === 1 ? "" : "s"}, expected one per input: ${inputs.length}`,
      { hint: "null stands for an input that has no gradient" },
    );
  }
  return list.map((gradient, i) => {
    const x = inputs[i] as Tensor;
    if (gradient === null || gradient === undefined) return null;
    if (!isTensor(gradient) && typeof gradient !== "number") {
      throw new ModelError(
        `${name}.backward returned ${describeValue(gradient)} for input ${i}, expected a tensor`,
      );
    }
    const tensor = toTensor(gradient, x);
    if (sameShape(tensor.shape, x.shape)) return tensor;
    throw new ModelError(
      `${name}.backward returned shape ${showShape(tensor.shape)} for input ${i}, expected the input's shape ${showShape(x.shape)}`,
    );
  });
}

/**
 * The derivative along t, from the backward pass: it is linear in the incoming gradient u, so that differentiating
 * ⟨backward(u), t⟩ by u gives it. A backward pass that computes outside of tensors is run once per output element.
 */
function forwardOf(spec: CustomOpSpec, t: Tensor, at: At, input: number): Tensor {
  const u = new Tensor(at.out.data.slice().fill(0), at.out.shape, at.out.dtype, true);
  const moment = isQuiet() ? withoutHistory(at) : at;
  const product = enableGrad(() => sum(mul(backwardOf(spec, u, moment, input), t)));
  if (product.requiresGrad && product.node !== null) {
    const gradients = isQuiet()
      ? quietly(() => sweep(product, one(product)))
      : sweep(product, one(product), { createGraph: true });
    const tangent = gradients.get(u);
    if (tangent !== undefined) return tangent;
  }
  return byElements(spec, t, at, input);
}

/** The same values, so that a sweep does not go on behind them. */
function withoutHistory({ inputs, out }: Moment): Moment {
  const bare = (x: Tensor) => new Tensor(x.data, x.shape, x.dtype);
  return { inputs: inputs.map(bare), out: bare(out) };
}

function one(product: Tensor): Tensor {
  return new Tensor(product.data.slice().fill(1), product.shape, product.dtype);
}

function byElements(spec: CustomOpSpec, t: Tensor, at: At, input: number): Tensor {
  const out = zeroFilled(at.out.shape, at.out.dtype);
  quietly(() => {
    for (let k = 0; k < out.size; k++) {
      const u = zeroFilled(out.shape, out.dtype);
      u.data[k] = 1;
      out.data[k] = sum(mul(backwardOf(spec, u, at, input), t)).item();
    }
  });
  return out;
}
