/** The diagnosis: rules that look for what keeps a network from training. */
import type { Finding } from "../report/report";
import type { DiagnosisRule, RuleLimits } from "./rule";
import { accumulatedGradient } from "./rules/accumulated-gradient";
import { activationScale } from "./rules/activation-scale";
import { batchMixing } from "./rules/batch-mixing";
import { broadcastLoss } from "./rules/broadcast-loss";
import { deadUnits } from "./rules/dead-units";
import { doubleSoftmax } from "./rules/double-softmax";
import { droppedResult } from "./rules/dropped-result";
import { explodingGradient } from "./rules/exploding-gradient";
import { frozenParameter } from "./rules/frozen-parameter";
import { gradientClipping } from "./rules/gradient-clipping";
import { initialisation } from "./rules/initialisation";
import { learningRateEdge } from "./rules/learning-rate-edge";
import { logitsAsProbabilities } from "./rules/logits-as-probabilities";
import { lossForActivation } from "./rules/loss-for-activation";
import { noGradient } from "./rules/no-gradient";
import { nonFinite } from "./rules/non-finite";
import { outputRange } from "./rules/output-range";
import { parameterNotOptimised } from "./rules/parameter-not-optimised";
import { probabilitiesAsLogits } from "./rules/probabilities-as-logits";
import { recreatedParameter } from "./rules/recreated-parameter";
import { saturation } from "./rules/saturation";
import { sharedLayer } from "./rules/shared-layer";
import { symmetricUnits } from "./rules/symmetric-units";
import { updateRatio } from "./rules/update-ratio";
import { vanishingGradient } from "./rules/vanishing-gradient";
import { weightDecay } from "./rules/weight-decay";
import { zeroGradient } from "./rules/zero-gradient";
import { settle } from "./settle";
import type { Traced } from "./traced";

/** All rules: causes before what may be their symptoms. */
export const rules: readonly DiagnosisRule[] = [
  accumulatedGradient,
  recreatedParameter,
  weightDecay,
  gradientClipping,
  learningRateEdge,
  sharedLayer,
  droppedResult,
  broadcastLoss,
  doubleSoftmax,
  probabilitiesAsLogits,
  logitsAsProbabilities,
  outputRange,
  lossForActivation,
  nonFinite,
  batchMixing,
  frozenParameter,
  symmetricUnits,
  initialisation,
  activationScale,
  noGradient,
  parameterNotOptimised,
  zeroGradient,
  saturation,
  deadUnits,
  explodingGradient,
  vanishingGradient,
  updateRatio,
];

/** RuleLimits that a person set, by rule and name: `{ "vanishing-gradient": { ratio: 1e-4 } }`. */
export type OwnLimits = Readonly<Record<string, RuleLimits>>;

/** What the rules find, causes only; their symptoms are told beside them. */
export function diagnose(traced: Traced, own: OwnLimits = {}): Finding[] {
  const stated = rules.flatMap((rule) =>
    rule.find(traced, limitsOf(rule, own[rule.id])).map((found) => ({ rule, found })),
  );
  return settle(stated, traced.rewrite);
}

function limitsOf({ thresholds }: DiagnosisRule, own: RuleLimits = {}): RuleLimits {
  const values = Object.entries(thresholds).map(([name, { value }]) => [name, own[name] ?? value] as const);
  return Object.fromEntries(values);
}
