/** Checks layers whose backward pass was written by hand, without a tape: differences of their own forward pass. */
import { now } from "../../clock";
import type { Verdict } from "../../report";
import { type Facts, where } from "../conclude";
import type { Tolerances } from "../judge";
import type { Pace } from "../pace";
import type { Undecided } from "../verdict";
import { blameOf } from "./blame";
import { type Comparison, comparePart, type Finding, lackingGradient } from "./compare";
import type { HandWritten } from "./layer";
import { mannersOf } from "./manner";
import type { Given } from "./matching";
import type { Part } from "./parts";
import { type PartGradient, type Prepared, prepare, weightsFor } from "./prepare";

export { type HandWritten, handWrittenClass, handWrittenPair } from "./layer";

/** The checks of one layer, and the hand-written functions that its backward pass called. */
export interface Checked {
  readonly checks: readonly Undecided[];
  readonly called: ReadonlySet<string>;
}

/** A check per input and per field that has a gradient, and a note for what could not be compared. */
export async function checkHandWritten(
  layer: HandWritten,
  tolerances: Tolerances,
  pace: Pace,
): Promise<Checked> {
  const prepared = prepare(layer);
  try {
    return await checkIn(prepared, tolerances, pace);
  } finally {
    prepared.trial.close();
  }
}

function empty(target: string, parameter: string) {
  const none = { worst: null, culprit: null, step: 0, durationMs: 0 } as const;
  return { target, parameter, elements: 0, checked: 0, method: "every-element", ...none } as const;
}

interface Row {
  readonly part: Part;
  readonly given: Given;
  readonly finding: Finding;
  readonly durationMs: number;
}

async function checkIn(prepared: Prepared, tolerances: Tolerances, pace: Pace): Promise<Checked> {
  const { trial, parts } = prepared;
  const { layer } = trial;
  if (!trial.isSteady())
    return { checks: parts.map((part) => checkOf(layer, unsteady(part), null)), called: new Set() };
  const output = trial.outputs();
  const broken = output.findIndex(Number.isNaN);
  if (broken >= 0 || !output.some(Number.isFinite))
    return {
      checks: parts.slice(0, 1).map((part) => checkOf(layer, noNumber(part, broken), layer.site)),
      called: new Set(),
    };
  const weights = trial.takesGradient ? weightsFor(output) : output.map(() => 1);
  const { gave, of } = prepared.gradients(weights);
  const manners = mannersOf(prepared, weights);
  const rows: Row[] = [];
  for (const [i, part] of parts.entries()) {
    const start = now();
    const gradient = of[i] as PartGradient;
    const others = of.flatMap(({ numbers }, j) =>
      j !== i && numbers instanceof Float64Array ? [numbers] : [],
    );
    const finding = await findingOf(
      part,
      gradient,
      others,
      { trial, weights, tolerances, pace },
      gave.returned,
    );
    if (finding === "stopped") break;
    const row = finding && { part, given: gradient.given, finding, durationMs: now() - start };
    if (row) rows.push(withManner(row, manners[i] ?? null));
  }
  return { checks: rowsToChecks(layer, rows, gave.returned), called: gave.called };
}

async function findingOf(
  part: Part,
  { given, numbers }: PartGradient,
  others: readonly Float64Array[],
  comparison: Comparison,
  returned: unknown,
): Promise<Finding | "stopped" | null> {
  if (numbers instanceof Float64Array)
    return (await comparePart(part, numbers, others, comparison)) ?? "stopped";
  if (typeof numbers === "string") return wrongShape(numbers);
  const lack = lackingGradient(part, given, comparison.trial, returned);
  if (lack === "wrong")
    return {
      ...wrongShape("it gives no gradient, and the output depends on it"),
      pattern: { name: "zero", sentence: "it gives no gradient, and the output depends on it" },
    };
  if (lack === null) return null;
  const how =
    part.input === null
      ? `is kept as d${part.path.at(-1)}`
      : "is returned: a pass returns one gradient per input, null for none";
  return {
    facts: {
      verdict: "not-checked",
      message: `${part.name} was not checked: the output depends on it, but no gradient of it ${how}`,
    },
    pattern: null,
  };
}

function wrongShape(sentence: string): Finding {
  return { facts: { verdict: "wrong-derivative", message: "" }, pattern: { name: "shape", sentence } };
}

function withManner(row: Row, pattern: Finding["pattern"]): Row {
  const { facts } = row.finding;
  if (
    pattern === null ||
    (facts.verdict !== "ok" && facts.verdict !== "wrong-derivative" && facts.verdict !== "kink")
  )
    return row;
  const isKnown = facts.verdict === "wrong-derivative";
  const message = isKnown ? facts.message : "";
  return { ...row, finding: { facts: { ...facts, verdict: "wrong-derivative", message }, pattern } };
}

function rowsToChecks(layer: HandWritten, rows: readonly Row[], returned: unknown): Undecided[] {
  const failing: readonly Verdict[] = ["wrong-derivative", "non-finite"];
  const judged = rows.map(({ part, given, finding }) => ({
    part,
    given,
    isRight: finding.facts.verdict === "ok",
    isWrong: failing.includes(finding.facts.verdict),
  }));
  const sites = blameOf(layer, judged, Array.isArray(returned) ? returned.length : 0);
  return rows.map((row) => checkOf(layer, row, sites.get(row.part) ?? null));
}

function checkOf(
  layer: HandWritten,
  { part, finding, durationMs }: Row,
  blamed: HandWritten["site"],
): Undecided {
  const { facts, pattern } = finding;
  const isFailing = facts.verdict === "wrong-derivative" || facts.verdict === "non-finite";
  const culprit = isFailing
    ? { op: `${layer.name}.backward`, site: blamed, ...(pattern && { pattern: pattern.name }) }
    : null;
  const told =
    pattern === null
      ? facts.verdict === "non-finite"
        ? `The backward pass of ${layer.name}${where(blamed)} is not comparable for ${part.name}: `
        : ""
      : `The backward pass of ${layer.name}${where(blamed)} is wrong for ${part.name}: ${pattern.sentence}. `;
  return {
    ...empty(layer.name, part.name),
    site: layer.site,
    elements: part.flat.data.length,
    ...facts,
    culprit,
    message: `${told}${facts.message}`.trim(),
    durationMs,
  };
}

function plainRow(part: Part, facts: Facts): Row {
  return { part, given: { kind: "none" }, finding: { facts, pattern: null }, durationMs: 0 };
}

function unsteady(part: Part): Row {
  const message =
    "forward gives different results for the same inputs, so differences say nothing. Is there something random in it that the file does not keep?";
  return plainRow(part, { verdict: "non-deterministic", message });
}

function noNumber(part: Part, index: number): Row {
  const message =
    index >= 0
      ? `The forward pass gives NaN in element ${index} of its output.`
      : "The forward pass gives no finite number.";
  return plainRow(part, { verdict: "non-finite", message });
}
