/** Random programs of up to 30 operations with broadcasting: their derivative along a direction, in three ways. */
import fc from "fast-check";
import * as gl from "../../engine";
import { grad, jvp, mul, sum, type Tensor } from "../../engine";
import { Sampler } from "../../engine/core/sampler";
import { sizeOf } from "../../engine/core/shape";
import { cpuKernels, useKernels } from "../../engine/kernels";
import { jsKernels } from "../../engine/kernels/js";
import type { Kernels } from "../../engine/kernels/kernels";

export type Step = (x: Tensor, y: Tensor) => Tensor;

const last = (x: Tensor) => x.shape.at(-1) ?? 1;
/** x in the shape to which both broadcast: losses want one shape. */
const like = (x: Tensor, y: Tensor) => gl.add(x, gl.mul(y, 0));
/** A tensor of two dimensions at least. */
const rows = (x: Tensor) => (x.ndim < 2 ? gl.reshape(x, [1, x.size]) : x);
const constant = (shape: readonly number[]) => new Sampler(sizeOf(shape)).uniform(shape, -1, 1).detach();

/** Smooth and of moderate growth, so that central differences stay exact through 30 of them. */
export const steps: Readonly<Record<string, Step>> = {
  add: (x, y) => gl.add(x, y),
  sub: (x, y) => gl.sub(x, y),
  mul: (x, y) => gl.mul(x, gl.tanh(y)),
  div: (x, y) => gl.div(x, gl.add(gl.square(y), 1)),
  pow: (x, y) => gl.pow(gl.add(gl.sigmoid(x), 0.5), gl.tanh(y)),
  atan2: (x, y) => gl.atan2(gl.sin(x), gl.add(gl.sigmoid(y), 0.5)),
  hypot: (x, y) => gl.hypot(gl.tanh(x), gl.add(gl.sigmoid(y), 0.2)),
  sin: (x) => gl.sin(x),
  tanh: (x) => gl.tanh(x),
  sigmoid: (x) => gl.sigmoid(x),
  softplus: (x) => gl.softplus(x),
  gelu: (x) => gl.gelu(gl.tanh(x)),
  silu: (x) => gl.silu(gl.sin(x)),
  erf: (x) => gl.erf(x),
  logSigmoid: (x) => gl.logSigmoid(x),
  exp: (x) => gl.exp(gl.sin(x)),
  log1p: (x) => gl.log1p(gl.square(gl.tanh(x))),
  rsqrt: (x) => gl.rsqrt(gl.add(gl.sigmoid(x), 0.5)),
  softmax: (x) => gl.softmax(x, { dim: -1 }),
  logSoftmax: (x) => gl.logSoftmax(x, { dim: 0 }),
  logsumexp: (x) => gl.logsumexp(x, { dim: -1, keepdim: true }),
  sum: (x) => gl.sum(gl.tanh(x), { dim: 0, keepdim: true }),
  mean: (x) => gl.mean(x, { dim: -1, keepdim: true }),
  var: (x) => gl.var(gl.sin(x), { dim: -1, correction: 0, keepdim: true }),
  norm: (x) => gl.norm(gl.add(gl.sigmoid(x), 0.1), { dim: 0, keepdim: true }),
  cumsum: (x) => gl.cumsum(gl.sin(x), { dim: -1 }),
  prod: (x) => gl.prod(gl.tanh(x), { dim: -1, keepdim: true }),
  reshape: (x) => gl.reshape(gl.reshape(x, [-1]), x.shape),
  transpose: (x) => (x.ndim < 2 ? x : gl.transpose(gl.transpose(gl.sin(x), 0, -1), 0, -1)),
  matmul: (x) => (x.ndim < 2 ? gl.tanh(x) : gl.tanh(gl.matmul(gl.matmul(x, gl.transpose(x, -1, -2)), x))),
  expand: (x) => gl.mean(gl.expand(x, [2, ...x.shape]), { dim: 0 }),
};

