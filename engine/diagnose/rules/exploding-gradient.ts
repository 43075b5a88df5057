/** Gradients that grow on their way back until a step throws the weights away. */

import { showNumber } from "../../core/number-text";
import { layersOf } from "../measures/layers";
import { factorsBetween } from "../measures/path";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** Below this size a gradient explodes nowhere, however small the last one is. */
const HARMLESS = 1;
const MIN_LAYERS = 3;

export const explodingGradient = defineRule({
  id: "exploding-gradient",
  title: "Exploding gradient",
  severity: "warning",
  page: {
    meaning:
      "On its way back from the loss the gradient is multiplied at every layer. Where most factors are above 1 it grows from layer to layer.",
    harm: "A step with a usual learning rate throws the first weights far away; the loss jumps or becomes NaN.",
    cure: "Start with smaller weights, normalise between the layers, scale down what residual branches add, or clip the gradient's norm.",
    source:
      "Pascanu et al., On the difficulty of training recurrent neural networks (2013); the ratio is AUTOTRAINER's (Zhang et al., ICSE 2021), the norm TorchLens'.",
  },
  thresholds: {
    ratio: { value: 70, text: "norm of a layer's gradient over that of the last layer" },
    norm: { value: 1e4, text: "norm of a layer's gradient that no usual learning rate survives" },
  },
  find: findGrowth,
});

function findGrowth(
  traced: Traced,
  { ratio: RATIO, norm: LARGE }: { ratio: number; norm: number },
): Trouble[] {
  const layers = layersOf(traced).filter(({ norm }) => Number.isFinite(norm));
  const first = layers[0];
  const last = layers.at(-1);
  if (layers.length < MIN_LAYERS || first === undefined || last === undefined || last.norm === 0) return [];
  const worst = layers.reduce((a, b) => (b.norm > a.norm ? b : a));
  const ratio = worst.norm / last.norm;
  const grows = ratio > RATIO && worst.norm > HARMLESS && worst.node < last.node;
  if (!grows && worst.norm < LARGE) return [];
  const factors = factorsBetween(traced, last.node, worst.node);
  const top = factors.toSorted((a, b) => b.factor - a.factor)[0] ?? null;
  const culprit = top !== null && top.factor > 1 ? traced.nodes[top.node] : undefined;
  const cause =
    culprit && top
      ? `The largest step is ${culprit.op}, which multiplies its size by ${showNumber(top.factor, 3)}.`
      : "";
  return [
    {
      severity: "warning",
      ...said(
        grows
          ? `The gradient explodes: its norm is ${showNumber(worst.norm, 3)} in ${worst.name}, ${showNumber(ratio, 3)} times the ${showNumber(last.norm, 3)} in ${last.name}.`
          : `The gradient of ${worst.name} has the norm ${showNumber(worst.norm, 3)}: a step with a usual learning rate throws its weights away.`,
        cause,
      ),
      site: culprit?.site ?? worst.site,
      node: culprit?.id ?? worst.node,
      evidence: {
        layer: worst.name,
        norm: worst.norm,
        lastLayer: last.name,
        lastNorm: last.norm,
        ratio,
        measure: "norm",
        limit: grows ? RATIO * last.norm : LARGE,
        layers: layers.length,
        ...(culprit && top ? { operation: culprit.op, factor: top.factor } : {}),
      },
      related: layers
        .filter(({ norm }) => norm / last.norm > RATIO)
        .slice(0, 8)
        .flatMap(({ site, name, norm }) => beside(site, `${name}: gradient norm ${showNumber(norm, 3)}`)),
      fixes,
    },
  ];
}

const fixes = [
  {
    title: "Use smaller initial weights",
    detail:
      "Weights of standard deviation √(2 / inputs) before relu, √(1 / inputs) before tanh, keep the size of gradients.",
  },
  {
    title: "Clip the gradient's norm before each step",
    detail: "Clipping bounds the step without changing its direction.",
  },
];
