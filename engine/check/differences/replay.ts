/** The recorded computation again, in float64: what finite differences and the reference gradient are taken of. */
import { now } from "../../core/clock";
import { getDefaultDtype, isFloat, setDefaultDtype } from "../../core/dtype";
import { Node, quietly } from "../../core/tape";
import { detached, setCarries, Tensor } from "../../core/tensor";
import { type Broken, backwardOver } from "./backward";
import { withHeld } from "./held";
import { OutOfTime } from "./pace";
import type { Cut, ReplayStep } from "./replay-step";

export interface Replay {
  /** Values in float64 (integers and masks as they are), by slot. */
  readonly values: readonly Tensor[];
  /** Operations and cuts behind the loss, in the order in which they ran. */
  readonly steps: readonly (ReplayStep | Cut)[];
  readonly loss: number;
  /** Gradient of the loss by slot; null where none passes. */
  readonly gradients: readonly (Tensor | null)[];
  /** The first backward rule that gave no usable gradient. */
  readonly broken: Broken | null;
  slotOf(tensor: Tensor): number | undefined;
}

export interface ReplayOptions {
  /** False: values alone. */
  readonly gradients?: boolean;
  /** Milliseconds since some moment. */
  readonly clock?: (() => number) | undefined;
  /** Asked between operations: whether the time is over. */
  readonly isOver?: () => boolean;
}

/**
 * Evaluates what lies behind `loss` in float64, and its gradients by the operations' own backward rules.
 * @throws ModelError when the time is over before the end
 */
export function replay(
  loss: Tensor,
  { gradients: wanted = true, clock = now, isOver = () => false }: ReplayOptions = {},
): Replay {
  const goOn = () => {
    if (isOver()) throw new OutOfTime();
  };
  const slots = new Map<Tensor, number>();
  const values: Tensor[] = [];
  const slot = (x: Tensor, value: () => Tensor) => {
    const found = slots.get(x);
    if (found !== undefined) return found;
    slots.set(x, values.length);
    values.push(value());
    return values.length - 1;
  };
  const leaf = (x: Tensor) => slot(x, () => toFloat64(x));
  return inFloat64(() => {
    const steps = behind(loss).map((x): ReplayStep | Cut => {
      goOn();
      const origin = detached.get(x);
      if (x.node === null && origin !== undefined) {
        const from = leaf(origin);
        const value = values[from] as Tensor;
        // A detached tensor that takes a gradient is a leaf of its own: the backward pass ends there.
        const to = slot(x, () =>
          x.requiresGrad ? toFloat64(x) : new Tensor(value.data, value.shape, value.dtype),
        );
        return { from, to, tensor: x };
      }
      const recorded = x.node as Node;
      const inputs = recorded.inputs.map(leaf);
      const begun = clock();
      const node = rerun(
        recorded,
        inputs.map((i) => values[i] as Tensor),
      );
      const ms = clock() - begun;
      return { recorded, node, inputs, out: slot(x, () => node.out), differentiable: x.requiresGrad, ms };
    });
    const out = leaf(loss);
    const { gradients, broken } = wanted
      ? backwardOver(values, steps, out, goOn)
      : { gradients: values.map(() => null), broken: null };
    return { values, steps, loss: out, gradients, broken, slotOf: (x) => slots.get(x) };
  });
}

/** Tensors behind `loss` that were computed or detached, inputs before what was made of them. */
function behind(loss: Tensor): Tensor[] {
  const order: Tensor[] = [];
  const done = new Set<Tensor>();
  const stack: { x: Tensor; ready: boolean }[] = [{ x: loss, ready: false }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { x, ready } = top;
    if (ready) order.push(x);
    if (ready || done.has(x)) continue;
    done.add(x);
    const origin = detached.get(x);
    const inputs = x.node !== null ? x.node.inputs : origin !== undefined ? [origin] : [];
    if (inputs.length === 0) continue;
    stack.push({ x, ready: true });
    for (const input of inputs) stack.push({ x: input, ready: false });
  }
  return order;
}

function rerun(recorded: Node, inputs: readonly Tensor[]): Node {
  const attrs = widened(recorded.attrs);
  const op = withHeld(recorded.op, inputs, attrs);
  const out = quietly(() => op.forward(inputs, attrs));
  // An operation may return its input as it is; the replay needs a tensor of its own.
  const own = inputs.includes(out) || out.node !== null ? new Tensor(out.data, out.shape, out.dtype) : out;
  const node = new Node(op, inputs, attrs, own, recorded.scope);
  setCarries(own, recorded.out.requiresGrad);
  if (own.requiresGrad) own.node = node;
  return node;
}

/** Attributes that ask for float32 ask for float64 in a replay. */
function widened(attrs: object): object {
  return "dtype" in attrs && attrs.dtype === "float32" ? { ...attrs, dtype: "float64" } : attrs;
}

function toFloat64(x: Tensor): Tensor {
  const data = isFloat(x.dtype) ? Float64Array.from(x.data) : x.data;
  return new Tensor(data, x.shape, isFloat(x.dtype) ? "float64" : x.dtype, x.requiresGrad);
}

/** Runs `fn` with nothing recorded and numbers taken as float64. */
export function inFloat64<T>(fn: () => T): T {
  const before = getDefaultDtype();
  setDefaultDtype("float64");
  try {
    return quietly(fn);
  } finally {
    setDefaultDtype(before);
  }
}
