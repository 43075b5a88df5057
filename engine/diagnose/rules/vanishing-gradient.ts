/** Gradients that shrink on their way back until the first layers, or the first steps of a sequence, no longer learn. */

import { showNumber, showTimes } from "../../core/number-text";
import type { Remedy } from "../../report/remedy";
import type { Fix, Site } from "../../report/report";
import { layersOf } from "../measures/layers";
import { keyOfSite } from "../measures/origins";
import { placeToChange } from "../measures/places";
import { redrawn } from "../measures/redrawn";
import { type Account, accountOf, isRectified, type Share } from "../measures/shares";
import { beside, defineRule, type Offered, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** Decay is a matter of depth: two layers may differ for many good reasons. */
const MIN_LAYERS = 3;
/** Weights that are used more often than this carry a signal through time. */
const STEPS = 4;
/** A sigmoid's slope is at most 1/4, that of tanh at most 1. */
const steepest: Readonly<Record<string, number>> = { sigmoid: 0.25, logSigmoid: 1, tanh: 1, softplus: 1 };

interface Limits {
  readonly ratio: number;
  readonly steps: number;
}

export const vanishingGradient = defineRule({
  id: "vanishing-gradient",
  title: "Vanishing gradient",
  severity: "warning",
  page: {
    meaning:
      "On its way back from the loss the gradient is multiplied at every layer, and at every step of a recurrence. Where most factors are below 1 little is left for the first ones.",
    harm: "The first layers hardly change, so the network learns with its last layers only; a recurrent network does not learn from what happened long ago.",
    cure: "Use relu or one of its kin, start weights at the size that keeps signals, normalise between the layers, or add connections around them; over time use gates that start open.",
    source:
      "Hochreiter (1991); Glorot and Bengio (2010). The ratio is AUTOTRAINER's (Zhang et al., ICSE 2021), taken of the gradient that the layers pass on.",
  },
  thresholds: {
    ratio: { value: 1e-3, text: "norm of the gradient at the first layer over that at the last layer" },
    steps: {
      value: 1e-6,
      text: "norm of the gradient at the first step of a recurrence over that at the last one",
    },
  },
  explains: ["update-ratio", "saturation", "zero-gradient", "precision-underflow"],
  find: findDecay,
  measure(traced) {
    const first = layersOf(traced)[0];
    return first === undefined
      ? null
      : { label: "gradient of the first layer, per weight", value: first.gradient };
  },
});

function findDecay(traced: Traced, { ratio, steps }: Limits): Trouble[] {
  const account = accountOf(traced);
  if (account === null || Math.max(account.layers, account.repeats) < MIN_LAYERS) return [];
  const limit = account.repeats > STEPS ? steps : ratio;
  // What is exactly 0 has other reasons.
  if (!(account.total < limit) || account.total === 0) return [];
  const [culprit] = account.shares.toSorted((a, b) => a.factor - b.factor);
  return culprit === undefined ? [] : [report(traced, account, culprit, limit)];
}

function report(traced: Traced, account: Account, culprit: Share, limit: number): Trouble {
  const isTime = account.repeats > STEPS;
  const layers = layersOf(traced);
  const first = layers[0];
  const way = isTime
    ? `through ${showTimes(account.repeats, "step")} of the recurrence`
    : `through ${showTimes(account.layers, "layer")}`;
  const end = isTime
    ? "What happened in the first steps hardly changes the weights."
    : "The first layers hardly learn.";
  return {
    ...said(
      `The gradient vanishes ${way}: at the first one it is ${showNumber(account.total, 3)} of what it is at the last one.`,
      `${causeOf(culprit)} ${end}`,
    ),
    site: culprit.site,
    node: worstOf(culprit)?.node ?? null,
    evidence: {
      ...(first === undefined ? {} : { firstLayer: first.name, firstGradient: first.gradient }),
      ratio: account.total,
      limit,
      layers: account.layers,
      steps: account.repeats,
      operation: culprit.op,
      times: culprit.steps.length,
      operationsTogether: culprit.factor,
      worstFactor: worstOf(culprit)?.backward ?? 1,
    },
    related: layers
      .slice(0, 4)
      .flatMap(({ site, name, gradient }) =>
        beside(site, `${name}: gradient ${showNumber(gradient, 3)} per weight`),
      ),
    fixes: isTime ? overTime : fixesFor(traced, account, culprit),
  };
}

function worstOf({ steps }: Share) {
  return steps.filter(({ backward }) => backward > 0).toSorted((a, b) => a.backward - b.backward)[0];
}

function causeOf(culprit: Share): string {
  const count = culprit.steps.length;
  const limit = steepest[culprit.op];
  const why =
    limit === undefined ? "" : ` (the slope of ${culprit.op} is at most ${limit}, and less away from 0)`;
  return `${count === 1 ? `The ${culprit.op} here multiplies` : `${count} calls of ${culprit.op} multiply`} it by ${showNumber(culprit.factor, 3)}${count === 1 ? "" : " together"}; ${count === 1 ? "that" : "the worst"} is ${showNumber(worstOf(culprit)?.backward ?? 1, 3)}${why}.`;
}

const overTime: readonly Fix[] = [
  {
    title: "Use nn.LSTM or nn.GRU with gates that start open",
    detail:
      "Their state is carried on by a sum; a bias of 1 or 2 at the forget gate lets it pass unchanged at first.",
  },
  {
    title: "Start with orthogonal recurrent weights, of size 1",
    detail: "Then the first steps neither shrink nor enlarge the gradient (nn.init.orthogonal).",
  },
];

function fixesFor(traced: Traced, account: Account, culprit: Share): Offered[] {
  if (culprit.op === "sigmoid" || culprit.op === "tanh") {
    const connection = {
      title: "Add a connection around the layers (x + f(x))",
      detail: "The gradient then has a way back on which nothing shrinks it.",
    };
    return [...instead(traced, account, culprit.op), connection];
  }
  return [
    {
      title: "Scale the initial weights to the size of the layers",
      detail:
        "Weights of standard deviation √(2 / inputs) before relu, √(1 / inputs) before tanh, keep the size of signals and gradients.",
      remedies:
        culprit.of === "drawn"
          ? redrawn(traced, isRectified(account) ? "kaimingNormal" : "xavierNormal")
          : [],
    },
    {
      title: "Normalise between the layers (layer norm or batch norm)",
      detail: "It brings every layer's values back to size 1, and with them the gradients.",
    },
  ];
}

/** Other activations in all of the places of one that shrinks gradients. */
function instead(traced: Traced, { shares }: Account, op: string): Offered[] {
  const calls = new Map<string, readonly [call: Site, isLayer: boolean]>();
  for (const share of shares)
    for (const step of share.op === op ? share.steps : []) {
      const node = step.op === op ? traced.nodes[step.node] : undefined;
      const site = node === undefined ? null : placeToChange(traced, node);
      if (site !== null) calls.set(keyOfSite(site), [site, site !== node?.site]);
    }
  const named = (call: string, layer: string): Remedy[] =>
    [...calls.values()].map(([site, isLayer]) => ({
      change: "callee",
      call: site,
      name: isLayer ? layer : call,
    }));
  const weights = redrawn(traced, "kaimingNormal");
  const tanh = {
    title: `Use tanh instead of ${op}, with initial weights for it`,
    detail:
      "Its slope is 1 at 0, four times that of sigmoid; with weights of standard deviation √(1 / fan-in) the gradient keeps its size.",
    remedies: weights.length === 0 ? [] : [...named("tanh", "Tanh"), ...redrawn(traced, "xavierNormal")],
  };
  const relu = {
    title: `Use relu instead of ${op}, with initial weights for it`,
    detail:
      "relu passes the gradient unchanged wherever its input is positive; weights of standard deviation √(2 / fan-in) make up for the rest.",
    remedies: weights.length === 0 ? [] : [...named("relu", "ReLU"), ...weights],
  };
  return op === "tanh" ? [relu] : [tanh, relu];
}
