/** Gradients that shrink on their way back until the first layers no longer learn. */

import { showNumber } from "../../core/number-text";
import type { Fix, RelatedSite } from "../../report/report";
import { type Layer, layersOf } from "../measures/layers";
import { type Factor, factorsBetween } from "../measures/path";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";
import { vanishingThroughTime } from "./vanishing/through-time";

/** Decay is a matter of depth: two layers may differ for many good reasons. */
const MIN_LAYERS = 3;
/** A sigmoid's slope is at most 1/4, that of tanh at most 1. */
const steepest: Readonly<Record<string, number>> = { sigmoid: 0.25, logSigmoid: 1, tanh: 1, softplus: 1 };

export const vanishingGradient = defineRule({
  id: "vanishing-gradient",
  title: "Vanishing gradient",
  severity: "warning",
  page: {
    meaning:
      "On its way back from the loss the gradient is multiplied at every layer. Where most factors are below 1 little is left for the first layers.",
    harm: "The first layers hardly change, so the network learns with its last layers only, from features that are random.",
    cure: "Use relu or one of its kin, start weights at the size that keeps signals, normalise between the layers, or add connections around them.",
    source:
      "Hochreiter (1991); Glorot and Bengio (2010). Ratio and size are AUTOTRAINER's (Zhang et al., ICSE 2021), per element.",
  },
  thresholds: {
    ratio: { value: 1e-3, text: "gradient of a layer over that of the last layer, per weight" },
    small: { value: 1e-4, text: "gradient per weight below which a layer hardly learns" },
    steps: { value: 1e-6, text: "gradient of a state in the first step of a loop over that in the last one" },
  },
  find: (traced, limits) => [...findDepth(traced, limits), ...vanishingThroughTime(traced, limits.steps)],
  measure(traced) {
    const first = layersOf(traced)[0];
    return first === undefined
      ? null
      : { label: "gradient of the first layer, per weight", value: first.gradient };
  },
});

function findDepth(
  traced: Traced,
  { ratio: RATIO, small: SMALL }: { ratio: number; small: number },
): Trouble[] {
  const layers = layersOf(traced).filter(({ gradient }) => Number.isFinite(gradient));
  const last = layers.at(-1);
  if (layers.length < MIN_LAYERS || last === undefined || last.gradient === 0) return [];
  const gone = layers.filter(({ gradient }) => gradient / last.gradient < RATIO && gradient < SMALL);
  // What is exactly 0 may have other reasons; it counts when something else faded out.
  const first = gone.find(({ gradient }) => gradient > 0);
  if (first === undefined) return [];
  const factors = factorsBetween(traced, last.node, first.node);
  const culprit = blame(factors);
  const node = culprit === null ? undefined : traced.nodes[culprit.node];
  const share = factors.filter(({ op }) => op === culprit?.op);
  const together = share.reduce((product, { factor }) => product * factor, 1);
  return [
    {
      severity: "warning",
      ...said(
        decayOf(first, last, gone.length, layers.length),
        culprit === null ? "" : causeOf(culprit, share.length, together),
      ),
      site: node?.site ?? first.site,
      node: node?.id ?? first.node,
      evidence: {
        firstLayer: first.name,
        firstGradient: first.gradient,
        lastLayer: last.name,
        lastGradient: last.gradient,
        ratio: first.gradient / last.gradient,
        measure: "rms",
        limit: Math.min(RATIO * last.gradient, SMALL),
        layers: layers.length,
        vanished: gone.length,
        ...(culprit === null
          ? {}
          : { operation: culprit.op, worstFactor: culprit.factor, times: share.length }),
        ...(share.length > 0 ? { operationsTogether: together } : {}),
      },
      related: related(gone),
      fixes: fixesFor(traced, culprit),
    },
  ];
}

/** The kind of operation that takes the largest part of the decay, and of these the worst one. */
function blame(factors: readonly Factor[]): Factor | null {
  const totals = new Map<string, number>();
  for (const { op, factor } of factors) {
    if (factor > 0) totals.set(op, (totals.get(op) ?? 0) + Math.log(factor));
  }
  const [worst] = [...totals].sort((a, b) => a[1] - b[1]);
  if (worst === undefined || worst[1] >= 0) return null;
  const candidates = factors.filter(({ op }) => op === worst[0]);
  return candidates.reduce((a, b) => (b.factor < a.factor ? b : a));
}

function decayOf(first: Layer, last: Layer, gone: number, depth: number): string {
  return `The gradient vanishes: it is ${showNumber(first.gradient, 3)} per weight in ${first.name}, ${showNumber(last.gradient / first.gradient, 3)} times smaller than the ${showNumber(last.gradient, 3)} in ${last.name}, so ${gone} of ${depth} layers hardly learn.`;
}

function causeOf(culprit: Factor, count: number, together: number): string {
  const limit = steepest[culprit.op];
  const why =
    limit === undefined ? "" : ` (the slope of ${culprit.op} is at most ${limit}, and less away from 0)`;
  return `${count === 1 ? `The ${culprit.op} here multiplies` : `${count} calls of ${culprit.op} multiply`} it by ${showNumber(together, 3)}${count === 1 ? "" : " together"}; ${count === 1 ? "that" : "the worst"} is ${showNumber(culprit.factor, 3)}${why}.`;
}

function related(gone: readonly Layer[]): RelatedSite[] {
  return gone
    .slice(0, 8)
    .flatMap(({ site, name, gradient }) =>
      beside(site, `${name}: gradient ${showNumber(gradient, 3)} per weight`),
    );
}

function fixesFor(traced: Traced, culprit: Factor | null): Fix[] {
  if (culprit?.op === "sigmoid" || culprit?.op === "tanh") {
    const call = traced.nodes[culprit.node]?.site ?? null;
    return [
      {
        title: `Use relu instead of ${culprit.op}`,
        detail: "relu passes the gradient unchanged wherever its input is positive.",
        ...(call ? { remedies: [{ change: "callee", call, name: "relu" }] } : {}),
      },
      {
        title: "Add a connection around the layers (x + f(x))",
        detail: "The gradient then has a way back on which nothing shrinks it.",
      },
    ];
  }
  return [
    {
      title: "Scale the initial weights to the size of the layers",
      detail:
        "Weights of standard deviation √(2 / inputs) before relu, √(1 / inputs) before tanh, keep the size of signals and gradients.",
    },
    {
      title: "Normalise between the layers (layer norm or batch norm)",
      detail: "It brings every layer's values back to size 1, and with them the gradients.",
    },
  ];
}
