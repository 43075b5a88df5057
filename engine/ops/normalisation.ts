/** How normalisation operations are made: standardize within groups, then scale and shift. */

import { ModelError } from "../core/error";
import { type At, type Call, defineOp, type Op, type OpFunction, type Rule } from "../core/op";
import type { Sampler } from "../core/sampler";
import { type Shape, sameShape, showShape, sizeOf } from "../core/shape";
import type { Signature } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { kernels } from "../kernels";
import type { Elementwise } from "../kernels/kernels";
import { add, mul } from "./arithmetic";
import { broadcastLike, sumTo } from "./broadcast";
import { once } from "./once";
import { inverseDeviation, project, standardize } from "./standardize";
import { reshape } from "./view";

/** Which groups are standardized and how weight and bias broadcast. */
export interface GroupLayout {
  /** x as [a, groups, b]; a group is made up of the first and the last dimension. */
  readonly view: Shape;
  /** Shape in which weight and bias broadcast against x. */
  readonly affine: Shape;
  /** How many elements side by side share one weight. */
  readonly inner: number;
  readonly eps: number;
}

interface Attrs extends GroupLayout {
  /** What each input is. */
  readonly inputs: readonly ("x" | "weight" | "bias")[];
}

/** The call of a normalisation with these tensors. @throws ModelError for a weight or bias of the wrong shape */
export function normalisationCall(
  x: Tensor,
  weight: Tensor | undefined,
  bias: Tensor | undefined,
  layout: GroupLayout,
  expected: Shape,
): Call<Attrs> {
  const inputs: Tensor[] = [x];
  const kinds: Attrs["inputs"][number][] = ["x"];
  for (const [kind, tensor] of [
    ["weight", weight],
    ["bias", bias],
  ] as const) {
    if (tensor === undefined) continue;
    if (!sameShape(tensor.shape, expected)) {
      throw new ModelError(`${kind} has shape ${showShape(tensor.shape)}, expected ${showShape(expected)}`);
    }
    inputs.push(tensor);
    kinds.push(kind);
  }
  return { inputs, attrs: { ...layout, inputs: kinds } };
}

interface Spec<P extends readonly unknown[]> extends Pick<Op, "name"> {
  readonly takes: Signature;
  args(...args: P): Call<Attrs>;
  samples(r: Sampler): readonly [P, ...P[]];
}

/** Defines o = standardize(x) · weight + bias. */
export function normalisation<P extends readonly unknown[], Q extends readonly unknown[] = never>(
  spec: Spec<P>,
): OpFunction<P, Q> {
  return defineOp<P, Attrs, Q>({
    ...spec,
    role: "normalises",
    label: "(x − μ) / σ · w + b",
    formula:
      "\\bar{x} = (\\bar{h} - \\mathrm{mean}(\\bar{h}) - \\hat{x} \\, \\mathrm{mean}(\\bar{h} \\hat{x})) / \\sigma, \\quad \\bar{h} = w \\, \\bar{o}",
    forward(inputs, attrs) {
      const hat = standardized({ inputs, attrs });
      const [weight, bias] = [affine({ inputs, attrs }, "weight"), affine({ inputs, attrs }, "bias")];
      if (weight !== null && bias !== null && sameType(hat, weight, bias)) {
        return scaleAndShift(hat, weight, bias, attrs.inner);
      }
      const scaled = weight === null ? hat : mul(hat, weight);
      return bias === null ? scaled : add(scaled, bias);
    },
    vjp: (input, at) => vjpOf(at.attrs.inputs[input]),
    jvp: (input, at) => jvpOf(at.attrs.inputs[input]),
  });
}

type Where = Pick<At<Attrs>, "inputs" | "attrs">;

function standardized({ inputs, attrs }: Where): Tensor {
  const x = inputs[0] as Tensor;
  return reshape(standardize(reshape(x, attrs.view), { eps: attrs.eps }), x.shape);
}

function sameType(...tensors: Tensor[]): boolean {
  return tensors.every((x) => x.dtype === tensors[0]?.dtype);
}

const times: Elementwise = { name: "mul", expr: "x * y" };
const plus: Elementwise = { name: "add", expr: "x + y" };

/** hat · weight + bias in the memory of `hat`, which nothing else uses yet. */
function scaleAndShift(hat: Tensor, weight: Tensor, bias: Tensor, inner: number): Tensor {
  const { data } = hat;
  const shape = [data.length / (weight.size * inner), weight.size, inner];
  const own = { data, strides: [weight.size * inner, inner, 1] };
  kernels().map(times, [own, { data: weight.data, strides: [0, 1, 0] }], data, shape, []);
  kernels().map(plus, [own, { data: bias.data, strides: [0, 1, 0] }], data, shape, []);
  return hat;
}

/** Weight or bias in the shape in which it broadcasts; null where there is none. */
function affine({ inputs, attrs }: Where, kind: "weight" | "bias"): Tensor | null {
  const tensor = inputs[attrs.inputs.indexOf(kind)];
  return tensor === undefined ? null : reshape(tensor, attrs.affine);
}

/** The symmetric derivative of standardize, at x; `g` is what the rule was called with. */
function projected(h: Tensor, at: At<Attrs>, g: Tensor): Tensor {
  const { view, eps } = at.attrs;
  const inverse = inverseDeviation(reshape(at.x, view), { eps });
  const hat = reshape(hatAt(at, g), view);
  return reshape(project(reshape(h, view), hat, inverse), at.x.shape);
}

/** The standardized input again, once for all rules. */
function hatAt(at: At<Attrs>, g: Tensor): Tensor {
  return once("hat", at, g, () => standardized(at));
}

function vjpOf(kind: Attrs["inputs"][number] | undefined): Rule<Attrs> {
  if (kind === "x") {
    return (g, at) => {
      const weight = affine(at, "weight");
      return projected(weight === null ? g : mul(g, weight), at, g);
    };
  }
  const shapeOf = (at: At<Attrs>) => (at.inputs[at.attrs.inputs.indexOf(kind ?? "bias")] as Tensor).shape;
  const sumUp = (g: Tensor, at: At<Attrs>) => reshape(sumTo(g, { shape: at.attrs.affine }), shapeOf(at));
  return kind === "weight" ? (g, at) => sumUp(mul(g, hatAt(at, g)), at) : sumUp;
}

function jvpOf(kind: Attrs["inputs"][number] | undefined): Rule<Attrs> {
  if (kind === "x") {
    return (t, at) => {
      const weight = affine(at, "weight");
      const moved = projected(t, at, t);
      return weight === null ? moved : mul(moved, weight);
    };
  }
  if (kind === "weight") return (t, at) => mul(standardized(at), reshape(t, at.attrs.affine));
  return (t, at) => broadcastLike(reshape(t, at.attrs.affine), at.out);
}

/** [channels, 1, …]: how one number per channel broadcasts against [items, channels, …]. */
export function perChannel(x: Tensor): Shape {
  return [x.shape[1] as number, ...new Array<number>(Math.max(0, x.ndim - 2)).fill(1)];
}

/** Elements per item and channel. */
export function channelSize(x: Tensor): number {
  return sizeOf(x.shape.slice(2));
}
