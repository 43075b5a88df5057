/** The rules of TheDeepChecker that one trace is enough for. */
import { at } from "../../report/trace";
import { lossTermsOf } from "../measures/loss-terms";
import { defineRule } from "../rule";
import { deadUnits } from "../rules/dead-units";
import { explodingGradient } from "../rules/exploding-gradient";
import { nonFinite } from "../rules/non-finite";
import { vanishingGradient } from "../rules/vanishing-gradient";
import type { Traced } from "../traced";
import { badlyStarted } from "./deepchecker/initial-weights";
import { saturationScore } from "./deepchecker/saturation-score";
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
  "Ben Braiek and Khomh, Testing Feedforward Neural Networks Training Programs (2022), and the settings that TheDeepChecker comes with";

/** Before the first step: what TheDeepChecker looks at before it trains. */
function isAtStart({ trace }: Traced): boolean {
  return !Array.from(trace.tables.optimizers.steps).some((steps) => steps > 0);
}

const means = (traced: Traced) =>
  weightGradients(traced).map(({ node }) => judged(traced, node, meanAbsolute(traced.values(node, "grad"))));

const broken = defineRule({
  id: "non-finite",
  title: "Non-finite gradient",
  severity: "error",
  page: { ...nonFinite.page, meaning: "A gradient has an element that is NaN or infinite.", source },
  thresholds: {},
  find(traced) {
    const found = weightGradients(traced).filter(({ nonFinite: count }) => count > 0);
    const all = found.map(({ node, nonFinite: count }) => judged(traced, node, count));
    return alarm(all, "Elements of a gradient are not finite", 0);
  },
});

const vanishing = defineRule({
  id: "vanishing-gradient",
  title: "Vanishing gradient",
  severity: "warning",
  page: { ...vanishingGradient.page, meaning: "The mean absolute gradient of a parameter is tiny.", source },
  thresholds: { mean: { value: 1e-6, text: "mean absolute gradient of a parameter" } },
  find(traced, { mean }) {
    const gone = means(traced).filter(({ value }) => value < mean);
    return alarm(gone, `The mean absolute gradient is below ${mean}`, mean);
  },
});

const exploding = defineRule({
  id: "exploding-gradient",
  title: "Exploding gradient",
  severity: "warning",
  page: { ...explodingGradient.page, meaning: "The mean absolute gradient of a parameter is huge.", source },
  thresholds: { mean: { value: 1e6, text: "mean absolute gradient of a parameter" } },
  find(traced, { mean }) {
    const large = means(traced).filter(({ value }) => value > mean);
    return alarm(large, `The mean absolute gradient is above ${mean}`, mean);
  },
});

const dead = defineRule({
  id: "dead-layer",
  title: "Dead layer",
  severity: "warning",
  page: {
    ...deadUnits.page,
    meaning: "More than half of the units of an activation are nearly 0 for nearly all inputs.",
    source,
  },
  thresholds: {
    activation: { value: 1e-5, text: "size of an activation below which a unit is silent" },
    percentile: { value: 95, text: "percentile of the sizes that is looked at" },
    units: { value: 0.5, text: "share of the units of a layer that may be dead" },
  },
  find(traced, { activation, percentile: percent, units }) {
    const isDead = (unit: Float64Array) => percentile(unit.map(Math.abs), percent) < activation;
    const found = layersOfIdleUnits(traced, new Set(["relu"]), "output", isDead, units);
    return alarm(found, `The share of dead units of an activation is above ${units}`, units);
  },
});

const saturated = defineRule({
  id: "saturated-layer",
  title: "Saturated layer",
  severity: "warning",
  page: {
    meaning:
      "The results of more than half of the units of a tanh or a sigmoid lie near the ends of its range.",
    harm: "Near its ends an activation is flat, and no gradient passes.",
    cure: "Start with smaller weights, normalise what goes in, or lower the learning rate.",
    source: `${source}; the score is that of Rakitianskaia and Engelbrecht (2015)`,
  },
  thresholds: {
    score: {
      value: 0.85,
      text: "saturation score of a unit: 0 for results in the middle, 1 for results at the ends",
    },
    bins: { value: 50, text: "bins of the histogram that the score is made from" },
    units: { value: 0.5, text: "share of the units of a layer that may be saturated" },
  },
  find(traced, { score, bins, units }) {
    const isFlat = (unit: Float64Array, op: string) =>
      saturationScore(unit, op === "tanh" ? -1 : 0, bins) > score;
    const found = layersOfIdleUnits(traced, new Set(["tanh", "sigmoid"]), "output", isFlat, units);
    return alarm(found, `The share of saturated units of an activation is above ${units}`, units);
  },
});

