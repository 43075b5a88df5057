/** Initial values of weights, drawn from the seeded generator. All change the tensor given and return it. */
import { ModelError } from "../error";
import { generator } from "../random";
import { showShape } from "../shape";
import type { Tensor } from "../tensor";
import { calculateGain, fansOf, type Nonlinearity } from "./fans";

export { calculateGain, type Fans, fansOf, type Nonlinearity } from "./fans";
export { dirac, eye, sparse, type TruncNormalOptions, truncNormal } from "./other-init";

function fill(x: Tensor, draw: (index: number) => number): Tensor {
  for (let i = 0; i < x.data.length; i++) x.data[i] = draw(i);
  return x;
}

/** Uniform in [a, b), by default [0, 1). */
export function uniform(x: Tensor, { a = 0, b = 1 }: { a?: number; b?: number } = {}): Tensor {
  return fill(x, () => a + (b - a) * generator.uniform());
}

/** Normal with the given mean and standard deviation. */
export function normal(x: Tensor, { mean = 0, std = 1 }: { mean?: number; std?: number } = {}): Tensor {
  return fill(x, () => mean + std * generator.normal());
}

export function constant(x: Tensor, value: number): Tensor {
  return fill(x, () => value);
}

export function zeros(x: Tensor): Tensor {
  return constant(x, 0);
}

export function ones(x: Tensor): Tensor {
  return constant(x, 1);
}

/** Uniform with variance gain² · 2 / (in + out). Glorot and Bengio (2010). */
export function xavierUniform(x: Tensor, { gain = 1 }: { gain?: number } = {}): Tensor {
  const fans = fansOf(x.shape);
  const bound = gain * Math.sqrt(6 / (fans.in + fans.out));
  return uniform(x, { a: -bound, b: bound });
}

/** Normal with variance gain² · 2 / (in + out). Glorot and Bengio (2010). */
export function xavierNormal(x: Tensor, { gain = 1 }: { gain?: number } = {}): Tensor {
  const fans = fansOf(x.shape);
  return normal(x, { std: gain * Math.sqrt(2 / (fans.in + fans.out)) });
}

export interface KaimingOptions {
  /** Slope of the leaky ReLU behind the layer. */
  a?: number;
  /** Keeps the variance of the forward pass ("fanIn", default) or of the backward pass. */
  mode?: "fanIn" | "fanOut";
  nonlinearity?: Nonlinearity;
}

function kaimingStd(x: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  const fans = fansOf(x.shape);
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === "fanIn" ? fans.in : fans.out);
}

/** Uniform with variance gain² / fan. He et al. (2015). */
export function kaimingUniform(x: Tensor, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(x, options);
  return uniform(x, { a: -bound, b: bound });
}

/** Normal with variance gain² / fan. He et al. (2015). */
export function kaimingNormal(x: Tensor, options: KaimingOptions = {}): Tensor {
  return normal(x, { std: kaimingStd(x, options) });
}

/** The names after the first author of the paper. */
export { kaimingNormal as heNormal, kaimingUniform as heUniform };

/** Uniform with variance 1 / in. LeCun et al. (1998). */
export function lecunUniform(x: Tensor): Tensor {
  const bound = Math.sqrt(3 / fansOf(x.shape).in);
  return uniform(x, { a: -bound, b: bound });
}

/** Normal with variance 1 / in. LeCun et al. (1998). */
export function lecunNormal(x: Tensor): Tensor {
  return normal(x, { std: Math.sqrt(1 / fansOf(x.shape).in) });
}

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times `gain`; dimensions after the first are
 * taken together. Saxe et al. (2014).
 */
export function orthogonal(x: Tensor, { gain = 1 }: { gain?: number } = {}): Tensor {
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
