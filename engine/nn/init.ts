/** Initial values of weights, drawn from the seeded generator. All change the tensor given and return it. */
import { ModelError } from "../core/error";
import { choice, number } from "../core/kinds";
import { inFunction, type Positions } from "../core/op";
import { checkNumber } from "../core/options";
import { generator } from "../core/random";
import { showShape } from "../core/shape";
import { type Kinds, readCall, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkTensor } from "../ops/arguments";
import { calculateGain, fansOf, type Nonlinearity, nonlinearities } from "./fans";
import { noteInit } from "./note-init";

export { calculateGain, type Fans, fansOf, type Nonlinearity } from "./fans";
export { dirac, eye, sparse, type TruncNormalOptions, truncNormal } from "./other-init";

function fill(x: Tensor, draw: (index: number) => number): Tensor {
  for (let i = 0; i < x.data.length; i++) x.data[i] = draw(i);
  return x;
}

/** The bounds of `nn.init.uniform`. */
interface UniformOptions {
  /** The lower bound; 0 when left out. */
  a?: number;
  /** The upper bound; 1 when left out. */
  b?: number;
}

type Init<O, P extends readonly unknown[]> = [x: Tensor, ...Positions<P, O>];

/** The tensor of a call and its options. @throws ModelError unless the tensor is one */
function readInit<O>(name: string, options: Kinds, args: readonly unknown[]): [Tensor, Partial<O>] {
  return inFunction(`nn.init.${name}`, () => {
    const [x, given = {}] = readCall<[Tensor, Partial<O>?]>(`nn.init.${name}`, takes(["x"], options), args);
    noteInit(checkTensor(x), name);
    return [x, given];
  });
}

/** Uniform in [a, b), by default [0, 1). */
export function uniform(...args: Init<UniformOptions, [a?: number, b?: number]>): Tensor {
  const [x, { a = 0, b = 1 }] = readInit<UniformOptions>("uniform", { a: number, b: number }, args);
  return fillUniform(x, a, b);
}

function fillUniform(x: Tensor, a: number, b: number): Tensor {
  return fill(x, () => a + (b - a) * generator.uniform());
}

/** The distribution of `nn.init.normal`. */
interface NormalOptions {
  /** 0 when left out. */
  mean?: number;
  /** Standard deviation; 1 when left out. */
  std?: number;
}

/** Normal with the given mean and standard deviation. */
export function normal(...args: Init<NormalOptions, [mean?: number, std?: number]>): Tensor {
  const [x, { mean = 0, std = 1 }] = readInit<NormalOptions>("normal", { mean: number, std: number }, args);
  return fillNormal(x, mean, std);
}

function fillNormal(x: Tensor, mean: number, std: number): Tensor {
  return fill(x, () => mean + std * generator.normal());
}

/** Fills x with one value, as `torch.nn.init.constant_`. */
export function constant(...args: [x: Tensor, value: number]): Tensor {
  const [x, value] = readCall<typeof args>("nn.init.constant", takesValue, args);
  const v = inFunction("nn.init.constant", () => checkNumber(value, "value"));
  noteInit(
    inFunction("nn.init.constant", () => checkTensor(x)),
    "constant",
  );
  return fill(x, () => v);
}

const takesValue = takes(["x", "value"], {}, { aliases: { val: "value" } });

/** Fills x with 0, as `torch.nn.init.zeros_`. */
export function zeros(...args: [x: Tensor]): Tensor {
  const [x] = readInit("zeros", {}, args);
  return fill(x, () => 0);
}

/** Fills x with 1, as `torch.nn.init.ones_`. */
export function ones(...args: [x: Tensor]): Tensor {
  const [x] = readInit("ones", {}, args);
  return fill(x, () => 1);
}

interface GainOptions {
  /** A factor of all values; 1 when left out. */
  gain?: number;
}

type WithGain = Init<GainOptions, [gain?: number]>;

/** Uniform with variance gain² · 2 / (in + out). Glorot and Bengio (2010). */
export function xavierUniform(...args: WithGain): Tensor {
  const [x, { gain = 1 }] = readInit<GainOptions>("xavierUniform", { gain: number }, args);
  const fans = fansOf(x.shape);
  const bound = gain * Math.sqrt(6 / (fans.in + fans.out));
  return fillUniform(x, -bound, bound);
}

