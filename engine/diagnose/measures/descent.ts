/** What steps of the model's own optimiser do to the loss, tried on copies of its weights. */
import { at } from "../../report/trace";
import { lazily } from "../lazily";
import { type Optimiser, trainersOf } from "./optimisers";
import { parametersOf } from "./parameters";

/** The last optimiser that holds parameters which the loss reaches. */
export const trainerOf = lazily(
  (traced): Optimiser | null =>
    trainersOf(traced).findLast(({ parameters }) =>
      parameters.some(({ node }) => node !== null && parametersOf(traced).reached.has(node)),
    ) ?? null,
);

/** Whether it steps by the gradient divided by its own size, as Adam and its kin do. */
function isAdaptive({ type }: Optimiser): boolean {
  return /^(Adam|AdamW|NAdam|RAdam|Adamax|RMSprop|Adagrad)$/.test(type);
}

/**
 * Whether the network does clearly better than one whose weights are all 0, which can only say one thing for all inputs;
 * null where that cannot be told.
 */
export const hasLearnt = lazily((traced): boolean | null => {
  const zeros = new Map<number, Float64Array>();
  for (const node of parametersOf(traced).reached) {
    const shape = traced.nodes[node]?.shape ?? [];
    if (shape.length >= 2) zeros.set(node, new Float64Array(traced.nodes[node]?.value.size ?? 0));
  }
  const again = zeros.size === 0 ? null : traced.experiments?.repeat(zeros);
  if (!again || traced.loss === null || !(again.loss > 0)) return null;
  return traced.loss.value < again.loss / 2;
});

/** By how much of itself the loss would fall in a step, if it were a plane. */
export const expectedFall = lazily((traced): number => {
  const trainer = trainerOf(traced);
  if (trainer === null || traced.loss === null) return 0;
  let fall = 0;
  for (const { node, learningRate } of trainer.parameters) {
    const grad = node === null ? null : (traced.nodes[node]?.grad ?? null);
    if (grad === null) continue;
    // The sum of absolute values is not at hand; that of a bell curve of this norm comes near.
    fall += learningRate * (isAdaptive(trainer) ? 0.8 * grad.norm * Math.sqrt(grad.size) : grad.norm ** 2);
  }
  return fall / (1 - Math.min(0.99, trainer.momentum)) / Math.abs(traced.loss.value || 1);
});

/** The losses of some steps, the one before them first; as many as the time for experiments allows. */
export const trialLosses = lazily((traced): readonly number[] => {
  const trainer = trainerOf(traced);
  if (trainer === null || traced.experiments === null) return [];
  const weights = new Map<number, Float64Array>();
  for (const { node } of trainer.parameters) {
    const values =
      node === null || !parametersOf(traced).reached.has(node) ? null : traced.values(node, "value");
    if (node !== null && values !== null) weights.set(node, Float64Array.from(values));
  }
  const step = stepOf(trainer);
  const losses: number[] = [];
  for (let count = 0; count <= STEPS; count++) {
    const now = traced.experiments.repeat(weights, { gradients: true });
    if (now === null) break;
    losses.push(now.loss);
    if (!Number.isFinite(now.loss)) break;
    for (const [node, values] of weights) {
      const gradient = now.gradient(node);
      if (gradient !== null) step(node, values, gradient);
    }
  }
  return losses;
});

const STEPS = 8;

/** One step of a parameter by the optimiser's rule, from a state that begins anew. */
function stepOf(
  trainer: Optimiser,
): (node: number, values: Float64Array, gradient: ArrayLike<number>) => void {
  const rates = new Map(trainer.parameters.map(({ node, learningRate }) => [node, learningRate]));
  const states = new Map<number, { m: Float64Array; v: Float64Array; count: number }>();
  const adapts = isAdaptive(trainer);
  return (node, values, gradient) => {
    const rate = rates.get(node) ?? trainer.learningRate;
    const state = states.get(node) ?? {
      m: new Float64Array(values.length),
      v: new Float64Array(values.length),
      count: 0,
    };
    states.set(node, state);
    state.count++;
    const [keepM, keepV] = [1 - 0.9 ** state.count, 1 - 0.999 ** state.count];
    for (let i = 0; i < values.length; i++) {
      const g = at(gradient, i);
      if (adapts) {
        const m = 0.9 * at(state.m, i) + 0.1 * g;
        const v = 0.999 * at(state.v, i) + 0.001 * g * g;
        state.m[i] = m;
        state.v[i] = v;
        values[i] = at(values, i) - (v === 0 ? 0 : (rate * (m / keepM)) / Math.sqrt(v / keepV));
      } else {
        const m = trainer.momentum * at(state.m, i) + g;
        state.m[i] = m;
        values[i] = at(values, i) - rate * m;
      }
    }
  };
}
