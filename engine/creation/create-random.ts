/** Random tensors besides rand and randn: integers, permutations, normal and Bernoulli values. */
import { checkShape } from "../core/check-shape";
import { showValue } from "../core/describe";
import { askForRoom } from "../core/dtype";
import { inFunction, ModelError } from "../core/error";
import { flag, size } from "../core/kinds";
import { checkNumber } from "../core/options";
import { generator } from "../core/random";
import type { Shape } from "../core/shape";
import { arrange, takes } from "../core/signature";
import { fromValues, isTensor, type Tensor, zeroFilled } from "../core/tensor";
import { type CreateOptions, createOptions, creating, makes } from "./creating";

function checkInteger(value: unknown, name: string): number {
  if (Number.isInteger(value)) return value as number;
  throw new ModelError(`${name} is ${showValue(value)}, expected an integer`);
}

const takesRange = takes(["low", "high", "shape"], {}, { named: createOptions, aliases: { size: "shape" } });

/** Integers from `low` (0 when left out) to below `high`, int32, from the seeded generator. */
export function randint(high: number, shape: Shape, options?: CreateOptions): Tensor;
export function randint(low: number, high: number, shape: Shape, options?: CreateOptions): Tensor;
export function randint(...args: unknown[]): Tensor {
  const given = Array.isArray(args[1]) ? [0, ...args] : args;
  return creating(
    "randint",
    takesRange,
    given,
    (low: number, high: number, shape: Shape, { dtype = "int32" }: CreateOptions = {}) => {
      const [from, to] = [checkInteger(low ?? 0, "low"), checkInteger(high, "high")];
      if (to <= from) throw new ModelError(`low is ${from} and high ${to}, expected low below high`);
      const out = zeroFilled(checkShape(shape), dtype);
      for (let i = 0; i < out.size; i++) out.data[i] = from + Math.floor((to - from) * generator.uniform());
      return out;
    },
  );
}

/** The integers from 0 to n − 1 in random order, int32, from the seeded generator. */
export function randperm(n: number, options?: CreateOptions): Tensor;
export function randperm(...args: unknown[]): Tensor {
  return creating("randperm", makes("n"), args, (n: number, { dtype = "int32" }: CreateOptions = {}) => {
    if (checkInteger(n, "n") < 0) throw new ModelError(`n is ${n}, expected an integer of at least 0`);
    const out = zeroFilled([n], dtype);
    for (let i = 0; i < n; i++) {
      const j = Math.floor((i + 1) * generator.uniform());
      out.data[i] = out.data[j] as number;
      out.data[j] = i;
    }
    return out;
  });
}

/** Normal values from the seeded generator; mean and deviation are numbers, or tensors of one shape. */
export function normal(
  mean: number | Tensor,
  std: number | Tensor,
  shape?: Shape,
  options?: CreateOptions,
): Tensor;
export function normal(...args: unknown[]): Tensor {
  const signature = takes(["mean", "std", "shape"], {}, { named: createOptions, aliases: { size: "shape" } });
  return creating(
    "normal",
    signature,
    args,
    (mean: number | Tensor, std: number | Tensor, shape?: Shape, { dtype }: CreateOptions = {}) => {
      const tensors = [mean, std].filter((x) => isTensor(x));
      const own = shape ?? tensors[0]?.shape;
      if (own === undefined) throw new ModelError("shape is missing, expected an array of sizes");
      const out = zeroFilled(checkShape(own), dtype ?? tensors[0]?.dtype);
      for (const x of tensors) {
        if (x.size === out.size) continue;
        throw new ModelError(`found ${x.size} numbers in one and ${out.size} in the other`);
      }
      const read = (x: number | Tensor, i: number, name: string) =>
        isTensor(x) ? (x.data[i] as number) : checkNumber(x, name);
      for (let i = 0; i < out.size; i++) {
        out.data[i] = read(mean, i, "mean") + read(std ?? 1, i, "std") * generator.normal();
      }
      return out;
    },
  );
}

/** 1 with the probability that stands in each element of x, else 0. @throws ModelError for what is no probability */
export function bernoulli(x: Tensor): Tensor;
export function bernoulli(...args: unknown[]): Tensor {
  return inFunction("bernoulli", () => {
    const [x] = arrange(takes(["x"]), args) as [Tensor];
    const out = zeroFilled(checkWeights(x, 1).shape, x.dtype);
    for (let i = 0; i < out.size; i++) out.data[i] = generator.uniform() < (x.data[i] as number) ? 1 : 0;
    return out;
  });
}

function checkWeights(x: unknown, most = Infinity): Tensor {
  if (!isTensor(x)) throw new ModelError(`x is ${showValue(x)}, expected a tensor`);
  const at = x.data.findIndex((p) => !(p >= 0 && p <= most));
  if (at < 0) return x;
  const expected = most === Infinity ? "numbers of at least 0" : `probabilities from 0 to ${most}`;
  throw new ModelError(`x holds ${x.data[at]} at position ${at}, expected ${expected}`);
}

/** What `multinomial` takes besides the weights. */
export interface MultinomialOptions {
  /** How many are drawn from each row. */
  numSamples: number;
  /** Whether the same one may be drawn again; false when left out. */
  replacement?: boolean;
}

/**
 * Places drawn with the weights in each row of x, [items, numSamples] of int32; x is a vector or a matrix.
 * @throws ModelError when a row has too few weights above 0
 */
export function multinomial(x: Tensor, options: MultinomialOptions): Tensor;
export function multinomial(x: Tensor, numSamples: number, replacement?: boolean): Tensor;
export function multinomial(...args: unknown[]): Tensor {
  return inFunction("multinomial", () => {
    const signature = takes(["x"], { numSamples: size, replacement: flag });
    const [x, options] = arrange(signature, args) as [Tensor, MultinomialOptions?];
    const { numSamples: count = 1, replacement = false } = options ?? {};
    if (checkWeights(x).ndim < 1 || x.ndim > 2) {
      throw new ModelError(`x has ${x.ndim} dimensions, expected weights, or rows of them`);
    }
    const n = x.shape.at(-1) as number;
    const rows = n === 0 ? 0 : x.size / n;
    askForRoom("int32", rows * count);
    const out = Array.from({ length: rows }, (_, row) =>
      drawn(Array.from(x.data.subarray(row * n, (row + 1) * n)), count, replacement),
    );
    return fromValues(Int32Array.from(out.flat()), [...x.shape.slice(0, -1), count], "int32");
  });
}

function drawn(weights: number[], count: number, replacement: boolean): number[] {
  return Array.from({ length: count }, () => {
    const total = weights.reduce((sum, w) => sum + w, 0);
    if (!(total > 0 && total < Infinity)) {
      throw new ModelError(
        `found ${weights.length} weights, expected enough of them above 0 for ${count} draws`,
      );
    }
    let rest = total * generator.uniform();
    let place = weights.findIndex((w) => {
      rest -= w;
      return rest < 0;
    });
    if (place < 0) place = weights.findLastIndex((w) => w > 0);
    if (!replacement) weights[place] = 0;
    return place;
  });
}