/** Normal with variance gain² · 2 / (in + out). Glorot and Bengio (2010). */
export function xavierNormal(...args: WithGain): Tensor {
  const [x, { gain = 1 }] = readInit<GainOptions>("xavierNormal", { gain: number }, args);
  const fans = fansOf(x.shape);
  return fillNormal(x, 0, gain * Math.sqrt(2 / (fans.in + fans.out)));
}

/** What `nn.init.kaimingUniform` and `nn.init.kaimingNormal` take besides the tensor. */
export interface KaimingOptions {
  /** Slope of the leaky ReLU behind the layer; 0 when left out. */
  a?: number;
  /** Keeps the variance of the forward pass ("fanIn", default) or of the backward pass. */
  mode?: "fanIn" | "fanOut";
  /** The activation behind the layer; "leakyRelu" when left out. */
  nonlinearity?: Nonlinearity;
}

type Kaiming = Init<KaimingOptions, [a?: number, mode?: "fanIn" | "fanOut", nonlinearity?: Nonlinearity]>;

const kaiming = { a: number, mode: choice("fanIn", "fanOut"), nonlinearity: choice(...nonlinearities) };

function kaimingStd(x: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  const fans = fansOf(x.shape);
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === "fanIn" ? fans.in : fans.out);
}

/** Uniform with variance gain² / fan. He et al. (2015). */
export function kaimingUniform(...args: Kaiming): Tensor {
  const [x, options] = readInit<KaimingOptions>("kaimingUniform", kaiming, args);
  const bound = Math.sqrt(3) * kaimingStd(x, options);
  return fillUniform(x, -bound, bound);
}

/** Normal with variance gain² / fan. He et al. (2015). */
export function kaimingNormal(...args: Kaiming): Tensor {
  const [x, options] = readInit<KaimingOptions>("kaimingNormal", kaiming, args);
  return fillNormal(x, 0, kaimingStd(x, options));
}

/** The names after the first author of the paper. */
export { kaimingNormal as heNormal, kaimingUniform as heUniform };

/** Uniform with variance 1 / in. LeCun et al. (1998). */
export function lecunUniform(...args: [x: Tensor]): Tensor {
  const [x] = readInit("lecunUniform", {}, args);
  const bound = Math.sqrt(3 / fansOf(x.shape).in);
  return fillUniform(x, -bound, bound);
}

/** Normal with variance 1 / in. LeCun et al. (1998). */
export function lecunNormal(...args: [x: Tensor]): Tensor {
  const [x] = readInit("lecunNormal", {}, args);
  return fillNormal(x, 0, Math.sqrt(1 / fansOf(x.shape).in));
}

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times `gain`; dimensions after the first are
 * taken together. Saxe et al. (2014).
 */
export function orthogonal(...args: WithGain): Tensor {
  const [x, { gain = 1 }] = readInit<GainOptions>("orthogonal", { gain: number }, args);
  if (x.ndim < 2) {
    throw new ModelError(
      `nn.init.orthogonal(): found shape ${showShape(x.shape)}, expected at least two dimensions`,
    );
  }
  const rows = x.shape[0] as number;
  const columns = rows === 0 ? 0 : x.size / rows;
  const basis = orthonormal(Math.min(rows, columns), Math.max(rows, columns));
  return fill(x, (at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return gain * ((rows <= columns ? basis[i]?.[j] : basis[j]?.[i]) as number);
  });
}

/** Random orthonormal vectors, by Gram and Schmidt with each projection done twice for accuracy. */
function orthonormal(count: number, length: number): Float64Array[] {
  const vectors: Float64Array[] = [];
  const dot = (u: Float64Array, v: Float64Array) =>
    u.reduce((sum, value, i) => sum + value * (v[i] as number), 0);
  while (vectors.length < count) {
    let v = Float64Array.from({ length }, () => generator.normal());
    for (const u of [...vectors, ...vectors]) {
      const along = dot(u, v);
      v = v.map((value, i) => value - along * (u[i] as number));
    }
    const norm = Math.sqrt(dot(v, v));
    if (norm > 1e-8) vectors.push(v.map((value) => value / norm));
  }
  return vectors;
}
