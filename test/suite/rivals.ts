/** The acceptance rules of other gradient checkers, each applied to the same functions, with their own steps and tolerances. */
import type { RandomGenerator } from "../../engine/core/random";
import type { Probe, Vectors } from "./probe";

/** What a checker says; Chainer alone can say that a point is not differentiable. */
export type Answer = "passes" | "fails" | "kink" | "non-deterministic";

export interface Rival {
  readonly name: string;
  check(probe: Probe, random: RandomGenerator): Answer;
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.prototype.reduce.call<
    ArrayLike<number>,
    [(sum: number, v: number, i: number) => number, number],
    number
  >(a, (sum, v, i) => sum + v * (b[i] as number), 0);
const vector = (size: number, draw: () => number) => Float64Array.from({ length: size }, draw);
const scaled = (a: Float64Array, by: number) => a.map((v) => v * by);
const unit = (a: Float64Array) => scaled(a, 1 / Math.sqrt(dot(a, a)));

/** The function at the point plus t times the directions. */
function along({ at, value }: Probe, directions: Vectors, t: number): Float64Array {
  return value(at.map((x, i) => x.map((v, e) => v + t * (directions[i]?.[e] ?? 0))));
}

/** (f(x + h·d) − f(x − h·d)) / 2h */
function central(probe: Probe, directions: Vectors, h: number): Float64Array {
  const [plus, minus] = [along(probe, directions, h), along(probe, directions, -h)];
  return plus.map((v, i) => (v - (minus[i] as number)) / (2 * h));
}

const onlyInput = ({ at }: Probe, input: number, direction: Float64Array) =>
  at.map((x, i) => (i === input ? direction : new Float64Array(x.length)));
const oneHot = (size: number, at: number) => vector(size, () => 0).fill(1, at, at + 1);
const close = (a: number, b: number, atol: number, rtol: number) =>
  Math.abs(a - b) <= atol + rtol * Math.abs(b);
const verdict = (ok: boolean): Answer => (ok ? "passes" : "fails");

/** torch.autograd.gradcheck, defaults: eps 1e-6, atol 1e-5, rtol 1e-3, nondet_tol 0; every element of the Jacobian. */
const torchSlow: Rival = {
  name: "PyTorch, slow mode",
  check(probe) {
    const outputs = probe.value(probe.at).length;
    const analytic = Array.from({ length: outputs }, (_, o) => probe.gradients(oneHot(outputs, o)));
    const again = Array.from({ length: outputs }, (_, o) => probe.gradients(oneHot(outputs, o)));
    for (const [i, x] of probe.at.entries()) {
      for (let e = 0; e < x.length; e++) {
        const numeric = central(probe, onlyInput(probe, i, oneHot(x.length, e)), 1e-6);
        for (let o = 0; o < outputs; o++) {
          if (!close(analytic[o]?.[i]?.[e] as number, numeric[o] as number, 1e-5, 1e-3)) return "fails";
        }
      }
    }
    if (analytic.flat().some((x, k) => x.some((v, e) => v !== again.flat()[k]?.[e])))
      return "non-deterministic";
    return verdict(probe.gradients(new Float64Array(outputs)).every((x) => x.every((v) => v === 0)));
  },
};

/** The same with fast_mode: vᵀJu for non-negative unit vectors u and v; atol grows with the sum of their products. */
const torchFast: Rival = {
  name: "PyTorch, fast mode",
  check(probe, random) {
    const draw = () => random.uniform();
    const outputs = probe.value(probe.at).length;
    const v = unit(vector(outputs, draw));
    const us = probe.at.map((x) => unit(vector(x.length, draw)));
    const analytic = probe.gradients(v);
    const again = probe.gradients(v);
    for (const [i, u] of us.entries()) {
      const numeric = dot(central(probe, onlyInput(probe, i, u), 1e-6), v);
      const ones = (a: Float64Array) =>
        dot(
          a,
          a.map(() => 1),
        );
      if (!close(dot(analytic[i] as Float64Array, u), numeric, 1e-5 * ones(u) * ones(v), 1e-3))
        return "fails";
      if (analytic[i]?.some((each, e) => each !== again[i]?.[e])) return "non-deterministic";
    }
    return verdict(probe.gradients(new Float64Array(outputs)).every((x) => x.every((each) => each === 0)));
  },
};

/** jax.test_util.check_grads, reverse mode in float64: one normal direction, eps 1e-4, atol and rtol 1e-5. */
const jax: Rival = {
  name: "JAX check_grads",
  check(probe, random) {
    const normal = () => random.normal();
    const tangents = probe.at.map((x) => vector(x.length, normal));
    const moved = central(probe, tangents, 1e-4);
    const cotangent = vector(moved.length, normal);
    const back = probe.gradients(cotangent);
    const inner = back.reduce((sum, x, i) => sum + dot(x, tangents[i] as Float64Array), 0);
    return verdict(close(inner, dot(moved, cotangent), 1e-5, 1e-5));
  },
};

/** autograd.test_util.check_vjp: one normal direction, step 5e-7, 1e-6 absolute or relative. */
const hips: Rival = {
  name: "HIPS autograd",
  check(probe, random) {
    const normal = () => random.normal();
    const tangents = probe.at.map((x) => vector(x.length, normal));
    const moved = central(probe, tangents, 5e-7);
    const cotangent = vector(moved.length, normal);
    const exact = probe
      .gradients(cotangent)
      .reduce((sum, x, i) => sum + dot(x, tangents[i] as Float64Array), 0);
    const numeric = dot(moved, cotangent);
    return verdict(
      Math.abs(exact - numeric) < 1e-6 || Math.abs(exact - numeric) / Math.abs(exact + numeric) < 1e-6,
    );
  },
};

/** theano.gradient.verify_grad: two projections of the output in [0.5, 1.5), one-sided steps of 1e-7, both errors above 1e-4. */
const theano: Rival = {
  name: "Theano verify_grad",
  check(probe, random) {
    const before = probe.value(probe.at);
    for (let test = 0; test < 2; test++) {
      const projection = vector(before.length, () => 0.5 + random.uniform());
      const analytic = probe.gradients(projection);
      const base = dot(before, projection);
      for (const [i, x] of probe.at.entries()) {
        for (let e = 0; e < x.length; e++) {
          const numeric =
            (dot(along(probe, onlyInput(probe, i, oneHot(x.length, e)), 1e-7), projection) - base) / 1e-7;
          const exact = analytic[i]?.[e] as number;
          const absolute = Math.abs(exact - numeric);
          const relative = absolute / Math.max(Math.abs(exact) + Math.abs(numeric), 1e-8);
          if (!(absolute <= 1e-4 || relative <= 1e-4)) return "fails";
        }
      }
    }
    return "passes";
  },
};

/** chainer.gradient_check.check_backward with detect_nondifferentiable: a unit direction, 5 points up to 1e-3, atol 1e-5, rtol 1e-4. */
const chainer: Rival = {
  name: "Chainer check_backward",
  check(probe, random) {
    const normal = () => random.normal();
    const raw = probe.at.map((x) => vector(x.length, normal));
    const length = Math.sqrt(raw.reduce((sum, x) => sum + dot(x, x), 0));
    const directions = raw.map((x) => scaled(x, 1 / length));
    const h = 1e-3;
    const points = [-h, -h / 2, 0, h / 2, h].map((t) => along(probe, directions, t));
    const [y0, y1, , y3, y4] = points as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    if (y0.some((_, o) => isBent(points.map((y) => y[o] as number)))) return "kink";
    const cotangent = vector(y0.length, normal);
    const slope = y0.map(
      (v, o) => (-(y4[o] as number) + 8 * (y3[o] as number) - 8 * (y1[o] as number) + v) / (6 * h),
    );
    const exact = probe
      .gradients(cotangent)
      .reduce((sum, x, i) => sum + dot(x, directions[i] as Float64Array), 0);
    return verdict(close(exact, dot(slope, cotangent), 1e-5, 1e-4));
  },
};

/** True when a parabola misses one of five equally spaced values by 1 % of their range. */
function isBent(values: readonly number[]): boolean {
  const at = [-2, -1, 0, 1, 2];
  const linear = dot(values, at) / 10;
  const mean = dot(values, [1, 1, 1, 1, 1]) / 5;
  const bend = dot(values, [2, -1, -2, -1, 2]) / 14;
  const miss = values.map((v, k) =>
    Math.abs(v - mean - linear * (at[k] as number) - bend * ((at[k] as number) ** 2 - 2)),
  );
  return Math.max(...miss) > 1e-2 * (Math.max(...values) - Math.min(...values));
}

export const rivals: readonly Rival[] = [torchSlow, torchFast, jax, hips, theano, chainer];
