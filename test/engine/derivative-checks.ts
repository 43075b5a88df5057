/** Checks of one operation's derivatives at one call: each gives what is wrong, or null. */
import { isFloat } from "../../engine/core/dtype";
import { type At, apply, type Call, type Op } from "../../engine/core/op";
import { Sampler } from "../../engine/core/sampler";
import { type Shape, sameShape, showShape } from "../../engine/core/shape";
import { enableGrad, Node, quietly } from "../../engine/core/tape";
import { Tensor, zeroFilled } from "../../engine/core/tensor";
import { forwardSweep } from "../../engine/sweeps/forward";
import { sweep } from "../../engine/sweeps/reverse";

type Check = (op: Op, call: Call<object>) => string | null;

/** A call with inputs of its own, each a leaf. */
function freshInputs(inputs: readonly Tensor[]): Tensor[] {
  return inputs.map((x) => new Tensor(x.data.slice(), x.shape, x.dtype, x.requiresGrad));
}

function active(inputs: readonly Tensor[]): number[] {
  return inputs.flatMap((x, i) => (isFloat(x.dtype) && x.requiresGrad ? [i] : []));
}

function dot(a: Tensor, b: Tensor): number {
  let total = 0;
  for (let i = 0; i < a.size; i++) total += (a.data[i] as number) * (b.data[i] as number);
  return total;
}

function random(shape: Shape, seed: number): Tensor {
  const out = new Sampler(seed).uniform(shape, -1, 1);
  out.requiresGrad = false;
  return out;
}

/** d/dh of `f` at 0, by central differences with two steps (Richardson): error of order h⁴. */
function slope(f: (h: number) => number, h = 1e-3): number {
  const central = (step: number) => (f(step) - f(-step)) / (2 * step);
  return (4 * central(h / 2) - central(h)) / 3;
}

/** The value of `f` with element j of `x` moved by h. */
function moved(x: Tensor, j: number, f: () => number): (h: number) => number {
  return (h) => {
    const saved = x.data[j] as number;
    x.data[j] = saved + h;
    try {
      return f();
    } finally {
      x.data[j] = saved;
    }
  };
}

function numericGradient(x: Tensor, f: () => number): Tensor {
  const out = zeroFilled(x.shape, "float64");
  for (let j = 0; j < x.size; j++) out.data[j] = slope(moved(x, j, f));
  return out;
}

function compare(what: string, found: Tensor, expected: Tensor, tolerance: number): string | null {
  if (!sameShape(found.shape, expected.shape)) {
    return `${what}: shape ${showShape(found.shape)}, expected ${showShape(expected.shape)}`;
  }
  if (found.dtype !== "float64") return `${what}: dtype ${found.dtype}`;
  const scale = Math.max(1, ...Array.from(expected.data, Math.abs));
  for (let j = 0; j < expected.size; j++) {
    const [a, b] = [found.data[j] as number, expected.data[j] as number];
    if (!(Math.abs(a - b) <= tolerance * scale)) return `${what}[${j}]: ${a}, expected ${b}`;
  }
  return null;
}

function firstProblem(indices: readonly number[], check: (i: number) => string | null): string | null {
  for (const i of indices) {
    const problem = check(i);
    if (problem !== null) return problem;
  }
  return null;
}

function atCall(op: Op, { inputs, attrs }: Call<object>): At {
  const out = quietly(() => op.forward(inputs, attrs));
  return new Node(op, inputs, attrs, out, null);
}

const zerosLike = (x: Tensor) => zeroFilled(x.shape, "float64");

/** A rule's result in both ways it may be computed: recording nothing, and recording what it does. */
function inBothWays(run: () => Tensor, expected: Tensor, what: string): string | null {
  return (
    compare(`${what}, recording nothing`, quietly(run), expected, 1e-8) ??
    compare(`${what}, recorded`, enableGrad(run), expected, 1e-8)
  );
}

/** The VJP of every input against central differences. */
export const checkVjp: Check = (op, call) => {
  const at = atCall(op, call);
  const v = random(at.out.shape, 1);
  return firstProblem(active(call.inputs), (i) => {
    const x = call.inputs[i] as Tensor;
    const expected = numericGradient(x, () =>
      dot(
        quietly(() => op.forward(call.inputs, call.attrs)),
        v,
      ),
    );
    return inBothWays(() => op.vjp(i, at)?.(v, at) ?? zerosLike(x), expected, `VJP of input ${i}`);
  });
};

/** The JVP of every input along a random direction against central differences. */
export const checkJvp: Check = (op, call) => {
  const at = atCall(op, call);
  return firstProblem(active(call.inputs), (i) => {
    const x = call.inputs[i] as Tensor;
    const u = random(x.shape, 2 + i);
    const expected = numericTangent(op, call, i, u, at.out);
    return inBothWays(() => op.jvp(i, at)?.(u, at) ?? zerosLike(at.out), expected, `JVP of input ${i}`);
  });
};

