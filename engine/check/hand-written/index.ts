/** Checks layers whose backward pass was written by hand, without a tape: differences of their own forward pass. */

import { showNumber } from "../../core/number-text";
import type { Verdict } from "../../report/report";
import { locateFault, type Suspect } from "../blame/locate";
import { siteOfSuspect } from "../blame/locate/site";
import type { Text } from "../blame/locate/text";
import type { Candidate, CandidateResult, PlanOptions, Thrown } from "../differences/candidate";
import type { Pace } from "../differences/pace";
import { compareAll, isUntouched } from "../differences/plan";
import { type CheckFacts, inLine } from "../judging/conclude";
import type { Tolerances } from "../judging/judge";
import type { Undecided } from "../judging/verdict";
import { blameOf } from "./blame";
import { evaluationOf, findingOf, lackingGradient, type PartFinding } from "./compare";
import { experimentOf } from "./experiment";
import type { HandWrittenLayer } from "./layer";
import { mannersOf } from "./manner";
import type { Given } from "./matching";
import type { Part } from "./parts";
import { type PartGradient, type PreparedLayer, prepareLayer, weightsFor } from "./prepare";
import { rateOf, stepOf } from "./stepped";
import type { Gave, Trial } from "./trial";

export { type HandWrittenLayer as HandWritten, handWrittenClass, handWrittenPair } from "./layer";

/** The checks of one layer, and the hand-written functions that its backward pass called. */
export interface CheckedLayer {
  readonly checks: readonly Undecided[];
  readonly called: ReadonlySet<string>;
}

/** Parts with more elements are compared along random directions, unless another limit is set. */
const LIMIT = 20_000;

type Settings = Tolerances & Partial<Pick<PlanOptions, "limit" | "seed">>;

