/** How normalisation operations are made: standardize within groups, then scale and shift. */
import { ModelError } from "../error";
import { type At, type Call, defineOp, type Op, type OpFunction, type Rule } from "../op";
import type { Sampler } from "../sampler";
import { type Shape, sameShape, showShape, sizeOf } from "../shape";
import type { Tensor } from "../tensor";
import { add, mul } from "./arithmetic";
import { broadcastTo, sumTo } from "./broadcast";
import { inverseDeviation, project, standardize } from "./standardize";
import { reshape } from "./view";

/** Which groups are standardized and how weight and bias broadcast. */
export interface Layout {
  /** x as [a, groups, b]; a group is made up of the first and the last dimension. */
  readonly view: Shape;
  /** Shape in which weight and bias broadcast against x. */
  readonly affine: Shape;
  readonly eps: number;
}

interface Attrs extends Layout {
  /** What each input is. */
  readonly inputs: readonly ("x" | "weight" | "bias")[];
}

/** The call of a normalisation with these tensors. @throws ModelError for a weight or bias of the wrong shape */
export function normalisationCall(
  x: Tensor,
  weight: Tensor | undefined,
  bias: Tensor | undefined,
  layout: Layout,
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
  args(...args: P): Call<Attrs>;
  samples(r: Sampler): readonly [P, ...P[]];
}

/** Defines o = standardize(x) · weight + bias. */
export function normalisation<P extends readonly unknown[]>(spec: Spec<P>): OpFunction<P> {
  return defineOp<P, Attrs>({
    ...spec,
    role: "normalises",
    label: "(x − μ) / σ · w + b",
    formula:
      "\\bar{x} = (\\bar{h} - \\mathrm{mean}(\\bar{h}) - \\hat{x} \\, \\mathrm{mean}(\\bar{h} \\hat{x})) / \\sigma, \\quad \\bar{h} = w \\, \\bar{o}",
    forward(inputs, attrs) {
      const hat = standardized({ inputs, attrs });
      const weight = affine({ inputs, attrs }, "weight");
      const bias = affine({ inputs, attrs }, "bias");
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

/** Weight or bias in the shape in which it broadcasts; null where there is none. */
function affine({ inputs, attrs }: Where, kind: "weight" | "bias"): Tensor | null {
  const tensor = inputs[attrs.inputs.indexOf(kind)];
  return tensor === undefined ? null : reshape(tensor, attrs.affine);
}

/** The symmetric derivative of standardize, at x. */
function projected(g: Tensor, at: At<Attrs>): Tensor {
  const { view, eps } = at.attrs;
  const x = reshape(at.x, view);
  const out = project(reshape(g, view), standardize(x, { eps }), inverseDeviation(x, { eps }));
  return reshape(out, at.x.shape);
}

function vjpOf(kind: Attrs["inputs"][number] | undefined): Rule<Attrs> {
  if (kind === "x") {
    return (g, at) => {
      const weight = affine(at, "weight");
      return projected(weight === null ? g : mul(g, weight), at);
    };
  }
  const shapeOf = (at: At<Attrs>) => (at.inputs[at.attrs.inputs.indexOf(kind ?? "bias")] as Tensor).shape;
  const sumUp = (g: Tensor, at: At<Attrs>) => reshape(sumTo(g, { shape: at.attrs.affine }), shapeOf(at));
  return kind === "weight" ? (g, at) => sumUp(mul(g, standardized(at)), at) : sumUp;
}

function jvpOf(kind: Attrs["inputs"][number] | undefined): Rule<Attrs> {
  if (kind === "x") {
    return (t, at) => {
      const weight = affine(at, "weight");
      const moved = projected(t, at);
      return weight === null ? moved : mul(moved, weight);
    };
  }
  if (kind === "weight") return (t, at) => mul(standardized(at), reshape(t, at.attrs.affine));
  return (t, at) => broadcastTo(reshape(t, at.attrs.affine), at.out);
}

/** [channels, 1, …]: how one number per channel broadcasts against [items, channels, …]. */
export function perChannel(x: Tensor): Shape {
  return [x.shape[1] as number, ...new Array<number>(Math.max(0, x.ndim - 2)).fill(1)];
}

/** Elements per item and channel. */
export function channelSize(x: Tensor): number {
  return sizeOf(x.shape.slice(2));
}
