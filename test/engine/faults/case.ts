/** What a case of the suite is: a function of one tensor `w`, and what a check should say about it. */
import * as g from "../../../engine/index";
import type { Verdict } from "../../../engine/report";
import { onLine } from "../sample-run";

export interface Case {
  readonly name: string;
  readonly values: g.Tensor;
  readonly model: (w: g.Tensor) => g.Tensor;
  /** The verdicts that are right; wrong derivatives have only one. */
  readonly expected: readonly Verdict[];
  /** The operation and line to be named, for wrong derivatives. */
  readonly culprit: { readonly op: string; readonly line: number } | null;
}

export const LINE = 9;

type Fn = (...inputs: g.Tensor[]) => g.Tensor;

/** The right gradients of `fn` by the engine's own rules. */
export function rightBackward(fn: Fn): Parameters<typeof g.customOp>[0]["backward"] {
  return ({ grad, inputs }) => {
    const [, pull] = g.vjp(
      fn,
      inputs.map((x) => g.tensor(x, { requiresGrad: true })),
    );
    return pull(grad);
  };
}

/** The loss of a custom operation `mine` called on line 9 with `w` first; its outputs meet different weights. */
export function lossOf(
  fn: Fn,
  backward: Parameters<typeof g.customOp>[0]["backward"],
  others: readonly g.Tensor[] = [],
  scale = 1,
): Case["model"] {
  const op = g.customOp({ name: "mine", forward: fn, backward });
  return (w) => {
    const out = onLine(LINE, () => op(w, ...others));
    const waves = g.sin(g.add(out, wave(out.shape)));
    return onLine(10, () => g.mul(g.sum(g.mul(waves, out)), scale));
  };
}

/** Numbers of size 1 without symmetry. */
export function wave(shape: readonly number[], seed = 1): g.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from(
    { length: size },
    (_, i) => Math.sin(3.7 * seed + 2.3 * i) + 0.3 * Math.cos(i * seed),
  );
  return g.tensor(data, { shape: [...shape] });
}
