/** One operation of a model with its derivative made wrong, in the ways in which people get derivatives wrong. */

import { normOf } from "../../engine/core/norm-of";
import type { At, Op, Rule } from "../../engine/core/op";
import { sameShape } from "../../engine/core/shape";
import type { Node } from "../../engine/core/tape";
import * as g from "../../engine/index";
import { broadcastLike } from "../../engine/ops/broadcast";
import { sweep } from "../../engine/sweeps/reverse";
import type { Run } from "../../engine/tracing/run";
import type { Draw } from "./draw";

/** What a wrong rule may use: the right one, and the operation at the moment it ran. */
interface Moment {
  readonly right: (grad: g.Tensor) => g.Tensor;
  readonly op: Op;
  readonly at: At;
  readonly input: number;
}

type Wrong = (grad: g.Tensor, moment: Moment) => g.Tensor;

const scaled =
  (factor: number): Wrong =>
  (grad, { right }) =>
    g.mul(right(grad), factor);

const flat = (x: g.Tensor) => g.reshape(x, [-1]);

/** Wrong rules by what was done wrong. Those that change nothing at some operation are left out there by `isVisible`. */
export const mistakes: Readonly<Record<string, Wrong>> = {
  "the sign": scaled(-1),
  "twice as much": scaled(2),
  "half as much": scaled(0.5),
  "one per cent too much": scaled(1.01),
  "ten times as much": scaled(10),
  nothing: scaled(0),
  "a constant too much": (grad, { right, at, input }) =>
    g.add(right(grad), g.mul(0.3, broadcastLike(g.mean(grad), at.inputs[input] as g.Tensor))),
  "the incoming gradient as it is": (grad, { right, at, input }) =>
    sameShape(grad.shape, at.inputs[input]?.shape ?? []) ? grad : right(grad),
  "the incoming gradient squared": (grad, { right }) => right(g.mul(grad, grad)),
  "the incoming gradient's sign": (grad, { right }) => right(g.sign(grad)),
  "the incoming gradient taken as 1": (grad, { right }) => right(g.add(g.mul(grad, 0), 1)),
  transposed: (grad, { right }) => {
    const own = right(grad);
    const [rows, columns] = own.shape.slice(-2);
    return own.ndim >= 2 && rows === columns ? g.transpose(own, -1, -2) : own;
  },
  "off by one element": (grad, { right }) => g.roll(right(grad), 1),
  "in reverse order": (grad, { right }) => {
    const own = right(grad);
    return g.reshape(g.flip(flat(own), 0), own.shape);
  },
  "one element doubled": (grad, { right }) => weigh(right(grad), (i, n) => (i === n >> 1 ? 2 : 1)),
  "the last element left out": (grad, { right }) => weigh(right(grad), (i, n) => (i === n - 1 ? 0 : 1)),
  "the first element of the incoming gradient left out": (grad, { right }) =>
    right(weigh(grad, (i) => (i === 0 ? 0 : 1))),
  "only the first half of the incoming gradient": (grad, { right }) =>
    right(weigh(grad, (i, n) => (2 * i < n ? 1 : 0))),
  "the mean over the batch instead of the sum": (grad, { right, at, input }) =>
    g.div(right(grad), Math.max(1, at.out.size / Math.max(1, at.inputs[input]?.size ?? 1))),
  "no sum over what was broadcast": (grad, { right, at, input }) => {
    const x = at.inputs[input] as g.Tensor;
    return sameShape(x.shape, at.out.shape) || x.size >= at.out.size ? right(grad) : grad;
  },
  "the output instead of the input": (grad, { right, op, at, input }) => {
    if (at.inputs.length !== 1 || !sameShape(at.x.shape, at.out.shape)) return right(grad);
    const moved: At = { ...at, x: at.out, inputs: [at.out] };
    return op.vjp(input, moved)?.(grad, moved) ?? right(grad);
  },
  "the rule of the other input": (grad, { right, op, at, input }) => {
    const other = 1 - input;
    const fits = at.inputs.length === 2 && sameShape(at.inputs[0]?.shape ?? [], at.inputs[1]?.shape ?? []);
    return (fits ? op.vjp(other, at)?.(grad, at) : null) ?? right(grad);
  },
  "a term left out": (grad, { right }) => {
    const own = right(grad);
    return g.sub(own, g.mean(own));
  },
  clipped: (grad, { right }) => {
    const own = right(grad);
    const largest = Array.from(own.data, Math.abs).reduce((a, b) => Math.max(a, b), 0);
    return g.clamp(own, { min: -largest / 2, max: largest / 2 });
  },
};

function weigh(x: g.Tensor, weight: (i: number, n: number) => number): g.Tensor {
  const weights = Float64Array.from({ length: x.size }, (_, i) => weight(i, x.size));
  return g.mul(x, g.tensor(weights, { shape: [...x.shape], dtype: x.dtype }));
}

