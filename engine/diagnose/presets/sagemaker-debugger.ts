/** The rules of Amazon SageMaker Debugger that one trace is enough for. */

import { defineRule } from "../rule";
import { deadUnits } from "../rules/dead-units";
import { nonFinite } from "../rules/non-finite";
import { vanishingGradient } from "../rules/vanishing-gradient";
import type { Traced } from "../traced";
import { alarm, presetOf } from "./preset";
import {
  judged,
  layersOfIdleUnits,
  meanAbsolute,
  percentile,
  updateRatios,
  weightGradients,
} from "./tensors";

const source =
  "Amazon SageMaker AI developer guide, list of Debugger built-in rules: docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html";
const relu = new Set(["relu"]);
const saturating = new Set(["tanh", "sigmoid"]);

const vanishing = defineRule({
  id: "vanishing-gradient",
  title: "VanishingGradient",
  severity: "warning",
  page: {
    ...vanishingGradient.page,
    meaning: "The mean of the absolute gradients of a parameter is below a threshold.",
    source,
  },
  thresholds: { threshold: { value: 1e-7, text: "mean absolute gradient of a parameter (threshold)" } },
  find(traced, { threshold }) {
    const means = weightGradients(traced).map(({ node }) => {
      const mean = meanAbsolute(traced.values(node, "grad"));
      return judged(traced, node, mean);
    });
    const gone = means.filter(({ value }) => value < threshold);
    return alarm(gone, `The mean absolute gradient is below ${threshold}`, threshold);
  },
});

const exploding = defineRule({
  id: "exploding-tensor",
  title: "ExplodingTensor",
  severity: "error",
  page: { ...nonFinite.page, meaning: "A gradient has an element that is NaN or infinite.", source },
  thresholds: {},
  find(traced) {
    const broken = weightGradients(traced).filter(({ nonFinite: count }) => count > 0);
    const found = broken.map(({ node, nonFinite: count }) => judged(traced, node, count));
    return alarm(found, "Elements of a gradient are not finite", 0);
  },
});

const dead = defineRule({
  id: "dead-relu",
  title: "DeadRelu",
  severity: "warning",
  page: {
    ...deadUnits.page,
    meaning: "More than half of the units of a ReLU are active for less than one in a hundred inputs.",
    source,
  },
  thresholds: {
    inactivity: {
      value: 1,
      text: "percent of the inputs for which a unit is active, or it is dead (threshold_inactivity)",
    },
    layer: { value: 50, text: "percent of the units of a layer that may be dead (threshold_layer)" },
  },
  find(traced, { inactivity, layer }) {
    const isDead = (unit: Float64Array) => activity(unit, (value) => value > 0) < inactivity;
    const found = layersOfIdleUnits(traced, relu, "output", isDead, layer / 100);
    return alarm(found, `More than ${layer} % of the units of a ReLU are dead, as a share`, layer / 100);
  },
});

const saturated = defineRule({
  id: "saturated-activation",
  title: "SaturatedActivation",
  severity: "warning",
  page: {
    meaning: "The inputs of more than half of the units of a tanh or a sigmoid lie where it is flat.",
    harm: "Where an activation is flat its slope is nearly 0, and no gradient passes.",
    cure: "Start with smaller weights, normalise what goes in, or lower the learning rate.",
    source,
  },
  thresholds: {
    tanh: { value: 9.4999, text: "largest size of an input of tanh that counts as active (threshold_tanh)" },
    sigmoidLow: {
      value: 23,
      text: "size of the most negative input of sigmoid that counts as active (threshold_sigmoid)",
    },
    sigmoidHigh: { value: 16.99999, text: "largest input of sigmoid that counts as active" },
    inactivity: {
      value: 1,
      text: "percent of the inputs for which a unit is active, or it is saturated (threshold_inactivity)",
    },
    layer: { value: 50, text: "percent of the units of a layer that may be saturated (threshold_layer)" },
  },
  find(traced, { tanh, sigmoidLow, sigmoidHigh, inactivity, layer }) {
    const isFlat = (unit: Float64Array, op: string) => {
      const [low, high] = op === "tanh" ? [-tanh, tanh] : [-sigmoidLow, sigmoidHigh];
      return activity(unit, (x) => x > low && x < high) < inactivity;
    };
    const found = layersOfIdleUnits(traced, saturating, "input", isFlat, layer / 100);
    return alarm(
      found,
      `More than ${layer} % of the units of an activation are saturated, as a share`,
      layer / 100,
    );
  },
});

