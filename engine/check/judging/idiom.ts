/** Gradients that people make wrong on purpose: straight-through estimators, gradient reversal, clipping. */
import type { Values } from "../../core/dtype";
import { allOps } from "../../core/op";
import { RandomGenerator } from "../../core/random";
import { Tensor } from "../../core/tensor";
import type { Site } from "../../report/report";
import type { Fault } from "../blame/operation";
import { inFloat64 } from "../differences/replay";
import type { ReplayStep } from "../differences/replay-step";

export type Idiom = "a straight-through estimator" | "gradient reversal" | "clipping of the gradient";

/** Relative difference up to which numbers count as the same. */
const SAME = 1e-6;
/** A move that no smooth function hides. */
const MOVE = 1e-7;
/** Incoming gradients that are too small and too large for any sensible bound. */
const [SMALL, LARGE] = [1e-6, 1e6];

/** The idiom that an operation of the model file is, as far as its values and its backward rule tell. */
function idiomOf(step: ReplayStep, input: number): Idiom | null {
  const { op, inputs, out } = step.node;
  if (allOps().get(op.name) === op) return null;
  const random = new RandomGenerator(out.size);
  const incoming = Float64Array.from({ length: out.size }, () => random.uniform() + 0.5);
  try {
    return inFloat64(() => {
      const [once, twice, large] = [SMALL, 2 * SMALL, LARGE].map((f) =>
        gradientFor(step, input, incoming, f),
      );
      if (!once || !twice || !large || once.every((v) => v === 0)) return null;
      if (!isProportional(once, twice, 2)) return null;
      if (!isProportional(once, large, LARGE / SMALL))
        return isBounded(once, large) ? "clipping of the gradient" : null;
      if (isStill(step, input)) return "a straight-through estimator";
      const x = inputs[input]?.data ?? [];
      const factor = (once[0] as number) / ((incoming[0] as number) * SMALL);
      const isReversed =
        factor < 0 && once.length === incoming.length && isProportional(incoming, once, factor * SMALL);
      return isReversed && isProportional(x, out.data, 1) ? "gradient reversal" : null;
    });
  } catch {
    return null;
  }
}

/** What to do when a fault is no mistake; nothing where nothing speaks for that. */
export function adviceForFault({ step, input, pattern }: Fault, site: Site | null): string {
  const idiom = idiomOf(step, input);
  return idiom !== null || pattern.name === "not-linear" ? advice(site, idiom) : "";
}

/** " If that is meant, write …", as a sentence after others. */
export function advice(site: Site | null, idiom: Idiom | null = null): string {
  if (site === null) return "";
  const rest = `f that is meant, write // gradlens: intended on line ${site.line}.`;
  return idiom === null ? ` I${rest}` : ` This looks like ${idiom}; i${rest}`;
}

function gradientFor(
  { node }: ReplayStep,
  input: number,
  incoming: Float64Array,
  factor: number,
): Values | null {
  const g = new Tensor(
    incoming.map((v) => v * factor),
    node.out.shape,
    "float64",
  );
  return node.op.vjp(input, node)?.(g, node).data ?? null;
}

/** True when b is `factor` times a. */
function isProportional(a: ArrayLike<number>, b: ArrayLike<number>, factor: number): boolean {
  if (a.length !== b.length) return false;
  let [size, apart] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    size = Math.max(size, Math.abs(b[i] as number));
    apart = Math.max(apart, Math.abs(factor * (a[i] as number) - (b[i] as number)));
  }
  return apart <= SAME * size;
}

/** True when a large incoming gradient gives far less than a small one promises, and nothing of another sign. */
function isBounded(small: Values, large: Values): boolean {
  const promised = LARGE / SMALL;
  return large.every((v, i) => {
    const s = small[i] as number;
    return v * s >= 0 && Math.abs(v) <= promised * Math.abs(s) * (1 + SAME);
  });
}

/** True when small moves of an input do not change the result at all: rounding, signs, comparisons. */
function isStill({ node: { op, attrs, inputs, out } }: ReplayStep, input: number): boolean {
  return [MOVE, -MOVE].every((by) => {
    const moved = inputs.map((x, i) =>
      i === input && x.data instanceof Float64Array
        ? new Tensor(
            x.data.map((v) => v + by * Math.max(1, Math.abs(v))),
            x.shape,
            x.dtype,
          )
        : x,
    );
    const { data } = op.forward(moved, attrs);
    return data.length === out.data.length && data.every((v, i) => v === out.data[i]);
  });
}
