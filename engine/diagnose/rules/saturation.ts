/** Activations in their flat ends: the local derivative is about 0, and no gradient passes. */
import { showNumber, showPercent, showTimes } from "../../core/number-text";
import { sizeOf } from "../../core/shape";
import type { Remedy } from "../../report/remedy";
import type { ReportNode, Site } from "../../report/report";
import { chosenAmong, parametersBefore, preceding } from "../measures/causes";
import { keyOfSite } from "../measures/origins";
import { ofUsualSize } from "../measures/other-values";
import { placeToChange } from "../measures/places";
import { unwritten } from "../measures/redrawn";
import { type FlatActivation, flatsOf } from "../measures/slopes";
import { shapeOf, sizeAt } from "../measures/trunk";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

/** Fewer elements say nothing. */
const MIN_ELEMENTS = 32;
/** A factor in the text, a gain of weights or a bias from which on it is the reason. */
const SCALE = 4;
const GAIN = 2.5;
const BIAS = 3;

export const saturation = defineRule({
  id: "saturation",
  title: "Saturated activations",
  severity: "warning",
  page: {
    meaning:
      "sigmoid, tanh and softmax are flat where their inputs are large. There the output hardly depends on the input, and the local derivative is about 0.",
    harm: "The gradient that passes is multiplied by that derivative, so what comes before a saturated activation does not learn.",
    cure: "Make what goes in smaller: smaller initial weights, normalised inputs, attention scores over √d, no sharpening factor.",
    source:
      "Glorot and Bengio (2010). SageMaker Debugger counts tanh beyond ±9.5 and sigmoid beyond -23 and 17 in more than half of a layer; TheDeepChecker scores histograms.",
  },
  thresholds: {
    share: { value: 0.5, text: "share of a layer's activations whose slope is below 1 % of the steepest" },
  },
  explains: [
    "vanishing-gradient",
    "zero-gradient",
    "exploding-gradient",
    "initial-loss",
    "dominated-gradient",
  ],
  find: findFlat,
  measure(traced) {
    const worst = flatsOf(traced).map(({ flat, all }) => flat / all);
    return worst.length === 0 ? null : { label: "share of flat activations", value: Math.max(...worst) };
  },
});

function findFlat(traced: Traced, limits: { readonly share: number }): Trouble[] {
  const places = new Map<string, FlatActivation[]>();
  for (const each of flatsOf(traced)) {
    const key = `${each.node.op} ${keyOfSite(placeToChange(traced, each.node))}`;
    places.set(key, [...(places.get(key) ?? []), each]);
  }
  const found = [...places.values()].flatMap((flats) => {
    const [flat, all] = flats.reduce(([a, b], each) => [a + each.flat, b + each.all], [0, 0]);
    return all >= MIN_ELEMENTS && flat / all > limits.share ? [{ flats, flat, all }] : [];
  });
  const [first, ...others] = found;
  if (first === undefined) return [];
  return [
    report(
      traced,
      first,
      others.flatMap(({ flats }) => flats.slice(0, 1)),
    ),
  ];
}

interface Place {
  readonly flats: readonly FlatActivation[];
  readonly flat: number;
  readonly all: number;
}

function report(traced: Traced, { flats, flat, all }: Place, others: readonly FlatActivation[]): Trouble {
  const worst = flats.reduce((a, b) => (b.flat / b.all > a.flat / a.all ? b : a));
  const { node } = worst;
  const input = traced.nodes[node.inputs[0] ?? -1];
  const cause = causeOf(traced, node);
  const place = placeToChange(traced, node);
  const what = node.op === "softmax" ? "rows" : "elements";
  return {
    ...said(
      `${showPercent(flat / all)} of the ${what} of ${flats.length === 1 ? `this ${node.op}` : `${flats.length} calls of ${node.op}`} are saturated: their slope is below 1 % of the steepest.`,
      `${cause.text}${input === undefined ? "" : ` Its inputs lie between ${showNumber(input.value.min, 3)} and ${showNumber(input.value.max, 3)}.`}`,
    ),
    site: cause.site ?? place,
    node: node.id,
    undo: () => (cause.by === null ? null : ofUsualSize(traced, [cause.by])),
    evidence: {
      operation: node.op,
      share: flat / all,
      flat,
      elements: all,
      inputSize: sizeAt(traced, node.inputs[0] ?? node.id),
    },
    related: [
      ...(cause.site === null || cause.site.line === place?.line
        ? []
        : beside(place, `${node.op} is saturated here`)),
      ...others
        .slice(0, 6)
        .flatMap((other) =>
          beside(placeToChange(traced, other.node), `${other.node.op} is saturated here, too`),
        ),
    ],
    fixes: [
      {
        title: "Make its inputs smaller",
        detail:
          "Smaller weights, a normalisation before it, or no factor in front of it bring its inputs back to where it is steep.",
        remedies: cause.remedies,
      },
    ],
  };
}

interface Cause {
  readonly site: Site | null;
  readonly text: string;
  readonly remedies: readonly Remedy[];
  /** The parameter, or the factor, that does it. */
  readonly by: number | null;
}

/** What makes the inputs of an activation large. */
function causeOf(traced: Traced, node: ReportNode): Cause {
  const scaling = preceding(traced, node).find((each) => scaleOf(traced, each) > SCALE);
  if (scaling !== undefined)
    return {
      site: scaling.site,
      text: `Its inputs are multiplied by ${showNumber(scaleOf(traced, scaling), 3)} before it.`,
      remedies: [],
      by: factorOf(traced, scaling)?.id ?? null,
    };
  const parameters = parametersBefore(traced, node);
  const chosen = chosenAmong(traced, parameters, (each) => isLarge(traced, each));
  if (chosen === null) return { site: null, text: "", remedies: [], by: null };
  const name = chosen.node.name ?? "a parameter";
  return {
    site: chosen.site,
    text: `The root mean square of ${name}, ${showTimes(chosen.node.value.size, "number")}, is ${showNumber(sizeAt(traced, chosen.node.id), 3)}.`,
    remedies: unwritten(traced, [chosen.node.id]),
    by: chosen.node.id,
  };
}

/** The number by which an operation multiplies, where there is one. */
function scaleOf(traced: Traced, node: ReportNode): number {
  const factor = factorOf(traced, node);
  const value = Math.abs(factor?.value.item ?? 0);
  return node.op === "div" ? (factor?.id === node.inputs[1] && value > 0 ? 1 / value : 0) : value;
}

function factorOf({ nodes }: Traced, { op, inputs }: ReportNode): ReportNode | undefined {
  if (op !== "mul" && op !== "div") return undefined;
  const [a, b] = inputs.map((id) => nodes[id]);
  return [b, a].find((each) => each !== undefined && each.value.size === 1 && !each.requiresGrad);
}

function isLarge(traced: Traced, { id }: ReportNode): boolean {
  const shape = shapeOf(traced, id);
  const size = sizeAt(traced, id);
  return shape.length < 2
    ? size > BIAS
    : size * Math.sqrt(Math.min(sizeOf(shape.slice(1)), shape[0] ?? 1)) > GAIN;
}