/** The derivative of the output when input i moves along u. */
function numericTangent(op: Op, call: Call<object>, i: number, u: Tensor, out: Tensor): Tensor {
  const x = call.inputs[i] as Tensor;
  const values = (h: number) => {
    const data = x.data.map((value, j) => value + h * (u.data[j] as number));
    const inputs = call.inputs.map((each, k) => (k === i ? new Tensor(data, x.shape, "float64") : each));
    return quietly(() => op.forward(inputs, call.attrs)).data;
  };
  const [h, central] = [1e-3, (step: number) => [values(step), values(-step)] as const];
  const [[wideUp, wideDown], [up, down]] = [central(h), central(h / 2)];
  const expected = zerosLike(out);
  for (let j = 0; j < out.size; j++) {
    const wide = ((wideUp[j] as number) - (wideDown[j] as number)) / (2 * h);
    const near = ((up[j] as number) - (down[j] as number)) / h;
    expected.data[j] = (4 * near - wide) / 3;
  }
  return expected;
}

/** ⟨v, J u⟩ = ⟨Jᵀ v, u⟩ for every input: both modes are the same linear map. */
export const checkAdjoint: Check = (op, call) => {
  const at = atCall(op, call);
  const v = random(at.out.shape, 3);
  return firstProblem(active(call.inputs), (i) => {
    const x = call.inputs[i] as Tensor;
    const u = random(x.shape, 4 + i);
    const ju = quietly(() => op.jvp(i, at)?.(u, at)) ?? zerosLike(at.out);
    const jtv = quietly(() => op.vjp(i, at)?.(v, at)) ?? zerosLike(x);
    const [forward, reverse] = [dot(v, ju), dot(jtv, u)];
    const scale = Math.sqrt(dot(v, v) * dot(ju, ju)) + Math.sqrt(dot(jtv, jtv) * dot(u, u));
    if (Math.abs(forward - reverse) <= 1e-12 * scale) return null;
    return `input ${i}: ⟨v, J u⟩ is ${forward}, ⟨Jᵀ v, u⟩ is ${reverse}`;
  });
};

/** Gradients of all inputs for the cotangent v, recorded so that they can be differentiated. */
function recordedGradients(op: Op, inputs: readonly Tensor[], attrs: object, v: Tensor): Tensor[] {
  const out = apply(op, inputs, attrs);
  if (!out.requiresGrad) return active(inputs).map((i) => zerosLike(inputs[i] as Tensor));
  const gradients = sweep(out, v, { createGraph: true });
  return active(inputs).map((i) => gradients.get(inputs[i] as Tensor) ?? zerosLike(inputs[i] as Tensor));
}

/** Second derivatives: the gradient of ⟨w, gradient⟩, and the gradient's JVP, against central differences. */
export const checkSecond: Check = (op, call) => {
  const inputs = freshInputs(call.inputs);
  const movable = active(inputs);
  const v = random(quietly(() => op.forward(inputs, call.attrs)).shape, 5);
  const gradients = recordedGradients(op, inputs, call.attrs, v);
  const w = movable.map((i, k) => random((inputs[i] as Tensor).shape, 6 + k));
  const weigh = () =>
    recordedGradients(op, inputs, call.attrs, v).reduce((sum, g, k) => sum + dot(g, w[k] as Tensor), 0);
  const along = movable.map((i) => random((inputs[i] as Tensor).shape, 20 + i));
  const tangents = new Map(movable.map((i, k) => [inputs[i] as Tensor, along[k] as Tensor]));
  const forward = forwardSweep(gradients, tangents).reduce(
    (sum, t, k) => sum + (t === null ? 0 : dot(t, w[k] as Tensor)),
    0,
  );
  let expectedForward = 0;
  const problem = firstProblem(movable, (i) => {
    const x = inputs[i] as Tensor;
    const found = zerosLike(x);
    gradients.forEach((g, k) => {
      if (!g.requiresGrad) return;
      const part = sweep(g, w[k] as Tensor, {}).get(x);
      part?.data.forEach((value, j) => {
        found.data[j] = (found.data[j] as number) + value;
      });
    });
    const expected = numericGradient(x, weigh);
    expectedForward += dot(expected, along[movable.indexOf(i)] as Tensor);
    return compare(`second derivative of input ${i}`, found, expected, 1e-7);
  });
  if (problem !== null) return problem;
  const close = Math.abs(forward - expectedForward) <= 1e-6 * Math.max(1, Math.abs(expectedForward));
  return close ? null : `forward over reverse: ${forward}, expected ${expectedForward}`;
};

export const checks: Readonly<Record<string, Check>> = {
  "VJP against central differences": checkVjp,
  "JVP against central differences": checkJvp,
  "⟨v, J u⟩ = ⟨Jᵀ v, u⟩": checkAdjoint,
  "second derivatives": checkSecond,
};