export interface Fault {
  readonly mistake: string;
  /** The operation as `gradlens` calls it, the input whose rule is wrong, and the lines on which it stands. */
  readonly op: string;
  readonly input: number;
  readonly lines: readonly number[];
  /** The numbers of the changed operations on the tape. */
  readonly places: readonly number[];
}

/** Chooses an operation of the run and what is wrong with it: at one place, or wherever the model calls it. */
export function chooseFault(draw: Draw, run: Run): Fault | null {
  const { nodes } = run.tape;
  const passing = nodes.flatMap((node, place) =>
    run.gradients?.has(node.out) && inputsOf(node).length > 0 ? [place] : [],
  );
  if (passing.length === 0) return null;
  const place = draw.pick(passing);
  const node = nodes[place] as Node;
  const input = draw.pick(inputsOf(node));
  const everywhere = draw.chance(0.4);
  const places = everywhere
    ? passing.filter((n) => nodes[n]?.op === node.op && inputsOf(nodes[n] as Node).includes(input))
    : [place];
  const lines = [...new Set(places.map((n) => nodes[n]?.out.site ?? 0))];
  return { mistake: draw.pick(Object.keys(mistakes)), op: node.op.name, input, lines, places };
}

function inputsOf(node: Node): number[] {
  return node.inputs.flatMap((x, i) => (x.requiresGrad && node.op.vjp(i, node) !== null ? [i] : []));
}

/** Puts the wrong rule in place of the right one in a recorded run; what it returns puts the right one back. */
export function plant(run: Run, { mistake, input, places }: Fault): () => void {
  const { nodes } = run.tape;
  const wrong = mistakes[mistake];
  if (wrong === undefined) throw new Error(`no mistake is called "${mistake}"`);
  const undo = places.map((place) => {
    const node = nodes[place] as Node;
    const { op } = node;
    const vjp = (i: number, at: At): Rule | null => {
      const rule = op.vjp(i, at);
      if (rule === null || i !== input) return rule;
      return (grad, moment) => wrong(grad, { right: (given) => rule(given, moment), op, at: moment, input });
    };
    Object.assign(node, { op: { ...op, vjp } });
    return () => Object.assign(node, { op });
  });
  return () => {
    for (const each of undo) each();
  };
}

/** A change that differences of the loss, whose own size is `loss`, can tell from rounding. */
const CLEAR = { relative: 1e-3, absolute: 1e-6 };
/** What is real is about the same in single precision and in double; what rounding leaves of 0 is 5e8 times as large there, or gone. */
const REAL = 1e-3;

/** The gradient of a parameter without and with the fault; null where none passes. */
interface Pair {
  readonly leaf: g.Tensor;
  readonly before: g.Tensor | null;
  readonly now: g.Tensor | null;
}

/**
 * Whether the fault changes the gradient of a parameter by more than rounding, by comparing the engine's own backward
 * passes with and without it: the checker has no part in this. `run` is of float64, `coarse` the same in float32.
 */
export function isVisible(run: Run, coarse: Run, fault: Fault): boolean {
  const pairs = pairsOf(run, fault);
  if (run.loss === null || pairs === null) return run.loss !== null;
  const size = Math.abs(run.loss.item());
  const inSingle = pairsOf(coarse, fault);
  return pairs.some((pair, i) => isClear(pair, size) && !isRounding(pair, inSingle?.[i]));
}

/** Null when the wrong rule throws. */
function pairsOf(run: Run, fault: Fault): Pair[] | null {
  const { loss, gradients } = run;
  if (loss === null || gradients === null) return [];
  const undo = plant(run, fault);
  try {
    const after = sweep(loss, g.ones(loss.shape, { dtype: loss.dtype }));
    const leaves = [...gradients.keys()].filter((x) => x.isLeaf);
    return leaves.map((leaf) => ({
      leaf,
      before: gradients.get(leaf) ?? null,
      now: after.get(leaf) ?? null,
    }));
  } catch {
    return null;
  } finally {
    undo();
  }
}

function isClear({ leaf, before, now }: Pair, loss: number): boolean {
  if (before === null || now === null) return before !== now;
  if (!sameShape(before.shape, now.shape)) return before.data.some((v) => v !== 0);
  const size = normOf(leaf.data) / Math.sqrt(leaf.size) || 1;
  return before.data.some((v, i) => {
    const change = Math.abs(v - (now.data[i] as number));
    const largest = Math.max(Math.abs(v), Math.abs(now.data[i] as number));
    return change > CLEAR.relative * largest && change * size > CLEAR.absolute * loss;
  });
}

/** True when the change is another one with other rounding. */
function isRounding(pair: Pair, inSingle: Pair | undefined): boolean {
  const [fine, coarse] = [changeOf(pair), inSingle === undefined ? Number.NaN : changeOf(inSingle)];
  return coarse < Infinity && (fine < REAL * coarse || coarse < REAL * fine);
}

/** NaN when one of both is missing or has another shape. */
function changeOf({ before, now }: Pair): number {
  if (before === null || now === null || !sameShape(before.shape, now.shape)) return Number.NaN;
  return normOf(Array.from(before.data, (v, i) => v - (now.data[i] as number)));
}
