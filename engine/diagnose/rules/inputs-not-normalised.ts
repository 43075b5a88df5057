/** Inputs that reach the first weights far from the size for which weights are made. */

import { showNumber } from "../../core/number-text";
import type { ReportNode } from "../../report/report";
import { numberOf, takenFrom } from "../measures/chains";
import { type ColumnSize, columnsOf, largestColumn } from "../measures/columns";
import { type DataEntry, entriesOf } from "../measures/entries";
import { isFiniteRun } from "../measures/finite";
import { standardised } from "../measures/other-values";
import { changedBy, placeToChange } from "../measures/places";
import type { Offered } from "../rule";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const inputsNotNormalised = defineRule({
  id: "inputs-not-normalised",
  title: "Inputs not normalised",
  severity: "warning",
  page: {
    meaning:
      "Weights are made for inputs of about mean 0 and size 1. Pixels from 0 to 255, years, or one feature in another unit are far from that.",
    harm: "Large inputs make large values and gradients in the first layer: activations saturate, and a learning rate that suits one feature is too large or too small for the others. A large offset makes all items look alike.",
    cure: "Subtract each feature's mean and divide by its standard deviation, or begin with a normalisation layer.",
    source: "LeCun et al., Efficient BackProp (1998); AUTOTRAINER, UMLAUT and NeuraLint report it.",
  },
  thresholds: {
    size: { value: 20, text: "root mean square of all inputs" },
    offset: { value: 5, text: "mean of the inputs over their standard deviation" },
    column: { value: 50, text: "size of one feature over that of the usual one" },
    small: { value: 0.005, text: "root mean square of the inputs that are not 0" },
  },
  explains: [
    "dominated-gradient",
    "activation-scale",
    "initial-loss",
    "exploding-gradient",
    "vanishing-gradient",
    "saturation",
    "dead-units",
    "learning-rate-edge",
    "update-ratio",
    "initialisation",
    "useless-bias",
    "zero-gradient",
    "precision-underflow",
    "precision-overflow",
  ],
  find: findInputs,
});

type Limits = Readonly<Record<"size" | "offset" | "column" | "small", number>>;

/** What is wrong with the inputs, as a phrase, with its numbers. */
interface Off {
  readonly headline: string;
  readonly explanation: string;
  readonly evidence: Trouble["evidence"];
  /** What one operation on all elements does about it. */
  readonly change?: { readonly name: "div" | "sub"; readonly value: number };
}

function findInputs(traced: Traced, limits: Limits): Trouble[] {
  const found = new Map<number, Trouble>();
  if (!isFiniteRun(traced)) return [];
  for (const entry of entriesOf(traced)) {
    const source = takenFrom(traced, entry.data);
    if (found.has(source.id) || numberOf(source) !== null) continue;
    const off =
      columnOff(traced, source, limits) ?? (entry.isNormalised ? null : wholeOff(entry, source, limits));
    if (off !== null) found.set(source.id, report(traced, entry, source, off));
  }
  return [...found.values()].slice(0, 1);
}

/** One feature in another unit, or far from 0. */
function columnOff(traced: Traced, source: ReportNode, limits: Limits): Off | null {
  const columns = columnsOf(traced, source);
  const far = columns.find((each) => isFar(each, limits));
  if (far !== undefined) return farOff(far, `Feature ${far.column} of ${nameOf(source)}`);
  const largest = largestColumn(columns);
  if (largest !== null && largest.ratio > limits.column && largest.column.rms > limits.size / 2) {
    const { column, ratio } = largest;
    return {
      headline: `Feature ${column.column} of ${nameOf(source)} is ${showNumber(ratio, 3)} times as large as the others: ${showNumber(column.rms, 3)} on average.`,
      explanation:
        "The first layer sees hardly anything else, and the gradients of its weights differ as much.",
      evidence: { column: column.column, ratio, rms: column.rms, mean: column.mean, std: column.std },
    };
  }
  return null;
}

const isFar = ({ mean, std }: ColumnSize, { offset, size }: Limits) =>
  std > 0 && Math.abs(mean) > offset * std && Math.abs(mean) > size;

function farOff({ mean, std }: { mean: number; std: number }, what: string): Off {
  return {
    headline: `${what} lies around ${showNumber(mean, 3)} and varies by ${showNumber(std, 3)} only.`,
    explanation: "To the first layer all items look nearly alike: the offset is what it answers to.",
    evidence: { mean, std, offset: Math.abs(mean) / std },
  };
}

function wholeOff({ node }: DataEntry, source: ReportNode, limits: Limits): Off | null {
  const { mean, std, norm, size, zeros, min, max, nonFinite } = source.value;
  if (nonFinite > 0 || size < 8) return null;
  const rms = norm / Math.sqrt(size);
  const name = nameOf(source);
  if (std > 0 && Math.abs(mean) > limits.offset * std && Math.abs(mean) > 2)
    return { ...farOff({ mean, std }, name), change: { name: "sub", value: mean } };
  const range = `${showNumber(min, 3)} to ${showNumber(max, 3)}`;
  // Weights that were made for large numbers give results of the usual size.
  const out = node.value.norm / Math.sqrt(Math.max(1, node.value.size));
  if (rms > limits.size && out > 3)
    return {
      headline: `${name} reaches the first weights with numbers from ${range}, ${showNumber(rms, 3)} on average.`,
      explanation: `Weights are made for inputs of about 1. The first layer gives ${showNumber(out, 3)} on average, and its gradients are as much larger.`,
      evidence: { rms, min, max, mean, std, result: out },
      change: { name: "div", value: rms },
    };
  const own = norm / Math.sqrt(Math.max(1, size - zeros));
  if (own === 0 || own >= limits.small) return null;
  return {
    headline: `${name} reaches the first weights with tiny numbers, from ${range}.`,
    explanation:
      "The first layer hardly sees them beside its bias, and the gradients of its weights are as small.",
    evidence: { rms: own, min, max, mean, std },
    change: { name: "div", value: own },
  };
}

function nameOf({ name }: ReportNode): string {
  return name ?? "What goes in";
}

function oneChange(traced: Traced, source: ReportNode, { change }: Off): Offered[] {
  if (change === undefined) return [];
  const { text, remedies } = changedBy(traced, source, change.name, change.value);
  const what = change.name === "div" ? `Divide the inputs by ${text}` : `Subtract ${text} from the inputs`;
  return [{ title: what, detail: "Then they are of the size for which weights are made.", remedies }];
}

function report(traced: Traced, { node }: DataEntry, source: ReportNode, off: Off): Trouble {
  return {
    ...said(off.headline, off.explanation),
    site: placeToChange(traced, source) ?? node.site,
    node: source.id,
    undo: () => standardised(traced, source.id),
    evidence: off.evidence,
    related: beside(placeToChange(traced, node), `${node.op} takes them`),
    fixes: [
      ...oneChange(traced, source, off),
      {
        title: "Normalise the inputs",
        detail:
          "Subtract the mean of each feature and divide by its standard deviation, both taken from the training data.",
      },
      {
        title: "Begin with a normalisation layer",
        detail: "BatchNorm in front of the first layer learns mean and size from the batches.",
      },
    ],
  };
}
