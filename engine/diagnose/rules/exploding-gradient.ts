/** Gradients that grow on their way back until a step throws the weights away. */

import { showNumber } from "../../core/number-text";
import { layersOf } from "../measures/layers";
import { accountOf } from "../measures/shares";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

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
      "Pascanu et al., On the difficulty of training recurrent neural networks (2013). AUTOTRAINER (Zhang et al., ICSE 2021) compares the first layer with the last one, too, at 70.",
  },
  thresholds: {
    ratio: { value: 100, text: "norm of the gradient at the first layer over that at the last layer" },
  },
  explains: ["learning-rate-edge", "update-ratio", "initial-loss", "precision-overflow"],
  find: findGrowth,
  measure(traced) {
    const account = accountOf(traced);
    return (
      account && { label: "gradient of the first layer over that of the last one", value: account.total }
    );
  },
});

function findGrowth(traced: Traced, { ratio }: { ratio: number }): Trouble[] {
  const account = accountOf(traced);
  if (
    account === null ||
    Math.max(account.layers, account.repeats) < MIN_LAYERS ||
    !(Math.min(account.total, account.alone) > ratio)
  )
    return [];
  const [top] = account.shares.toSorted((a, b) => b.factor - a.factor);
  if (top === undefined) return [];
  const layers = layersOf(traced).filter(({ norm }) => Number.isFinite(norm));
  const worst = layers.length === 0 ? null : layers.reduce((a, b) => (b.norm > a.norm ? b : a));
  const calls =
    top.steps.length === 1
      ? `The ${top.op} here multiplies`
      : `${top.steps.length} operations here, such as ${top.op}, multiply`;
  return [
    {
      ...said(
        `The gradient explodes: on its way from the last layer to the first one it grows ${showNumber(account.total, 3)} times.`,
        `${calls} it by ${showNumber(top.factor, 3)}.${worst === null ? "" : ` Its norm is largest in ${worst.name}: ${showNumber(worst.norm, 3)}.`}`,
      ),
      site: top.site,
      node: top.steps[0]?.node ?? null,
      evidence: {
        ratio: account.total,
        limit: ratio,
        operation: top.op,
        factor: top.factor,
        layers: account.layers,
        ...(worst === null ? {} : { layer: worst.name, norm: worst.norm }),
      },
      related: layers
        .toSorted((a, b) => b.norm - a.norm)
        .slice(0, 4)
        .flatMap(({ site, name, norm }) => beside(site, `${name}: gradient norm ${showNumber(norm, 3)}`)),
      fixes: [
        {
          title: "Use smaller initial weights",
          detail:
            "Weights of standard deviation √(2 / inputs) before relu, √(1 / inputs) before tanh, keep the size of gradients.",
        },
        {
          title: "Clip the gradient's norm before each step",
          detail: "Clipping bounds the step without changing its direction.",
        },
      ],
    },
  ];
}
