/** Finds by trial how an operation acts at its recorded values, so that many perturbations run in one call. */

import type { Values } from "../../core/dtype";
import { RandomGenerator } from "../../core/random";
import { type Shape, sameShape, sizeOf } from "../../core/shape";
import { Tensor } from "../../core/tensor";
import { fusedCrossEntropy } from "./fused-loss";
import type { Lift } from "./lift";
import type { ReplayStep } from "./replay-step";

/** Where each element of an output comes from: the index in the input, or −1 for one that does not depend on it. */
export interface Moves {
  readonly source: Int32Array;
  /** How often each input element appears, when that is the same for all of them; else 0. */
  readonly copies: number;
}

type Forward = (inputs: readonly Tensor[]) => Tensor;

export function forwardOf({ node }: ReplayStep): Forward {
  return (inputs) => node.op.forward(inputs, node.attrs);
}

/** True when each output element is a function of the input elements at its own place, after broadcasting. */
export function isElementwise(step: ReplayStep): boolean {
  const { inputs, out } = step.node;
  if (out.size === 0 || inputs.length === 0 || !inputs.every((x) => fits(x.shape, out.shape))) return false;
  if (!inputs.some((x) => x.size === out.size)) return false;
  // Places drawn with repetition, as a vector: only a function of each place by itself gives the same values again.
  const random = new RandomGenerator(out.size);
  const count = Math.max(5, Math.min(512, Math.ceil(out.size / 2)));
  const places = Int32Array.from({ length: count }, () => Math.floor(random.uniform() * out.size));
  return attempt(() => {
    const moved = inputs.map((x) => jittered(x, random));
    const whole = forwardOf(step)(moved);
    const got = forwardOf(step)(moved.map((x) => pick(x, out.shape, places)));
    const wanted = (i: number) => whole.data[places[i] as number] as number;
    return sameShape(whole.shape, out.shape) && sameShape(got.shape, [count]) && equal(got.data, wanted, 0);
  });
}

/** Values near those of `x`, all different, so that a trial does not succeed because of equal numbers. */
function jittered(x: Tensor, random: RandomGenerator): Tensor {
  if (!(x.data instanceof Float64Array)) return x;
  const data = x.data.slice();
  for (let i = 0; i < data.length; i++) {
    const v = data[i] as number;
    data[i] = v + (1e-3 * Math.abs(v) + 1e-6) * random.uniform();
  }
  return new Tensor(data, x.shape, x.dtype);
}

/** Numberings of an input's elements after the first: by chance, so that no linear map gives them by accident. */
const spreads: readonly ((random: RandomGenerator) => number)[] = [
  // Within the range where functions bend, far apart, and of all sizes.
  (random) => random.uniform(),
  (random) => 2000 * random.uniform() - 1000,
  (random) => (random.uniform() < 0.5 ? -1 : 1) * 10 ** (8 * random.uniform() - 5),
];
/** Few elements have few orders: a maximum would pick the same one by accident. */
const TIMES_FOR_FEW = 12;
const FEW = 64;
/** The first numbering starts here, off the whole numbers that are filled in as constants. */
const FIRST = 0.75;

/** One after the other as they are asked for: most operations that move nothing fail at the first. */
function* numberingsOf(size: number): Generator<Float64Array> {
  yield Float64Array.from({ length: size }, (_, e) => e + FIRST);
  const random = new RandomGenerator(size);
  const times = size <= FEW ? TIMES_FOR_FEW : 1;
  for (let n = 0; n < times; n++) {
    for (const draw of spreads) yield Float64Array.from({ length: size }, () => draw(random));
  }
}

