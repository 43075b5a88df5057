/** Targets that lie where the last activation cannot reach. */

import { showNumber } from "../../core/number-text";
import type { ReportNode, Site } from "../../report/report";
import { activationOf } from "../measures/activations";
import { arrangedFrom, numberOf, sidesOf } from "../measures/chains";
import { type LossTerm, lossTermsOf } from "../measures/loss-terms";
import { attributesOf, leftOut, placeToChange } from "../measures/places";
import { someOf } from "../measures/targets";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

interface Range {
  readonly low: number;
  readonly high: number;
  /** What bounds it: "sigmoid", also where it is a formula. */
  readonly name: string;
  /** The operation that bounds it. */
  readonly bound: ReportNode;
}

const ranges: Readonly<Record<string, readonly [low: number, high: number]>> = {
  sigmoid: [0, 1],
  hardsigmoid: [0, 1],
  softmax: [0, 1],
  tanh: [-1, 1],
  hardtanh: [-1, 1],
  softsign: [-1, 1],
  sin: [-1, 1],
  cos: [-1, 1],
  relu: [0, Number.POSITIVE_INFINITY],
  relu6: [0, 6],
  softplus: [0, Number.POSITIVE_INFINITY],
  exp: [0, Number.POSITIVE_INFINITY],
  elu: [-1, Number.POSITIVE_INFINITY],
};

export const outputRange = defineRule({
  id: "output-range",
  title: "Targets out of reach",
  severity: "warning",
  page: {
    meaning:
      "The last activation decides which numbers can come out: tanh gives −1 to 1, sigmoid 0 to 1, relu nothing below 0.",
    harm: "Targets beyond are never met. The network pushes against the bound, where the activation passes hardly any gradient.",
    cure: "Leave out the last activation, scale its result, or bring the targets into its range.",
    source: "DeepLocalize and TheDeepChecker report wrong last activations.",
  },
  thresholds: {
    share: { value: 0.03, text: "share of the targets that lie out of reach" },
  },
  explains: [
    "targets-not-normalised",
    "loss-for-activation",
    "saturation",
    "initial-loss",
    "dead-units",
    "vanishing-gradient",
    "zero-gradient",
    "dominated-gradient",
    "exploding-gradient",
  ],
  find: (traced, limits) =>
    lossTermsOf(traced)
      .flatMap((term) => look(traced, term, limits.share))
      .slice(0, 1),
});

function look(traced: Traced, term: LossTerm, limit: number): Trouble[] {
  const { kind, prediction, target, byHand } = term;
  if (target === null || target.requiresGrad || target.value.nonFinite > 0) return [];
  const reach =
    kind === "squares" || kind === "distances"
      ? rangeOf(traced, prediction)
      : kind === "binary-logits" && !byHand
        ? { low: 0, high: 1, bound: term.node, name: term.node.op }
        : null;
  if (reach === null) return [];
  // What lies a little beyond a bound is noise.
  const { low, high } = reach;
  const width = high - low;
  const slack = 0.02 * (Number.isFinite(width) ? width : target.value.max - target.value.min);
  const all = someOf(traced, target.id);
  const out = all.filter((v) => v < low - slack || v > high + slack).length;
  return out > limit * all.length ? [report(traced, term, reach, out / all.length)] : [];
}

/** Between which bounds a prediction stays; null where there are none. */
function rangeOf(traced: Traced, prediction: ReportNode): Range | null {
  const node = arrangedFrom(traced, prediction);
  const { op: name } = activationOf(traced, node);
  const known = ranges[name];
  if (known !== undefined) return { low: known[0], high: known[1], bound: node, name };
  if (node.op === "clamp") return clamped(traced, node);
  const inputs = node.inputs.flatMap((id) => traced.nodes[id] ?? []);
  if (node.op === "neg" && inputs[0] !== undefined) return moved(rangeOf(traced, inputs[0]), (v) => -v);
  const sides = sidesOf(traced, node);
  const number = sides === null ? null : numberOf(sides.fixed);
  if (sides === null || number === null) return null;
  const inner = () => rangeOf(traced, sides.moving);
  if (node.op === "add") return moved(inner(), (v) => v + number);
  if (node.op === "mul") return moved(inner(), (v) => v * number);
  if (node.op === "div" && sides.isFirst) return moved(inner(), (v) => v / number);
  if (node.op === "sub") return moved(inner(), sides.isFirst ? (v) => v - number : (v) => number - v);
  return null;
}

function clamped(traced: Traced, node: ReportNode): Range | null {
  const { min, max } = attributesOf(traced, node.id);
  const low = typeof min === "number" ? min : Number.NEGATIVE_INFINITY;
  const high = typeof max === "number" ? max : Number.POSITIVE_INFINITY;
  return node.inputs.length === 1 ? { low, high, bound: node, name: node.op } : null;
}

function moved(range: Range | null, by: (v: number) => number): Range | null {
  if (range === null) return null;
  const [a, b] = [by(range.low), by(range.high)];
  return { ...range, low: Math.min(a, b), high: Math.max(a, b) };
}

function report(traced: Traced, term: LossTerm, { low, high, bound, name }: Range, share: number): Trouble {
  const { node, target } = term;
  const reach = Number.isFinite(high)
    ? Number.isFinite(low)
      ? `from ${showNumber(low)} to ${showNumber(high)}`
      : `below ${showNumber(high)}`
    : `above ${showNumber(low)}`;
  const { min, max } = target?.value ?? { min: 0, max: 0 };
  const percent = Math.round(100 * share);
  const isLoss = bound.id === node.id;
  return {
    ...said(
      `${isLoss ? `${node.op} takes targets` : `${name} gives numbers`} ${reach}, but ${percent} % of the targets lie beyond: they go from ${showNumber(min)} to ${showNumber(max)}.`,
      isLoss
        ? "With targets that are no probabilities the loss has no lower bound."
        : "They can never be met, and near its bounds the activation passes hardly any gradient.",
    ),
    site: isLoss ? siteOfTarget(traced, target) : placeToChange(traced, bound),
    node: bound.id,
    evidence: { activation: name, share, min, max },
    related: beside(isLoss ? node.site : siteOfTarget(traced, target), isLoss ? "the loss" : "the targets"),
    fixes: isLoss ? [bringIn(reach)] : [leaveOut(traced, bound, name), bringIn(reach)],
  };
}

function siteOfTarget(traced: Traced, target: ReportNode | null): Site | null {
  return target === null ? null : placeToChange(traced, target);
}

const bringIn = (reach: string) => ({
  title: "Bring the targets into its range",
  detail: `Scale and move them until they lie ${reach}, and the predictions back where they are used.`,
});

const leaveOut = (traced: Traced, bound: ReportNode, name: string) => ({
  title: `Leave out the last ${name}`,
  detail: "Plain numbers need no activation at the end.",
  remedies: name === bound.op ? leftOut(traced, bound) : [],
});
