/** More initial values: a normal distribution that is cut off, identities, few values. */

import { inFunction, ModelError } from "../core/error";
import { number, size } from "../core/kinds";
import type { Positions } from "../core/op";
import type { Widest } from "../core/op-function";
import { generator } from "../core/random";
import { showShape } from "../core/shape";
import { arrange, takes } from "../core/signature";
import type { Tensor } from "../core/tensor";
import { checkFloat } from "../ops/arguments";
import { erfOf, inverseErf } from "./error-function";
import { noteInit } from "./note-init";

/** What `nn.init.truncNormal` takes besides the tensor. */
export interface TruncNormalOptions {
  /** Of the distribution before it is cut; 0 when left out. */
  mean?: number;
  /** Of the distribution before it is cut; 1 when left out. */
  std?: number;
  /** The smallest value; −2 when left out. */
  a?: number;
  /** The largest value; 2 when left out. */
  b?: number;
}

type TruncArgs = [
  x: Tensor,
  ...Positions<[mean?: number, std?: number, a?: number, b?: number], TruncNormalOptions>,
];

function read<N extends readonly unknown[]>(
  name: string,
  signature: Parameters<typeof arrange>[0],
  args: readonly unknown[],
): N {
  return inFunction(`nn.init.${name}`, () => {
    const [x, ...rest] = arrange(signature, args);
    noteInit(checkFloat(x), name);
    return [x, ...rest] as unknown as N;
  });
}

/** Normal, but nothing below a or above b, which are values, not multiples of std. @throws ModelError for b below a */
export function truncNormal(...args: TruncArgs): Tensor {
  const signature = takes(["x"], { mean: number, std: number, a: number, b: number });
  const [x, options] = read<[Tensor, TruncNormalOptions?]>("truncNormal", signature, args);
  const { mean = 0, std = 1, a = -2, b = 2 } = options ?? {};
  if (!(a <= b) || !(std > 0)) {
    throw new ModelError(
      `nn.init.truncNormal(): found a ${a}, b ${b} and std ${std}, expected a below b and std above 0`,
    );
  }
  // The part of a distribution below a value, from −1 to 1; its inverse turns a uniform number into a value.
  const part = (value: number) => erfOf((value - mean) / (std * Math.SQRT2));
  const [low, high] = [part(a), part(b)];
  for (let i = 0; i < x.data.length; i++) {
    const value = mean + std * Math.SQRT2 * inverseErf(low + (high - low) * generator.uniform());
    x.data[i] = Math.min(Math.max(value, a), b);
  }
  return x;
}

/** The identity matrix. @throws ModelError unless x is a matrix */
export function eye(...args: [x: Tensor]): Tensor {
  const [x] = read<[Tensor]>("eye", takes(["x"]), args);
  if (x.ndim !== 2) {
    throw new ModelError(`nn.init.eye(): found shape ${showShape(x.shape)}, expected a matrix`);
  }
  const columns = x.shape[1] as number;
  for (let i = 0; i < x.data.length; i++) x.data[i] = Math.floor(i / columns) === i % columns ? 1 : 0;
  return x;
}

/**
 * A convolution's weight that hands its input on: 1 in the middle of the kernels from each channel to itself.
 * @throws ModelError unless x has 3 to 5 dimensions and its first size is a multiple of groups
 */
export function dirac(...args: [x: Tensor, groups?: number | { groups?: number }]): Tensor {
  const [x, { groups = 1 } = {}] = read<[Tensor, { groups?: number }?]>(
    "dirac",
    takes(["x"], { groups: size }),
    args,
  );
  const [out = 0, channels = 0, ...kernel] = x.shape;
  if (x.ndim < 3 || x.ndim > 5 || out % groups !== 0) {
    throw new ModelError(
      `nn.init.dirac(): found shape ${showShape(x.shape)}, expected [out, in, …kernel] with out a multiple of ${groups}`,
    );
  }
  x.data.fill(0);
  const area = kernel.reduce((product, n) => product * n, 1);
  const middle = kernel.reduce((at, n) => at * n + Math.floor(n / 2), 0);
  for (let o = 0; o < out; o++) {
    const own = o % (out / groups);
    if (own < channels) x.data[(o * channels + own) * area + middle] = 1;
  }
  return x;
}

/** What `nn.init.sparse` takes besides the tensor. */
export interface SparseOptions {
  /** How much of each column is 0. */
  sparsity: number;
  /** Of the other values; 0.01 when left out. */
  std?: number;
}

/** Normal values, of which a part of each column is 0. Martens (2010). @throws ModelError unless x is a matrix */
export function sparse(
  ...args: Widest<
    [x: Tensor, options: SparseOptions],
    [x: Tensor, ...Positions<[sparsity: number, std?: number], SparseOptions>]
  >
): Tensor {
  const signature = takes(["x"], { sparsity: number, std: number });
  const [x, options] = read<[Tensor, SparseOptions?]>("sparse", signature, args);
  const { sparsity = Number.NaN, std = 0.01 } = options ?? {};
  const [rows = 0, columns = 0] = x.shape;
  if (x.ndim !== 2 || !(sparsity >= 0 && sparsity <= 1)) {
    throw new ModelError(
      `nn.init.sparse(): found shape ${showShape(x.shape)} and sparsity ${sparsity}, expected a matrix and a number from 0 to 1`,
    );
  }
  for (let i = 0; i < x.data.length; i++) x.data[i] = std * generator.normal();
  const zeros = Math.ceil(sparsity * rows);
  for (let column = 0; column < columns; column++) {
    const order = Array.from({ length: rows }, (_, i) => ({ i, key: generator.uniform() }));
    order.sort((p, q) => p.key - q.key);
    for (const { i } of order.slice(0, zeros)) x.data[i * columns + column] = 0;
  }
  return x;
}