const update = defineRule({
  id: "weight-update-ratio",
  title: "WeightUpdateRatio",
  severity: "warning",
  page: {
    meaning: "A step changes a weight by very much or by very little of its own size.",
    harm: "Too large steps throw away what was learned; too small ones learn nothing.",
    cure: "Change the learning rate, or the size of the initial weights.",
    source,
  },
  thresholds: {
    large: { value: 10, text: "norm of a step over that of the weight (large_threshold)" },
    small: { value: 1e-8, text: "norm of a step over that of the weight (small_threshold)" },
  },
  find(traced, { large, small }) {
    const ratios = updateRatios(traced);
    const over = ratios.filter(({ value }) => value > large);
    const under = ratios.filter(({ value }) => value < small);
    return [
      ...alarm(over, `A step over its weight is above ${large}`, large),
      ...alarm(under, `A step over its weight is below ${small}`, small),
    ];
  },
});

const initial = defineRule({
  id: "poor-weight-initialization",
  title: "PoorWeightInitialization",
  severity: "warning",
  page: {
    meaning:
      "The variances of the layers' weights differ much, or the gradients of a layer lie close together.",
    harm: "Signals and gradients grow or shrink from layer to layer, or all weights of a layer move alike.",
    cure: "Start the weights with a variance that fits the layer's size: He's for relu, Glorot's for tanh.",
    source,
  },
  thresholds: {
    ratio: { value: 10, text: "largest over smallest variance of the weights of layers (threshold)" },
    range: {
      value: 0.001,
      text: "distance of the 5th and the 95th percentile of a gradient (distribution_range)",
    },
  },
  find: (traced, limits) => [...spread(traced, limits.ratio), ...narrow(traced, limits.range)],
});

/** Layers whose weights vary much more than those of another layer. */
function spread(traced: Traced, most: number) {
  const layers = weightGradients(traced).filter(({ dims }) => dims >= 2);
  const variances = layers.map(({ node }) => judged(traced, node, (traced.nodes[node]?.value.std ?? 0) ** 2));
  const least = Math.min(...variances.map(({ value }) => value));
  const wide = variances
    .map((each) => ({ ...each, value: each.value / least }))
    .filter(({ value }) => value > most)
    .sort((a, b) => b.value - a.value);
  return alarm(wide, `The variance of weights is more than ${most} times the smallest of a layer`, most);
}

function narrow(traced: Traced, least: number) {
  const layers = weightGradients(traced).filter(({ dims, size }) => dims >= 2 && size > 1);
  const ranges = layers.map(({ node }) => {
    const data = traced.values(node, "grad") ?? [];
    return judged(traced, node, percentile(data, 95) - percentile(data, 5));
  });
  const close = ranges.filter(({ value }) => value < least);
  return alarm(close, `The 5th and the 95th percentile of a gradient are closer than ${least}`, least);
}

/** Percent of the elements that are active. */
function activity(unit: Float64Array, isActive: (value: number) => boolean): number {
  return (100 * unit.filter(isActive).length) / Math.max(1, unit.length);
}

export const sagemakerDebugger = presetOf("sagemaker-debugger", {
  title: "Amazon SageMaker Debugger",
  source,
  beyond: ["LossNotDecreasing", "UnchangedTensor", "Overfit", "Overtraining"],
  rules: [exploding, vanishing, dead, saturated, update, initial],
});