/** A check per input and per field that has a gradient, and a note for what could not be compared. */
export async function checkHandWritten(
  layer: HandWrittenLayer,
  settings: Settings,
  pace: Pace,
): Promise<CheckedLayer> {
  const prepared = prepareLayer(layer);
  try {
    return await checkIn(prepared, settings, pace);
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
  readonly finding: PartFinding;
  readonly durationMs: number;
}

async function checkIn(prepared: PreparedLayer, settings: Settings, pace: Pace): Promise<CheckedLayer> {
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
  const candidates = parts.flatMap((part, i): PartCandidate[] => {
    const numbers = of[i]?.numbers;
    const step = numbers === null ? stepOf(part, gave) : null;
    if (!(numbers instanceof Float64Array) && step === null) return [];
    const evaluation = evaluationOf(part, trial, weights, () => pace.now());
    const about = { part, name: part.name, evaluation };
    if (numbers instanceof Float64Array) return [{ ...about, analytic: numbers, rate: null }];
    return step ? [{ ...about, analytic: step, rate: 1 }] : [];
  });
  const numbered = scaled(candidates);
  const options = { limit: LIMIT, seed: 0, ...settings, tolerances: settings };
  const comparisons = await compareAll(numbered, options, pace);
  const [first] = comparisons;
  if (first && "thrown" in first && comparisons.every((each) => "thrown" in each)) throw first.thrown;
  const rows: Row[] = [];
  for (const [i, part] of parts.entries()) {
    const { given, numbers } = of[i] as PartGradient;
    const n = numbered.findIndex((each) => each.part === part);
    const [candidate, comparison] = [numbered[n], comparisons[n]];
    const durationMs = comparison && "durationMs" in comparison ? comparison.durationMs : 0;
    const compared = candidate && comparison ? findingIn(candidate, comparison, numbered, pace) : null;
    const isCompared =
      candidate !== undefined && (candidate.rate === null || compared?.facts.verdict === "ok");
    const finding = isCompared ? compared : withoutNumbers(part, given, numbers, trial, gave);
    if (finding) rows.push(withManner({ part, given, finding, durationMs }, manners[i] ?? null));
  }
  const isLinear = rows.some(isMisvalued);
  const suspect =
    isLinear || rows.some(isNotLinear)
      ? await locateFault(
          experimentOf(prepared, weights, numbered, comparisons),
          textOf(layer, weights),
          isLinear,
          pace,
        )
      : null;
  return { checks: rowsToChecks(layer, rows, gave.returned, suspect), called: gave.called };
}

function textOf({ backwardSite, siteOf, repairsOf }: HandWrittenLayer, incoming: Float64Array): Text {
  const repairs = () => (backwardSite === null ? null : repairsOf(backwardSite));
  return { own: backwardSite, incoming, siteOf, repairs };
}

/** Wrong in its numbers, and not in its form or manner. */
function isMisvalued({ finding: { facts, pattern } }: Row): boolean {
  return facts.verdict === "wrong-derivative" && !unlocated.has(pattern?.name ?? "");
}

/** Of such a pass only what is tried can tell. */
function isNotLinear({ finding: { pattern } }: Row): boolean {
  return pattern?.name === "not-linear";
}

const unlocated = new Set<string>(["shape", "not-linear", "state"]);

interface PartCandidate extends Candidate {
  readonly part: Part;
  /** Of weights that the pass steps itself, by what their gradient is multiplied; null where it gives the gradient. */
  readonly rate: number | null;
}

/** Steps of weights as gradients, all by the same rate; without those where no rate shows. */
function scaled(candidates: readonly PartCandidate[]): PartCandidate[] {
  const stepped = candidates.filter(({ rate }) => rate !== null);
  const rate = rateOf(stepped.map(({ analytic, evaluation }) => ({ step: analytic, evaluation })));
  return candidates.flatMap((each): PartCandidate[] => {
    if (each.rate === null) return [each];
    return rate === null ? [] : [{ ...each, analytic: each.analytic.map((v) => -v / rate), rate }];
  });
}

/** Null for a part to which a check that was cancelled did not come, and for a setting that cannot be moved. */
function findingIn(
  { part, evaluation, analytic, rate }: PartCandidate,
  comparison: CandidateResult | Thrown,
  all: readonly PartCandidate[],
  pace: Pace,
): PartFinding | null {
  if ("thrown" in comparison) return part.isOption ? null : cannotMove(part, comparison.thrown);
  if (pace.isCancelled && isUntouched(comparison)) return null;
  const others = all.flatMap((each) => (each.part === part ? [] : [each.analytic]));
  const finding = findingOf(evaluation, analytic, comparison, others);
  if (rate === null) return finding;
  const message = `${finding.facts.message} The pass keeps no gradient of it and steps it itself: what it adds is the gradient times ${showNumber(-rate)}.`;
  return { ...finding, facts: { ...finding.facts, message } };
}

/** What throws when one part is moved says nothing of the others. */
function cannotMove({ name }: Part, thrown: unknown): PartFinding {
  const message = `${name} was not checked: when it was moved a little, forward threw "${String(thrown)}"`;
  return { facts: { verdict: "not-checked", message }, pattern: null };
}

/** What is said about a part that has no gradient of its own shape; null: nothing. */
function withoutNumbers(
  part: Part,
  given: Given,
  problem: PartGradient["numbers"],
  trial: Trial,
  gave: Gave,
): PartFinding | null {
  if (typeof problem === "string") return wrongShape(problem);
  const lack = lackingGradient(part, given, trial, gave);
  if (lack === "wrong")
    return {
      ...wrongShape("it gives no gradient, and the output depends on it"),
      pattern: { name: "zero", sentence: "it gives no gradient, and the output depends on it" },
    };
  if (lack === null) return null;
  const how =
    stepOf(part, gave) !== null
      ? "is kept, and what the pass adds to it is no multiple of the gradient: momentum or decay is in it, or a mistake"
      : part.input === null
        ? `is kept as d${part.path.at(-1)}`
        : "is returned: a pass returns one gradient per input, null for none";
  const message = `${part.name} was not checked: the output depends on it, but no gradient of it ${how}`;
  return { facts: { verdict: "not-checked", message }, pattern: null };
}

function wrongShape(sentence: string): PartFinding {
  return { facts: { verdict: "wrong-derivative", message: "" }, pattern: { name: "shape", sentence } };
}

function withManner(row: Row, pattern: PartFinding["pattern"]): Row {
  const { facts } = row.finding;
  const mayHide: readonly Verdict[] = ["ok", "wrong-derivative", "kink", "unfinished"];
  if (pattern === null || !mayHide.includes(facts.verdict)) return row;
  const isKnown = facts.verdict === "wrong-derivative";
  const message = isKnown ? facts.message : "";
  return { ...row, finding: { facts: { ...facts, verdict: "wrong-derivative", message }, pattern } };
}

function rowsToChecks(
  layer: HandWrittenLayer,
  rows: readonly Row[],
  returned: unknown,
  suspect: Suspect | null,
): Undecided[] {
  const failing: readonly Verdict[] = ["wrong-derivative", "non-finite"];
  const judged = rows.map(({ part, given, finding }) => ({
    part,
    given,
    isRight: finding.facts.verdict === "ok",
    isWrong: failing.includes(finding.facts.verdict),
  }));
  const sites = blameOf(layer, judged, Array.isArray(returned) ? returned.length : 0);
  return rows.map((row) => {
    const site = sites.get(row.part) ?? null;
    return checkOf(
      layer,
      row,
      suspect && (isMisvalued(row) || isNotLinear(row)) ? siteOfSuspect(suspect, site) : site,
    );
  });
}

function checkOf(
  layer: HandWrittenLayer,
  { part, finding, durationMs }: Row,
  blamed: HandWrittenLayer["site"],
): Undecided {
  const { facts, pattern } = finding;
  const isFailing = facts.verdict === "wrong-derivative" || facts.verdict === "non-finite";
  const culprit = isFailing
    ? { op: `${layer.name}.backward`, site: blamed, ...(pattern && { pattern: pattern.name }) }
    : null;
  const told =
    pattern === null
      ? facts.verdict === "non-finite"
        ? `The backward pass of ${layer.name}${inLine(blamed)} is not comparable for ${part.name}: `
        : ""
      : `The backward pass of ${layer.name}${inLine(blamed)} is wrong for ${part.name}: ${pattern.sentence}. `;
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

function plainRow(part: Part, facts: CheckFacts): Row {
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
