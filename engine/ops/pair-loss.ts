/** How losses between a tensor and its target are defined, element by element. */

import { type At, defineOp, type OpFunction, type Positions, type Rule } from "../core/op";
import type { Sampler } from "../core/sampler";
import { broadcastShapes, sameShape, showShape, sizeOf } from "../core/shape";
import { type Kinds, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { warn } from "../core/warnings";
import type { Elementwise } from "../kernels/kernels";
import { checkFloat, readArgs } from "./arguments";
import { div, mul } from "./arithmetic";
import { broadcastLike, sumTo } from "./broadcast";
import { type KernelParams, mapElements } from "./map-elements";
import {
  checkReduction,
  type LossOptions,
  type LossReduction,
  oldReduction,
  reduceLoss,
  reductions,
} from "./reduction";

export type LossArgs<O = LossOptions> = [x: Tensor, target: Tensor, options?: O];
export type LossPositions<P extends readonly unknown[], O> = [x: Tensor, target: Tensor, ...Positions<P, O>];
/** The positions that most losses of PyTorch have; options are shown where PyTorch keeps a place for sizeAverage, of old. */
export type UsualPositions = [options?: null, reduce?: null, reduction?: LossReduction];
export type PairLoss<O = LossOptions, P extends readonly unknown[] = UsualPositions> = OpFunction<
  LossArgs<O>,
  LossPositions<P, O>
>;

/** What most losses take. */
export const usual: Kinds = { sizeAverage: oldReduction, reduce: oldReduction, reduction: reductions };

/** ∂/∂x or ∂/∂y of an element's loss, at inputs that broadcast against each other. */
type Local = (x: Tensor, y: Tensor, params: KernelParams) => Tensor;

interface PairSpec<O extends LossOptions> {
  name: string;
  label: string;
  formula: string;
  /** Loss of one element, from x and its target y; option names are params. */
  kernel: string;
  /** The options in PyTorch's order; those of most losses when left out. */
  takes?: Kinds;
  /** The options besides `reduction`, with their defaults. */
  options?: KernelParams;
  derivatives: readonly [Local, Local];
  /** Whether a target of another shape is worth a warning, as in PyTorch. */
  expectsOneShape?: boolean;
  check?: (x: Tensor, y: Tensor, params: KernelParams) => void;
  samples: (r: Sampler) => readonly [LossArgs<O>, ...LossArgs<O>[]];
}

interface Attrs {
  readonly reduction: LossReduction;
  readonly params: KernelParams;
}

/** Defines a loss from its value and its local derivatives; inputs broadcast. */
export function pairLoss<O extends LossOptions = LossOptions, P extends readonly unknown[] = UsualPositions>(
  spec: PairSpec<O>,
): PairLoss<O, P> {
  const defaults: KernelParams = spec.options ?? {};
  const names = Object.keys(defaults);
  const f: Elementwise = { name: spec.name, expr: spec.kernel, params: names };
  return defineOp<LossArgs<O>, Attrs, LossPositions<P, O>>({
    name: spec.name,
    takes: takes(["x", "target"], spec.takes ?? usual),
    role: "compares",
    label: spec.label,
    formula: spec.formula,
    args(...args) {
      const { tensors, options } = readArgs<O>(args, ["x", "target"], 2);
      const [x, y] = tensors.map((each, i) => checkFloat(each, i === 0 ? "x" : "target")) as [Tensor, Tensor];
      const { reduction, ...given } = options;
      const params = { ...defaults, ...given } as KernelParams;
      spec.check?.(x, y, params);
      if (spec.expectsOneShape === true) warnOfShapes(spec.name, x, y);
      return { inputs: [x, y], attrs: { reduction: checkReduction(reduction), params } };
    },
    forward: (inputs, { reduction, params }) => reduceLoss(mapElements(f, inputs, params), reduction),
    vjp: spec.derivatives.map(
      (local, i): Rule<Attrs> =>
        (g, at) =>
          sumTo(mul(perElement(g, at), local(at.x, at.y, at.attrs.params)), at.inputs[i] as Tensor),
    ),
    jvp: spec.derivatives.map(
      (local): Rule<Attrs> =>
        (t, at) => {
          const each = mul(t, local(at.x, at.y, at.attrs.params));
          return reduceLoss(broadcastLike(each, { shape: fullShape(at) }), at.attrs.reduction);
        },
    ),
    samples: spec.samples,
  });
}

function warnOfShapes(name: string, x: Tensor, target: Tensor): void {
  if (sameShape(x.shape, target.shape)) return;
  warn(
    `${name}(): target has shape ${showShape(target.shape)} and x ${showShape(x.shape)}: they broadcast, so that elements are compared that do not belong together; expected one shape`,
  );
}

function fullShape(at: At<Attrs>) {
  return broadcastShapes(at.x.shape, at.y.shape);
}

/** The cotangent of every element's loss, of the full shape. */
function perElement(g: Tensor, at: At<Attrs>): Tensor {
  const shape = fullShape(at);
  const each = at.attrs.reduction === "mean" ? div(g, sizeOf(shape)) : g;
  return broadcastLike(each, { shape });
}