/** Layers' functions, views and losses; they keep to shapes that broadcast against all others. */
export const moreSteps: Readonly<Record<string, Step>> = {
  ...steps,
  layerNorm: (x) => (x.ndim < 1 ? x : gl.layerNorm(gl.sin(x), { normalizedShape: last(x), eps: 0.1 })),
  linear: (x) => (x.ndim < 1 ? x : gl.tanh(gl.linear(x, constant([last(x), last(x)]), constant([last(x)])))),
  conv1d: (x) => {
    const weight = constant([1, 1, 3]);
    const out = gl.conv1d(gl.reshape(gl.sin(x), [1, 1, x.size]), weight, null, { padding: 1 });
    return gl.reshape(out, x.shape);
  },
  attention: (x) => {
    const y = gl.tanh(rows(x));
    return gl.reshape(gl.scaledDotProductAttention(y, y, y), x.shape);
  },
  crossEntropy: (x) => gl.crossEntropy(gl.sin(rows(x)), gl.softmax(constant(rows(x).shape), { dim: 1 })),
  mseLoss: (x, y) => gl.mseLoss(gl.tanh(like(x, y)), gl.sin(like(y, x)), { reduction: "none" }),
  withLogits: (x, y) =>
    gl.binaryCrossEntropyWithLogits(like(x, y), gl.sigmoid(like(y, x)), { reduction: "none" }),
  cat: (x) => {
    if (x.ndim < 1) return gl.sin(x);
    return gl.narrow(gl.cat([gl.sin(x), gl.tanh(x)], { dim: -1 }), -1, last(x) >> 1, last(x));
  },
  stack: (x, y) => gl.mean(gl.stack([gl.tanh(gl.add(x, y)), gl.sub(x, y)]), { dim: 0 }),
  flip: (x) => (x.ndim < 1 ? x : gl.flip(gl.sin(x), -1)),
  roll: (x) => (x.ndim < 1 ? x : gl.roll(x, 1, { dim: -1 })),
  indexSelect: (x) => {
    if (x.ndim < 1) return x;
    const index = gl.tensor(Int32Array.from({ length: last(x) }, (_, i) => (i * 2) % last(x)));
    return gl.indexSelect(gl.sin(x), index, { dim: -1 });
  },
  cumprod: (x) => (x.ndim < 1 ? x : gl.cumprod(gl.add(gl.sigmoid(x), 0.4), { dim: -1 })),
  std: (x) => (last(x) < 2 ? x : gl.std(gl.add(gl.sin(x), constant(x.shape)), { dim: -1, keepdim: true })),
  einsum: (x) => {
    const y = gl.tanh(rows(x));
    return gl.reshape(gl.einsum("...ij,kj->...ik", y, constant([last(y), last(y)])), x.shape);
  },
  where: (x, y) => gl.where(gl.gt(constant(x.shape), 0), gl.sin(x), gl.tanh(gl.add(x, y))),
  mish: (x) => gl.mish(x),
  selu: (x) => gl.softsign(gl.square(x)),
  celu: (x) => gl.expm1(gl.tanh(x)),
  cosine: (x, y) =>
    x.ndim < 1
      ? gl.cos(x)
      : gl.unsqueeze(
          gl.cosineSimilarity(gl.add(gl.sigmoid(x), 0.2), gl.add(gl.sigmoid(gl.add(x, gl.mul(0, y))), 0.3), {
            dim: -1,
          }),
          -1,
        ),
};

export interface Program {
  shapes: number[][];
  steps: { name: string; a: number; b: number }[];
  seed: number;
}

/** Shapes that all broadcast against each other. */
const shapes = fc.subarray([[], [3], [1], [2, 3], [2, 1], [1, 3], [2, 2, 3], [2, 1, 1]], {
  minLength: 1,
  maxLength: 4,
});

export const programsOf = (names: readonly string[]): fc.Arbitrary<Program> =>
  fc.record({
    shapes,
    steps: fc.array(fc.record({ name: fc.constantFrom(...names), a: fc.nat(40), b: fc.nat(40) }), {
      minLength: 1,
      maxLength: 30,
    }),
    seed: fc.nat(1000),
  });

function functionOf(
  program: Program,
  table: Readonly<Record<string, Step>>,
): (...leaves: Tensor[]) => Tensor {
  return (...leaves) => {
    const values = [...leaves];
    for (const { name, a, b } of program.steps) {
      const [x, y] = [values[a % values.length], values[b % values.length]] as [Tensor, Tensor];
      values.push((table[name] as Step)(x, y));
    }
    return values
      .slice(-3)
      .map((x) => sum(x))
      .reduce((total, x) => gl.add(total, x));
  };
}

const dot = (xs: readonly Tensor[], ys: readonly Tensor[]) =>
  xs.reduce((total, x, i) => total + sum(mul(x, ys[i] as Tensor)).item(), 0);

/** Derivative of the program along a direction, in three ways. */
function derivatives(program: Program, table: Readonly<Record<string, Step>>) {
  const r = new Sampler(program.seed);
  const fn = functionOf(program, table);
  const leaves = program.shapes.map((shape) => r.uniform(shape, -1, 1));
  const along = program.shapes.map((shape) => r.uniform(shape, -1, 1).detach());
  const reverse = dot(grad(fn(...leaves), leaves), along);
  const forward = jvp(fn, leaves, along)[1].item();
  const moved = (h: number) =>
    fn(...leaves.map((x, i) => gl.add(x.detach(), gl.mul(along[i] as Tensor, h)))).item();
  const central = (h: number) => (moved(h) - moved(-h)) / (2 * h);
  const numeric = (64 * central(2.5e-4) - 20 * central(5e-4) + central(1e-3)) / 45;
  const size = leaves.reduce((total, x) => total + sizeOf(x.shape), 0);
  return { reverse, forward, numeric, scale: Math.max(1, Math.abs(reverse), size) };
}

export function agree(program: Program, table: Readonly<Record<string, Step>> = steps): boolean {
  const { reverse, forward, numeric, scale } = derivatives(program, table);
  return Math.abs(reverse - forward) <= 1e-10 * scale && Math.abs(reverse - numeric) <= 1e-7 * scale;
}

function withKernels<T>(kernels: Kernels, fn: () => T): T {
  useKernels(kernels);
  try {
    return fn();
  } finally {
    useKernels(cpuKernels());
  }
}

const both: Readonly<Record<string, () => Kernels>> = { wasm: cpuKernels, plain: () => jsKernels };

/** Runs one random program on both kernels; says with which the derivatives do not agree, and the smallest program of the kind. */
export function programFailure(seed: number): string {
  for (const [name, kernels] of Object.entries(both)) {
    const said = withKernels(kernels(), () => {
      const property = fc.property(programsOf(Object.keys(moreSteps)), (program) =>
        agree(program, moreSteps),
      );
      const { failed, counterexample } = fc.check(property, { numRuns: 1, seed });
      return failed ? JSON.stringify(counterexample?.[0]) : "";
    });
    if (said !== "") return `${name} kernels: ${said}`;
  }
  return "";
}