const update = defineRule({
  id: "update-ratio",
  title: "Update ratio",
  severity: "warning",
  page: {
    meaning: "A step changes a weight by much more or much less than a thousandth of its size.",
    harm: "Too large steps throw away what was learned; too small ones learn slowly.",
    cure: "Change the learning rate.",
    source,
  },
  thresholds: {
    slow: { value: 1e-4, text: "norm of a step over that of the weight: below, learning is slow" },
    fast: { value: 0.1, text: "norm of a step over that of the weight: above, learning is fast" },
  },
  find(traced, { slow, fast }) {
    const ratios = updateRatios(traced);
    const over = ratios.filter(({ value }) => value > fast);
    const under = ratios.filter(({ value }) => value < slow);
    return [
      ...alarm(over, `A step over its weight is above ${fast}`, fast),
      ...alarm(under, `A step over its weight is below ${slow}`, slow),
    ];
  },
});

const initial = defineRule({
  id: "initial-weights",
  title: "Poor initial weights",
  severity: "warning",
  page: {
    meaning:
      "The variance of a layer's first weights is not that of He (before relu), Glorot (tanh) or LeCun (sigmoid).",
    harm: "Signals and gradients grow or shrink from layer to layer.",
    cure: "Start the weights as the activation behind them wants it.",
    source,
  },
  thresholds: { alpha: { value: 0.1, text: "level of the F-test of the variance" } },
  find: (traced, { alpha }) =>
    isAtStart(traced)
      ? alarm(
          badlyStarted(traced, alpha),
          "The variance of initial weights over what the activation wants",
          alpha,
        )
      : [],
});

const unchanging = defineRule({
  id: "dead-weights",
  title: "Dead weights",
  severity: "warning",
  page: {
    meaning: "Nearly all weights of a layer are nearly 0.",
    harm: "A layer without weights passes neither signals nor gradients.",
    cure: "Start with larger weights, or decay them less.",
    source,
  },
  thresholds: {
    size: { value: 1e-5, text: "size of a weight below which it is dead" },
    share: { value: 0.95, text: "share of the weights of a layer that may be dead" },
  },
  find(traced, { size, share }) {
    const layers = weightGradients(traced).filter(({ dims }) => dims >= 2);
    const shares = layers.map(({ node }) => {
      const data = traced.values(node, "value") ?? [];
      let small = 0;
      for (let i = 0; i < data.length; i++) if (Math.abs(at(data, i)) < size) small++;
      return judged(traced, node, small / Math.max(1, data.length));
    });
    const found = shares.filter(({ value }) => value > share);
    return alarm(found, `The share of weights of less than ${size} is above ${share}`, share);
  },
});

const loss = defineRule({
  id: "initial-loss",
  title: "Poor initial loss",
  severity: "warning",
  page: {
    meaning: "The first loss of a classifier is far from the logarithm of the number of classes.",
    harm: "A network that knows nothing should be equally unsure of all classes; this one starts with a prejudice.",
    cure: "Look at the loss and its reduction, and start the last layer with small weights.",
    source,
  },
  thresholds: { deviation: { value: 1, text: "difference to ln C, over ln C (dev_ratio)" } },
  find(traced, { deviation }) {
    const term = lossTermsOf(traced).find(({ kind }) => kind === "class-logits");
    const classes = term?.prediction.shape.at(1) ?? term?.prediction.shape.at(-1) ?? 0;
    if (term === undefined || classes < 2 || traced.loss === null || !isAtStart(traced)) return [];
    const expected = Math.log(classes);
    const off = Math.abs(traced.loss.value - expected) / expected;
    if (!(off >= deviation)) return [];
    return alarm(
      [{ ...judged(traced, traced.loss.node, traced.loss.value), site: traced.loss.site }],
      `The first loss is far from ln ${classes}`,
      expected,
    );
  },
});

export const deepchecker = presetOf("deepchecker", {
  title: "TheDeepChecker",
  source,
  beyond: [
    "Slow, diverging and fluctuating losses",
    "Decay and growth of gradients over steps",
    "Overfitting of one batch",
  ],
  rules: [broken, exploding, vanishing, dead, saturated, update, initial, unchanging, loss],
});
