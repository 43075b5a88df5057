/** Weight decay that is stronger than what the loss teaches. */
import { showNumber, showPercent } from "../../core/number-text";
import { isByHand, type Optimiser, trainersOf } from "../measures/optimisers";
import { parametersOf } from "../measures/parameters";
import { defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const weightDecay = defineRule({
  id: "weight-decay",
  title: "Weight decay",
  severity: "warning",
  page: {
    meaning: "Weight decay shrinks every weight by a share in every step: the learning rate times the decay.",
    harm: "Where the share is large, weights go to 0 faster than the loss can raise them, and with them what the network knows.",
    cure: "Use 1e-4 with SGD, 0.01 with AdamW, and not more than some tenths.",
    source: "Loshchilov and Hutter (2019); a share of 1 % a step leaves a third of a weight after 100 steps.",
  },
  thresholds: { share: { value: 0.01, text: "share of a weight that decay takes in one step" } },
  explains: [
    "update-ratio",
    "vanishing-gradient",
    "initialisation",
    "activation-scale",
    "learning-rate-edge",
    "symmetric-units",
    "zero-gradient",
    "dead-units",
    "initial-loss",
    "saturation",
  ],
  find: (traced, { share }) =>
    relevant(traced).flatMap((each) => (shareOf(each) >= share ? [report(each)] : [])),
  measure(traced) {
    const shares = relevant(traced).map(shareOf);
    return shares.length === 0
      ? null
      : { label: "share of a weight that decay takes in one step", value: Math.max(...shares) };
  },
});

/** Optimisers of parameters that the loss reaches. */
function relevant(traced: Traced): Optimiser[] {
  const { reached } = parametersOf(traced);
  return trainersOf(traced).filter(({ parameters }) =>
    parameters.some(({ node }) => node !== null && reached.has(node)),
  );
}

function shareOf({ parameters }: Optimiser): number {
  return Math.max(0, ...parameters.map((each) => each.learningRate * each.weightDecay));
}

function report(optimiser: Optimiser): Trouble {
  const share = shareOf(optimiser);
  const decay = Math.max(...optimiser.parameters.map((each) => each.weightDecay));
  const better = optimiser.type === "AdamW" ? "0.01" : "1e-4";
  return {
    ...said(
      `Weight decay of ${showNumber(decay, 3)} takes ${showPercent(share)} of every weight in each step of this ${optimiser.type}.`,
      `After 100 steps ${showPercent(Math.max(0, 1 - share) ** 100)} is left of a weight that the loss does not hold up.`,
    ),
    site: optimiser.site,
    node: null,
    evidence: { weightDecay: decay, learningRate: optimiser.learningRate, share, steps: optimiser.steps },
    fixes: [
      {
        title: `Use a weight decay of ${better}`,
        detail: "Common values take far less than a thousandth of a weight in a step.",
        ...(optimiser.site === null || isByHand(optimiser)
          ? {}
          : { remedies: [{ change: "option", call: optimiser.site, name: "weightDecay", value: better }] }),
      },
    ],
  };
}