/** The moves of input i, or null when the operation does more than move elements of it. */
export function findMoves(step: ReplayStep, i: number): Moves | null {
  const { inputs, out } = step.node;
  const x = inputs[i] as Tensor;
  if (!(x.data instanceof Float64Array)) return null;
  const run = (data: Float64Array) =>
    forwardOf(step)(inputs.map((input, j) => (j === i ? new Tensor(data, x.shape, "float64") : input))).data;
  // −1 where the output does not depend on the input.
  const source = new Int32Array(out.size);
  const right = attempt(() => {
    let isFirst = true;
    for (const data of numberingsOf(x.size)) {
      const got = run(data);
      if (got.length !== out.size) return false;
      for (let o = 0; o < out.size; o++) {
        const value = got[o] as number;
        // The first numbering says where an element would have come from; the others say whether it did.
        if (isFirst) source[o] = data[value - FIRST] === value ? value - FIRST : -1;
        const from = source[o] as number;
        if (!Object.is(value, from < 0 ? out.data[o] : data[from])) return false;
      }
      isFirst = false;
    }
    return true;
  });
  return right ? { source, copies: copiesOf(source, x.size) } : null;
}

function copiesOf(source: Int32Array, size: number): number {
  const counts = new Int32Array(size);
  for (const s of source) if (s >= 0) counts[s] = (counts[s] as number) + 1;
  const first = counts[0] ?? 0;
  return counts.every((count) => count === first) ? first : 0;
}

/** A way to evaluate many variants of input i in one call, or null. */
export function findLift(step: ReplayStep, i: number): Lift | null {
  const x = step.node.inputs[i] as Tensor;
  if (x.size === 0 || step.inputs.filter((slot) => slot === step.inputs[i]).length > 1) return null;
  const trial = trialOf(step, i);
  if (trial === null) return null;
  return (
    [
      fusedCrossEntropy(step.node, i),
      asRows(step, i, false),
      asRows(step, i, true),
      withLeadingDimension(step, i),
      unreduced(step, i),
    ]
      .filter((lift) => lift !== null)
      .find((lift) => stands(trial, lift)) ?? null
  );
}

/** Variants stacked along the first dimension: right for what treats its rows by themselves. */
function asRows(step: ReplayStep, i: number, repeatOthers: boolean): Lift | null {
  const { inputs } = step.node;
  const x = inputs[i] as Tensor;
  const [rows, ...rest] = x.shape;
  if (rows === undefined) return null;
  return {
    name: repeatOthers ? "rows with their companions" : "rows",
    run(variants, count) {
      const others = (other: Tensor) =>
        repeatOthers && other.shape[0] === rows ? repeat(other, count) : other;
      const stacked = new Tensor(variants, [count * rows, ...rest], x.dtype);
      return forwardOf(step)(inputs.map((other, j) => (j === i ? stacked : others(other)))).data;
    },
  };
}

/** A new dimension in front, with dimensions in the attributes moved up by one. */
function withLeadingDimension(step: ReplayStep, i: number): Lift | null {
  const { op, inputs, attrs } = step.node;
  const x = inputs[i] as Tensor;
  const moved: Record<string, unknown> = { ...attrs };
  const up = (d: unknown) => (typeof d === "number" && d >= 0 ? d + 1 : d);
  if ("dim" in moved) moved.dim = Array.isArray(moved.dim) ? moved.dim.map(up) : up(moved.dim);
  if (Array.isArray(moved.dims)) moved.dims = moved.dims.map(up);
  return {
    name: "leading dimension",
    run(variants, count) {
      const stacked = new Tensor(variants, [count, ...x.shape], x.dtype);
      return op.forward(
        inputs.map((other, j) => (j === i ? stacked : other)),
        moved,
      ).data;
    },
  };
}

/** A loss that averages or adds over its rows, evaluated per row. */
function unreduced(step: ReplayStep, i: number): Lift | null {
  const { op, inputs, attrs } = step.node;
  const x = inputs[i] as Tensor;
  const [rows, ...rest] = x.shape;
  const reduction = "reduction" in attrs ? attrs.reduction : null;
  if (rows === undefined || (reduction !== "mean" && reduction !== "sum")) return null;
  return {
    name: "unreduced",
    run(variants, count) {
      const stacked = new Tensor(variants, [count * rows, ...rest], x.dtype);
      const call = inputs.map((other, j) =>
        j === i ? stacked : other.shape[0] === rows ? repeat(other, count) : other,
      );
      const each = op.forward(call, { ...attrs, reduction: "none" }).data;
      const per = each.length / count;
      return Float64Array.from({ length: count }, (_, k) => {
        let sum = 0;
        for (let e = k * per; e < (k + 1) * per; e++) sum += each[e] as number;
        return reduction === "mean" ? sum / per : sum;
      });
    },
  };
}

