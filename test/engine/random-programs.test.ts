/** Random programs of up to 30 operations with broadcasting: reverse mode, forward mode and central differences agree. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { customOp, grad, jvp, mul, sum, type Tensor } from "../../engine";
import { Sampler } from "../../engine/sampler";
import { sizeOf } from "../../engine/shape";

type Step = (x: Tensor, y: Tensor) => Tensor;

/** Smooth and of moderate growth, so that central differences stay exact through 30 of them. */
const steps: Readonly<Record<string, Step>> = {
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

interface Program {
  shapes: number[][];
  steps: { name: string; a: number; b: number }[];
  seed: number;
}

/** Shapes that all broadcast against each other. */
const shapes = fc.subarray([[], [3], [1], [2, 3], [2, 1], [1, 3], [2, 2, 3], [2, 1, 1]], {
  minLength: 1,
  maxLength: 4,
});

const programsOf = (names: readonly string[]): fc.Arbitrary<Program> =>
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

function agree(program: Program, table = steps): boolean {
  const { reverse, forward, numeric, scale } = derivatives(program, table);
  return Math.abs(reverse - forward) <= 1e-10 * scale && Math.abs(reverse - numeric) <= 1e-7 * scale;
}

describe("random programs", () => {
  it("gradient, JVP and central difference agree in 1,000 of them", () => {
    fc.assert(
      fc.property(programsOf(Object.keys(steps)), (program) => agree(program)),
      { numRuns: 1000, seed: 20 },
    );
  }).timeout(60_000);

  it("a wrong derivative is found and shrunk to the one operation", () => {
    const wrong = customOp({
      name: "wrong",
      forward: (x) => gl.sin(x),
      backward: ({ grad: g, inputs: [x] }) => mul(g, gl.cos(gl.mul(x as Tensor, 1.001))),
    });
    const table = { ...steps, wrong: (x: Tensor) => wrong(x) };
    const result = fc.check(
      fc.property(programsOf(Object.keys(table)), (program) => agree(program, table)),
      { numRuns: 200, seed: 3 },
    );
    assert.equal(result.failed, true);
    const [program] = result.counterexample ?? [];
    assert.ok(program?.steps.some(({ name }) => name === "wrong"));
    assert.ok((program?.steps.length ?? 0) <= 3, JSON.stringify(program));
  }).timeout(60_000);
});
