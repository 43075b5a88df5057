/** The rules of AUTOTRAINER that one trace is enough for. */
import { defineRule } from "../rule";
import { deadUnits } from "../rules/dead-units";
import { explodingGradient } from "../rules/exploding-gradient";
import { vanishingGradient } from "../rules/vanishing-gradient";
import type { Traced } from "../traced";
import { alarm, presetOf } from "./preset";
import { judged, weightGradients } from "./tensors";

const source =
  "Zhang et al., AUTOTRAINER: An Automatic DNN Training Problem Detection and Repair System (ICSE 2021)";

/** The gradients of the weights of the first and of the last layer. */
function ends(traced: Traced) {
  const layers = weightGradients(traced).filter(({ dims }) => dims >= 2);
  const [first, last] = [layers[0], layers.at(-1)];
  return first === undefined || last === undefined || first === last ? null : { first, last };
}

const vanishing = defineRule({
  id: "vanishing-gradient",
  title: "Gradient vanish",
  severity: "warning",
  page: {
    ...vanishingGradient.page,
    meaning: "The gradient of the first layer is small, also beside that of the last one.",
    source,
  },
  thresholds: {
    ratio: { value: 1e-3, text: "norm of the first layer's gradient over that of the last layer" },
    norm: { value: 1e-4, text: "norm of the first layer's gradient" },
  },
  find(traced, { ratio, norm }) {
    const found = ends(traced);
    const share = found === null ? Number.NaN : found.first.norm / found.last.norm;
    if (found === null || !(share < ratio) || !(found.first.norm < norm)) return [];
    const what = `The first layer's gradient over the last one's is below ${ratio}`;
    return alarm([judged(traced, found.first.node, share)], what, ratio);
  },
});

const exploding = defineRule({
  id: "exploding-gradient",
  title: "Gradient explode",
  severity: "warning",
  page: {
    ...explodingGradient.page,
    meaning: "The gradient of the first layer is many times that of the last one, or a gradient is NaN.",
    source,
  },
  thresholds: {
    ratio: { value: 70, text: "norm of the first layer's gradient over that of the last layer" },
  },
  find(traced, { ratio }) {
    const broken = weightGradients(traced).filter(({ nonFinite }) => nonFinite > 0);
    if (broken.length > 0) {
      const found = broken.map(({ node, nonFinite }) => judged(traced, node, nonFinite));
      return alarm(found, "Elements of a gradient are not finite", 0);
    }
    const found = ends(traced);
    const times = found === null ? Number.NaN : found.first.norm / found.last.norm;
    if (found === null || !(times > ratio)) return [];
    const what = `The first layer's gradient over the last one's is above ${ratio}`;
    return alarm([judged(traced, found.first.node, times)], what, ratio);
  },
});

const dying = defineRule({
  id: "dying-relu",
  title: "Dying ReLU",
  severity: "warning",
  page: {
    ...deadUnits.page,
    meaning: "Most elements of a layer's gradient are exactly 0, in a model with ReLU.",
    source,
  },
  thresholds: { zeros: { value: 0.7, text: "share of the elements of a layer's gradient that are 0" } },
  find(traced, { zeros }) {
    if (!traced.nodes.some(({ op }) => op === "relu")) return [];
    const shares = weightGradients(traced)
      .filter(({ dims }) => dims >= 2)
      .map((each) => judged(traced, each.node, each.zeros / Math.max(1, each.size)));
    const found = shares.filter(({ value }) => value >= zeros);
    return alarm(found, `The share of elements of a gradient that are 0 is at least ${zeros}`, zeros);
  },
});

export const autotrainer = presetOf("autotrainer", {
  title: "AUTOTRAINER",
  source,
  beyond: ["Oscillating loss", "Slow convergence"],
  rules: [exploding, vanishing, dying],
});
