/** Evaluates the loss under many perturbations of one tensor at once, recomputing only what depends on it. */
import type { Tensor } from "../../core/tensor";
import { advance } from "./advance";
import { type Changes, oneByOne } from "./one-by-one";
import { inFloat64, type Replay } from "./replay";
import { type Cut, isCut, type ReplayStep } from "./replay-step";
import { type Evaluation, type Perturbed, toDense, type Variants } from "./variants";

/** Elements of the largest tensor times variants in one go: fits a cache, and keeps a turn short. */
const CHUNK = 1 << 18;
/** Elements of the tensor itself times variants, should they be needed in full. */
const MOST = 1 << 22;

/** What depends on one tensor of a replay, ready to be evaluated. */
export interface Downstream extends Evaluation {
  readonly replay: Replay;
  readonly slot: number;
  readonly steps: readonly (ReplayStep | Cut)[];
  /** The same without any short cut: every operation runs by itself for every variant. */
  readonly plain: Evaluation;
}

/** Which steps a change passes. */
export type Passes = (step: ReplayStep | Cut) => boolean;

/** Where a gradient passes as well: not through detached values, nor through what ran without gradients. */
export const alongGradients: Passes = (step) => !isCut(step) && step.differentiable;

/** Every dependence that was recorded. */
export const everywhere: Passes = () => true;

/** What lies between the tensor in `slot` and the loss. */
export function downstreamOf(replay: Replay, slot: number, passes: Passes = alongGradients): Downstream {
  const x = replay.values[slot] as Tensor;
  const dirty = new Set([slot]);
  const steps = replay.steps.filter((step) => {
    const [inputs, out] = isCut(step) ? [[step.from], step.to] : [step.inputs, step.out];
    if (!passes(step) || out === slot || !inputs.some((i) => dirty.has(i))) return false;
    dirty.add(out);
    return true;
  });
  const sizes = steps.map((step) => replay.values[isCut(step) ? step.to : step.out]?.size ?? 1);
  const largest = sizes.reduce((a, b) => Math.max(a, b), 1);
  const shared = {
    x,
    middle: replay.values[replay.loss]?.data[0] as number,
    costMs: steps.reduce((sum, step) => sum + (isCut(step) ? 0 : step.ms), 0),
  };
  const losses: Evaluation["losses"] = (variants, count) =>
    lossesOf({ replay, slot, steps }, advance, variants, count);
  return {
    ...shared,
    replay,
    slot,
    steps,
    chunk: Math.max(1, Math.min(4096, Math.floor(CHUNK / largest), Math.floor(MOST / x.size))),
    losses,
    plain: {
      ...shared,
      chunk: 1,
      losses: (variants, count) => lossesOf({ replay, slot, steps }, oneByOne, variants, count),
    },
  };
}

/** The loss (float64) for each variant of the tensor; the loss as it was when nothing depends on the tensor. */
function lossesOf(
  { replay, slot, steps }: Pick<Downstream, "replay" | "slot" | "steps">,
  through: (step: ReplayStep, changes: Changes, count: number) => Variants,
  variants: Perturbed,
  count: number,
): Float64Array {
  const states = new Map<number, Variants>([[slot, variants]]);
  inFloat64(() => {
    for (const step of steps) {
      if (isCut(step)) states.set(step.to, states.get(step.from) as Variants);
      else states.set(step.out, through(step, changesOf(step, states), count));
    }
  });
  const loss = replay.values[replay.loss] as Tensor;
  const found = states.get(replay.loss);
  if (found === undefined) return new Float64Array(count).fill(loss.data[0] as number);
  return Float64Array.from(toDense(found, loss, count).data);
}

/** The inputs of a step that changed. */
export function changesOf({ inputs }: ReplayStep, states: ReadonlyMap<number, Variants>): Changes {
  const changes = new Map<number, Variants>();
  for (const slot of inputs) {
    const variants = states.get(slot);
    if (variants !== undefined) changes.set(slot, variants);
  }
  return changes;
}
