/** The check of one tensor: its gradient against differences, and the verdict. */
import type { Check, Verdict, WorstElement } from "../report";
import type { Run } from "../run";
import { normOf } from "../stats";
import type { Tensor } from "../tensor";
import { type Downstream, downstreamOf } from "./batch";
import { compareDirections } from "./directions";
import { type Compared, compareElements, type Tolerances } from "./elements";
import { noiseOf } from "./noise";
import { type Pace, performanceNow } from "./pace";
import type { Replay } from "./replay";
import type { Subject } from "./target";
import { at, overall, showCount, showNumber, worstElement } from "./verdict";

export interface SubjectOptions {
  readonly limit: number;
  readonly tolerances: Tolerances;
  readonly seed: number;
}

/** Null when nothing was checked before the check was cancelled. */
export async function checkSubject(
  run: Run,
  replay: Replay,
  subject: Subject,
  options: SubjectOptions,
  pace: Pace,
): Promise<Check | null> {
  const start = performanceNow();
  const slot = replay.slotOf(subject.tensor);
  const done = (facts: Facts): Check => ({
    target: subject.target,
    parameter: subject.parameter,
    site: subject.site,
    elements: subject.tensor.size,
    checked: 0,
    method: "every-element",
    worst: null,
    culprit: null,
    step: 0,
    ...facts,
    durationMs: performanceNow() - start,
  });
  if (slot === undefined) {
    return done({
      verdict: "vacuous",
      message: "The loss does not depend on it: no operation between them.",
    });
  }
  const analytic = gradientOf(replay, slot);
  const broken = nonFinite(run, replay, slot, analytic);
  if (broken !== null) return done(broken);
  const downstream = downstreamOf(replay, slot);
  const noise = noiseOf(downstream, options.seed + 1);
  const every = analytic.length <= options.limit;
  const compared = every
    ? await compareElements(downstream, analytic, noise, options.tolerances, pace)
    : await compareDirections(downstream, analytic, noise, options.tolerances, pace, options.seed);
  if (compared.checked === 0) return null;
  return done(conclude(downstream, analytic, compared, every));
}

type Facts = Pick<Check, "verdict" | "message"> & Partial<Check>;

/** The gradient that the backward pass gives, with zeros where none arrives. */
function gradientOf(replay: Replay, slot: number): Float64Array {
  const x = replay.values[slot] as Tensor;
  const g = replay.gradients[slot];
  return g ? Float64Array.from(g.data) : new Float64Array(x.size);
}

function nonFinite(_run: Run, replay: Replay, slot: number, analytic: Float64Array): Facts | null {
  const loss = replay.values[replay.loss]?.data[0] as number;
  const x = replay.values[slot] as Tensor;
  if (!Number.isFinite(loss)) {
    return { verdict: "non-finite", message: `The loss is ${loss}, so there is no derivative to compare.` };
  }
  const bad = analytic.findIndex((v) => !Number.isFinite(v));
  if (bad < 0) return null;
  const worst = worstElement(bad, analytic[bad] as number, Number.NaN, x.shape, 0);
  return {
    verdict: "non-finite",
    message: `The gradient of element ${at(worst.index)} is ${analytic[bad]}, although the loss is finite.`,
    worst,
  };
}

function conclude(downstream: Downstream, analytic: Float64Array, compared: Compared, every: boolean): Facts {
  const x = downstream.replay.values[downstream.slot] as Tensor;
  const { numeric, refined, checked } = compared;
  const typical = every ? normOf(analytic) / Math.sqrt(Math.max(1, analytic.length)) : 0;
  const verdict = overall(refined, analytic, numeric);
  const failing = verdict === "wrong-derivative" ? "wrong" : verdict === "kink" ? "kink" : null;
  const shown = refined.filter(({ outcome }) => outcome === failing);
  const worst =
    shown.length > 0 ? largest(shown, x, 0) : every ? worstOf(analytic, numeric, checked, x, typical) : null;
  const message = sentence(verdict, { worst, shown: shown.length, checked, total: x.size, every });
  return {
    verdict,
    message,
    worst,
    checked,
    method: every ? "every-element" : "random-directions",
    step: shown[0]?.step ?? compared.step,
  };
}

function largest(
  elements: readonly { index: number; analytic: number; numeric: number }[],
  x: Tensor,
  typical: number,
): WorstElement | null {
  const rows = elements.map(({ index, analytic, numeric }) =>
    worstElement(index, analytic, numeric, x.shape, typical),
  );
  return rows.reduce<WorstElement | null>((a, b) => (a === null || b.absError > a.absError ? b : a), null);
}

function worstOf(
  analytic: Float64Array,
  numeric: Float64Array,
  checked: number,
  x: Tensor,
  typical: number,
): WorstElement | null {
  let worst = -1;
  let error = -1;
  for (let i = 0; i < checked; i++) {
    const difference = Math.abs((analytic[i] as number) - (numeric[i] as number));
    if (difference > error) {
      error = difference;
      worst = i;
    }
  }
  if (worst < 0) return null;
  return worstElement(worst, analytic[worst] as number, numeric[worst] as number, x.shape, typical);
}

interface Told {
  readonly worst: WorstElement | null;
  readonly shown: number;
  readonly checked: number;
  readonly total: number;
  readonly every: boolean;
}

function sentence(verdict: Verdict, { worst, shown, checked, total, every }: Told): string {
  const values = worst
    ? `at ${at(worst.index) || "it"} the backward pass gives ${showNumber(worst.analytic)}, differences give ${showNumber(worst.numeric)}`
    : "";
  switch (verdict) {
    case "ok":
      return every
        ? `${checked === total ? "All" : "The first"} ${showCount(checked)} elements agree with finite differences.`
        : `The gradient agrees with finite differences along ${checked} random directions through all ${showCount(total)} elements.`;
    case "wrong-derivative":
      return `The derivative is wrong: ${values}${shown > 1 ? ` (and ${showCount(shown - 1)} more elements)` : ""}.`;
    case "kink":
      return `${shown === 1 ? "One element sits" : `${showCount(shown)} elements sit`} on a kink, where the slope jumps: ${values}. Any slope between the two sides is a valid gradient.`;
    case "vacuous":
      return "Nothing flows: the gradient is 0 everywhere, and so are the differences. Moving this tensor does not change the loss.";
    case "noise-floor":
      return "The gradient is smaller than the rounding noise of the loss, so differences can neither confirm nor refute it.";
    default:
      return `${values}.`;
  }
}