/** Two variants one after the other, and what the operation gives for each by itself. */
interface Trial {
  readonly variants: Float64Array;
  readonly wanted: readonly [Values, Values];
}

function trialOf(step: ReplayStep, i: number): Trial | null {
  const { inputs } = step.node;
  const x = inputs[i] as Tensor;
  if (!(x.data instanceof Float64Array)) return null;
  const random = new RandomGenerator(i + 1);
  const pair = [jittered(x, random), jittered(x, random)] as const;
  const variants = new Float64Array(2 * x.size);
  for (const [k, variant] of pair.entries()) variants.set(variant.data, k * x.size);
  const alone = (variant: Tensor) =>
    forwardOf(step)(inputs.map((other, j) => (j === i ? variant : other))).data;
  try {
    return { variants, wanted: [alone(pair[0]), alone(pair[1])] };
  } catch {
    return null;
  }
}

function stands({ variants, wanted: [first, second] }: Trial, lift: Lift): boolean {
  return attempt(() => {
    const got = lift.run(variants, 2);
    const of = (e: number) => (e < first.length ? first[e] : second[e - first.length]) as number;
    return got.length === first.length + second.length && equal(got, of, 1e-12);
  });
}

/** `count` copies along the first dimension. */
function repeat(x: Tensor, count: number): Tensor {
  const data = new (x.data.constructor as Float64ArrayConstructor)(x.size * count) as Values;
  for (let k = 0; k < count; k++) data.set(x.data, k * x.size);
  return new Tensor(data, [count * (x.shape[0] as number), ...x.shape.slice(1)], x.dtype);
}

/** The index into a tensor of shape `from` of each element of `to`, to which it broadcasts. */
export function broadcastIndex(from: Shape, to: Shape): (element: number) => number {
  if (sameShape(from, to) || sizeOf(from) === sizeOf(to)) return (e) => e;
  const shift = to.length - from.length;
  const dims: { size: number; stride: number }[] = [];
  let stride = 1;
  for (let d = to.length - 1; d >= 0; d--) {
    const own = d < shift ? 1 : (from[d - shift] as number);
    dims.push({ size: to[d] as number, stride: own === 1 ? 0 : stride });
    stride *= own;
  }
  return (element) => {
    let rest = element;
    let index = 0;
    for (const { size, stride } of dims) {
      index += (rest % size) * stride;
      rest = Math.floor(rest / size);
    }
    return index;
  };
}

function fits(from: Shape, to: Shape): boolean {
  const shift = to.length - from.length;
  return shift >= 0 && from.every((n, d) => n === 1 || n === to[d + shift]);
}

/** The elements of `x`, broadcast to `shape`, at the given places, as a vector. */
function pick(x: Tensor, shape: Shape, places: ArrayLike<number>): Tensor {
  const at = broadcastIndex(x.shape, shape);
  const data = new (x.data.constructor as Float64ArrayConstructor)(places.length) as Values;
  for (let i = 0; i < places.length; i++) data[i] = x.data[at(places[i] as number)] as number;
  return new Tensor(data, [places.length], x.dtype);
}

function equal(got: Values, wanted: (i: number) => number, tolerance: number): boolean {
  for (let i = 0; i < got.length; i++) {
    const a = got[i] as number;
    const b = wanted(i);
    if (!Object.is(a, b) && !(Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b), 1e-300))) {
      return false;
    }
  }
  return true;
}

/** False when the trial throws: an operation may refuse what it was not made for. */
function attempt(trial: () => boolean): boolean {
  try {
    return trial();
  } catch {
    return false;
  }
}
