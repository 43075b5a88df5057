/** Learning rates with which steps along the gradient raise the loss. */
import { showNumber } from "../../core/number-text";
import { expectedFall, hasLearnt, trainerOf, trialLosses } from "../measures/descent";
import { isByHand, type Optimiser } from "../measures/optimisers";
import { defineRule, type Offered, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const learningRateEdge = defineRule({
  id: "learning-rate-edge",
  title: "Learning rate too large",
  severity: "error",
  page: {
    meaning:
      "A step follows the slope of the loss at one point. Where the loss bends so much that the step lands higher on the other side, the next one leads farther away still.",
    harm: "The loss jumps or grows until weights are useless or NaN.",
    cure: "Divide the learning rate by 3 or 10 until steps lower the loss; 1e-3 with Adam and 0.01 to 0.1 with SGD are common.",
    source:
      "On a quadratic, gradient descent diverges beyond 2/λ, the largest curvature (LeCun et al., Efficient BackProp, 1998); steps of the model's own optimiser are tried here.",
  },
  thresholds: {
    expected: {
      value: 0.1,
      text: "part of the loss that a step would take away on a plane, from which steps are tried",
    },
    raised: { value: 1.2, text: "loss after some steps over the loss before them" },
  },
  explains: [
    "update-ratio",
    "non-finite",
    "exploding-gradient",
    "dead-units",
    "saturation",
    "initial-loss",
    "activation-scale",
    "vanishing-gradient",
    "initialisation",
    "dominated-gradient",
  ],
  find: findEdge,
  measure(traced) {
    const losses = expectedFall(traced) < 0.1 ? [] : trialLosses(traced);
    const [before, last] = [losses[0], losses.at(-1)];
    return before === undefined || last === undefined
      ? null
      : { label: "loss after some steps over the loss before", value: last / before };
  },
});

function findEdge(traced: Traced, { expected, raised }: { expected: number; raised: number }): Trouble[] {
  const trainer = trainerOf(traced);
  if (trainer === null || traced.loss === null || !(expectedFall(traced) >= expected)) return [];
  if (hasLearnt(traced) !== false) return [];
  const losses = trialLosses(traced);
  // The loss may have been computed before a step that it took itself.
  const before = Math.min(losses[0] ?? 0, traced.loss.value);
  // Momentum swings; what counts is where the last steps are.
  const after = losses
    .slice(-3)
    .reduce((least, loss) => (loss > least ? least : loss), Number.POSITIVE_INFINITY);
  const isLost = losses.length >= 2 && !Number.isFinite(losses.at(-1));
  if (!isLost && !(losses.length >= 4 && before > 0 && after > raised * before)) return [];
  return [
    {
      ...said(
        `The learning rate ${showNumber(trainer.learningRate, 3)} is too large: ${losses.length - 1} steps of this ${trainer.type} take the loss from ${showNumber(before, 3)} to ${showNumber(losses.at(-1) ?? Number.NaN, 3)}.`,
        "The steps were tried on a copy of the weights, with the very same data, where each of them should lower it.",
      ),
      site: trainer.site,
      node: null,
      evidence: {
        learningRate: trainer.learningRate,
        before,
        after: losses.at(-1) ?? Number.NaN,
        steps: losses.length - 1,
      },
      fixes: [10, 100].map((by) => smaller(trainer, by)),
    },
  ];
}

/** A power of ten that is at least so many times smaller. */
function smaller(trainer: Optimiser, by: number): Offered {
  const { learningRate, site } = trainer;
  const value = String(10 ** Math.floor(Math.log10(learningRate / by)));
  return {
    title: `Use a learning rate of ${value}`,
    detail: "A step that short stays where the slope still holds.",
    ...(site === null || isByHand(trainer)
      ? {}
      : { remedies: [{ change: "option", call: site, name: "lr", value }] }),
  };
}
