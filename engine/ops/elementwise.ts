/** How elementwise operations are defined: an expression, local derivatives, broadcasting. */

import { ModelError } from "../core/error";
import { defineOp, type OpFunction, type Rule } from "../core/op";
import type { Role } from "../core/role";
import type { Sampler } from "../core/sampler";
import { type Kinds, takes } from "../core/signature";
import type { Tensor, TensorLike } from "../core/tensor";
import type { Elementwise } from "../kernels/kernels";
import { broadcastLike, sumTo } from "./broadcast";
import { type KernelParams, mapElements } from "./map-elements";
import { type Slope, withSlope } from "./slope";
import { floating, toTensor } from "./to-tensor";

export type Unary = OpFunction<[x: TensorLike]>;
export type Binary = OpFunction<[x: TensorLike, y: TensorLike]>;

const twoTensors = takes(["x", "y"]);

interface UnarySpec<P extends readonly unknown[], A extends object> {
  name: string;
  kernel: string | Omit<Elementwise, "name">;
  label?: string;
  role?: Role;
  formula: string;
  /** Local derivative do/dx as a tensor of the input's shape, times g: serves both modes, the map is elementwise. */
  derivative: ((g: Tensor, at: { x: Tensor; out: Tensor; attrs: A }) => Tensor) | null;
  /** The same in one expression of g, x and o (the output), for sweeps that record nothing. */
  slope?: string;
  /** The options after x, in PyTorch's order. */
  takes?: Kinds;
  /** Turns the arguments after x into attributes; numbers in them are the kernel's params. */
  options?: (...rest: P) => A;
  /** Sample inputs; the default is four values away from zero. */
  samples?: (r: Sampler) => [[TensorLike, ...P], ...[TensorLike, ...P][]];
  /** Integers give integers; otherwise they are taken as floating point. */
  keepsIntegers?: boolean;
  /** What to use instead for booleans, for which the operation has no meaning. */
  instead?: string;
}

/** Defines o = f(x), element by element. */
export function unary<
  P extends readonly unknown[] = [],
  A extends object = object,
  Q extends readonly unknown[] = never,
>(spec: UnarySpec<P, A>): OpFunction<[x: TensorLike, ...P], Q> {
  const f: Elementwise =
    typeof spec.kernel === "string"
      ? { name: spec.name, expr: spec.kernel }
      : { name: spec.name, ...spec.kernel };
  const { derivative } = spec;
  const rule: Rule<A> | null = derivative && withSlope(spec.name, slopeOf(spec.slope, f), derivative);
  return defineOp<[x: TensorLike, ...P], A, Q>({
    name: spec.name,
    takes: takes(["x"], spec.takes),
    role: spec.role ?? (rule === null ? "stops" : "scales"),
    label: spec.label ?? `${spec.name}(x)`,
    formula: spec.formula,
    args(x, ...rest) {
      const input = toTensor(x);
      if (spec.instead !== undefined && input.dtype === "bool") {
        throw new ModelError("found a tensor of bool, expected numbers", { hint: spec.instead });
      }
      const attrs = spec.options?.(...rest) ?? (nothing as A);
      return { inputs: [spec.keepsIntegers ? input : floating(input)], attrs };
    },
    forward: ([x], attrs) => mapElements(f, [x as Tensor], attrs as KernelParams),
    vjp: [rule],
    jvp: [rule],
    samples: spec.samples ?? ((r) => defaultSamples(r) as unknown as [[TensorLike, ...P]]),
  });
}

/** The kernel of a local derivative; it takes the params of the function and runs where that runs. */
function slopeOf(expr: string | undefined, { gpu, params }: Elementwise): Slope | undefined {
  if (expr === undefined) return undefined;
  return { expr, ...(gpu === null ? { gpu } : {}), ...(params === undefined ? {} : { params }) };
}

/** Values away from zero in several shapes: a matrix, sizes of 1, no dimension. */
function defaultSamples(r: Sampler): TensorLike[][] {
  return [[r.awayFromZero([2, 3])], [r.awayFromZero([1, 3, 1])], [r.awayFromZero([])]];
}

const nothing = {};

interface BinarySpec {
  name: string;
  kernel: string | Omit<Elementwise, "name">;
  label: string;
  role: Role;
  formula: string;
  /** g times do/dx and g times do/dy, of the output's shape; broadcasting is undone afterwards. */
  derivatives: readonly [Rule, Rule];
  /** The same in one expression of g, x, y and o each, for sweeps that record nothing. */
  slopes?: readonly [string, string];
  samples?: (r: Sampler) => [[TensorLike, TensorLike], ...[TensorLike, TensorLike][]];
  /** The result is floating point even for integers (division). */
  floats?: boolean;
  /** What to use instead between two tensors of booleans, for which the operation has no meaning. */
  instead?: string;
}

/** Defines o = f(x, y), element by element with broadcasting. */
export function binary(spec: BinarySpec): Binary {
  const f: Elementwise =
    typeof spec.kernel === "string"
      ? { name: spec.name, expr: spec.kernel }
      : { name: spec.name, ...spec.kernel };
  // The sum or product of two booleans is a boolean: what is not 0 is true.
  const ofBooleans: Elementwise = { name: `${spec.name}Bool`, expr: `(${f.expr}) !== 0 ? 1 : 0`, gpu: null };
  return defineOp<[x: TensorLike, y: TensorLike], object>({
    name: spec.name,
    takes: twoTensors,
    role: spec.role,
    label: spec.label,
    formula: spec.formula,
    args(x, y) {
      const inputs = [toTensor(x, y, "x"), toTensor(y, x, "y")];
      if (spec.instead !== undefined && inputs[0]?.dtype === "bool" && inputs[1]?.dtype === "bool") {
        throw new ModelError("found two tensors of bool, expected numbers", { hint: spec.instead });
      }
      return { inputs: spec.floats ? inputs.map(floating) : inputs, attrs: nothing };
    },
    forward: (inputs) =>
      mapElements(inputs[0]?.dtype === "bool" && inputs[1]?.dtype === "bool" ? ofBooleans : f, inputs),
    ...broadcastRules(
      spec.derivatives.map((d, i) => withSlope(`${spec.name}${i}`, slopeOf(spec.slopes?.[i], f), d)),
    ),
    samples:
      spec.samples ??
      ((r) => [
        [r.awayFromZero([2, 3]), r.awayFromZero([2, 3])],
        [r.awayFromZero([2, 1]), r.awayFromZero([3])],
        [r.awayFromZero([]), r.awayFromZero([1, 2, 1])],
      ]),
  });
}

/** Rules of an elementwise operation with broadcasting, from its local derivatives. */
function broadcastRules<A extends object>(derivatives: readonly (Rule<A> | null)[]) {
  const vjp = derivatives.map((d, i): Rule<A> | null =>
    d === null ? null : (g, at) => sumTo(d(g, at), at.inputs[i] as Tensor),
  );
  const jvp = derivatives.map((d): Rule<A> | null =>
    d === null ? null : (t, at) => broadcastLike(d(t, at), at.out),
  );
  return { vjp, jvp };
}
