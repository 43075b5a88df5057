/** The rules of TorchLens' look for training problems. */

import { operationsNamed } from "../measures/places";
import { defineRule } from "../rule";
import { deadUnits } from "../rules/dead-units";
import { explodingGradient } from "../rules/exploding-gradient";
import { nonFinite } from "../rules/non-finite";
import { vanishingGradient } from "../rules/vanishing-gradient";
import { alarm, presetOf } from "./preset";
import { judged, weightGradients } from "./tensors";

const source = "TorchLens: github.com/johnmarktaylor91/torchlens";
const relu = new Set(["relu"]);

const vanishing = defineRule({
  id: "vanishing-gradient",
  title: "Vanishing gradient",
  severity: "warning",
  page: { ...vanishingGradient.page, meaning: "The norm of a parameter's gradient is tiny.", source },
  thresholds: { norm: { value: 1e-7, text: "norm of a parameter's gradient" } },
  find(traced, { norm: least }) {
    const gone = weightGradients(traced).filter(({ norm }) => norm < least);
    const found = gone.map(({ node, norm }) => judged(traced, node, norm));
    return alarm(found, `The norm of a gradient is below ${least}`, least);
  },
});

const exploding = defineRule({
  id: "exploding-gradient",
  title: "Exploding gradient",
  severity: "warning",
  page: { ...explodingGradient.page, meaning: "The norm of a parameter's gradient is huge.", source },
  thresholds: { norm: { value: 1e4, text: "norm of a parameter's gradient" } },
  find(traced, { norm: most }) {
    const large = weightGradients(traced).filter(({ norm }) => norm > most);
    const found = large.map(({ node, norm }) => judged(traced, node, norm));
    return alarm(found, `The norm of a gradient is above ${most}`, most);
  },
});

const dead = defineRule({
  id: "dead-relu",
  title: "Dead ReLU",
  severity: "warning",
  page: { ...deadUnits.page, meaning: "A ReLU gives nothing above 0 for the whole batch.", source },
  thresholds: { activation: { value: 0, text: "largest activation of a ReLU" } },
  find(traced, { activation }) {
    const largest = operationsNamed(traced, relu).map((id) =>
      judged(traced, id, traced.nodes[id]?.value.max ?? Number.NaN),
    );
    const found = largest.filter(({ value }) => value <= activation);
    return alarm(found, `The largest activation of a ReLU is no more than ${activation}`, activation);
  },
});

const broken = defineRule({
  id: "non-finite",
  title: "First value that is not finite",
  severity: "error",
  page: {
    ...nonFinite.page,
    meaning: "The first operation whose result is not finite though what goes in is.",
    source,
  },
  thresholds: {},
  find(traced) {
    const { nonFinite: counts } = traced.trace.tables.nodes;
    const first = traced.nodes.find(({ id }) => (counts[id] ?? 0) > 0);
    if (first === undefined) return [];
    return alarm([judged(traced, first.id, counts[first.id] ?? 0)], "Elements are not finite", 0);
  },
});

export const torchlens = presetOf("torchlens", {
  title: "TorchLens",
  source,
  beyond: [],
  rules: [broken, exploding, vanishing, dead],
});
