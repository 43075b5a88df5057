/** The diagnosis: rules that look for what keeps a network from training. */
import type { PresetName } from "../report/preset-names";
import type { DiagnosisSettings } from "../report/questions";
import type { Finding } from "../report/report";
import { leaveOut } from "./ignored";
import { limitsWith, wrongLimits } from "./own-limits";
import { otherTools } from "./presets";
import type { DiagnosisRule } from "./rule";
import { accumulatedGradient } from "./rules/accumulated-gradient";
import { activationScale } from "./rules/activation-scale";
import { attentionMask } from "./rules/attention-mask";
import { attentionScale } from "./rules/attention-scale";
import { batchMixing } from "./rules/batch-mixing";
import { broadcastLoss } from "./rules/broadcast-loss";
import { classImbalance } from "./rules/class-imbalance";
import { deadUnits } from "./rules/dead-units";
import { dominatedGradient } from "./rules/dominated-gradient";
import { doubleSoftmax } from "./rules/double-softmax";
import { dropoutPlacement } from "./rules/dropout-placement";
import { droppedResult } from "./rules/dropped-result";
import { explodingGradient } from "./rules/exploding-gradient";
import { frozenParameter } from "./rules/frozen-parameter";
import { gradientClipping } from "./rules/gradient-clipping";
import { initialLoss } from "./rules/initial-loss";
import { initialisation } from "./rules/initialisation";
import { inputsNotNormalised } from "./rules/inputs-not-normalised";
import { learningRateEdge } from "./rules/learning-rate-edge";
import { linearWithoutActivation } from "./rules/linear-without-activation";
import { logitsAsProbabilities } from "./rules/logits-as-probabilities";
import { lossForActivation } from "./rules/loss-for-activation";
import { lossReduction } from "./rules/loss-reduction";
import { noGradient } from "./rules/no-gradient";
import { nonFinite } from "./rules/non-finite";
import { outputRange } from "./rules/output-range";
import { parameterNotOptimised } from "./rules/parameter-not-optimised";
import { precisionOverflow } from "./rules/precision-overflow";
import { precisionUnderflow } from "./rules/precision-underflow";
import { probabilitiesAsLogits } from "./rules/probabilities-as-logits";
import { recreatedParameter } from "./rules/recreated-parameter";
import { saturation } from "./rules/saturation";
import { sharedLayer } from "./rules/shared-layer";
import { softmaxDim } from "./rules/softmax-dim";
import { symmetricUnits } from "./rules/symmetric-units";
import { targetsNotNormalised } from "./rules/targets-not-normalised";
import { updateRatio } from "./rules/update-ratio";
import { uselessBias } from "./rules/useless-bias";
import { vanishingGradient } from "./rules/vanishing-gradient";
import { weightDecay } from "./rules/weight-decay";
import { zeroGradient } from "./rules/zero-gradient";
import { said } from "./said";
import { type Stated, settle } from "./settle";
import type { Traced } from "./traced";
import { goneWithout } from "./undone";

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
  inputsNotNormalised,
  softmaxDim,
  doubleSoftmax,
  probabilitiesAsLogits,
  logitsAsProbabilities,
  outputRange,
  lossForActivation,
  targetsNotNormalised,
  dominatedGradient,
  lossReduction,
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
  initialLoss,
  vanishingGradient,
  updateRatio,
  attentionScale,
  attentionMask,
  linearWithoutActivation,
  dropoutPlacement,
  uselessBias,
  classImbalance,
  precisionOverflow,
  precisionUnderflow,
];

/** All rules of a preset, Gradlens' own when none is named. */
export function rulesIn(preset: PresetName = "gradlens"): readonly DiagnosisRule[] {
  return preset === "gradlens" ? rules : otherTools[preset].rules;
}

/** The rules that look: those of the preset, without those that are off, and those that need what nobody asked for. */
export function rulesOf(settings: DiagnosisSettings = {}): DiagnosisRule[] {
  const { preset, limits = {} } = settings;
  return rulesIn(preset).filter(
    ({ id, needs }) => limits[id] !== false && (needs === null || settings[needs] !== undefined),
  );
}

/** What the rules find, causes only; their symptoms are told beside them. Yields before each rule: others may have a turn. */
export function* diagnose(traced: Traced, settings: DiagnosisSettings = {}): Generator<void, Finding[]> {
  const { limits = {} } = settings;
  const stated: Stated[] = [];
  for (const rule of rulesOf(settings)) {
    yield;
    for (const found of rule.find(traced, limitsWith(rule, limits))) stated.push({ rule, found });
  }
  yield;
  const gone = goneWithout(traced, stated, limits);
  yield;
  return [...settle(stated, gone, traced.rewrite), ...complaints(limits)];
}

/** Without what comments in the files say not to tell. */
export function withoutIgnored(
  findings: readonly Finding[],
  comments: Parameters<typeof leaveOut>[1],
  { diagnosis, isWhole }: { readonly diagnosis: DiagnosisSettings | undefined; readonly isWhole: boolean },
): ReturnType<typeof leaveOut> {
  const names = { active: rulesOf(diagnosis).map(idOf), all: allRules().map(idOf) };
  return leaveOut(findings, comments, isWhole ? names : null);
}

const idOf = ({ id }: DiagnosisRule) => id;

/** Those of all presets. */
function allRules(): DiagnosisRule[] {
  return [...rules, ...Object.values(otherTools).flatMap((tool) => tool.rules)];
}

/** Limits that nobody reads are told, not ignored. */
function complaints(limits: Readonly<Record<string, unknown>>): Finding[] {
  return wrongOwnLimits(limits).map((what) => ({
    rule: "unknown-limit",
    severity: "warning",
    ...said(`The limits of the diagnosis are not as they should be: ${what}`),
    site: null,
    node: null,
    evidence: {},
    related: [],
    fixes: [],
  }));
}

/** What of a person's limits makes no sense, each as a sentence; a preset that is not chosen now may have limits too. */
export function wrongOwnLimits(limits: Readonly<Record<string, unknown>>): string[] {
  return wrongLimits(allRules(), limits);
}
