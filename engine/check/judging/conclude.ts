/** From the compared elements to a verdict and its sentence. */

import { normOf } from "../../core/norm-of";
import { showCount, showNumber, showPair } from "../../core/number-text";
import type { Tensor } from "../../core/tensor";
import { showIndex } from "../../report/element-index";
import type { Check, Site, Verdict, WorstElement } from "../../report/report";
import { verdicts } from "../../report/verdicts";
import { type Detailed, detailOf } from "../differences/detail";
import type { Compared } from "../differences/elements";
import { OVER } from "../differences/pace";
import type { Evaluation } from "../differences/variants";
import type { Element, Judgement } from "./judge";
import { overall, type Undecided, worstElement } from "./verdict";

/** What a check says beyond whose it is. */
export type CheckFacts = Pick<Check, "verdict" | "message"> & Partial<Undecided> & Detailed;

/** " in line 12" of the model file, or nothing. */
export function inLine(site: Site | null): string {
  return site === null ? "" : ` in line ${site.line}`;
}

export function conclude(
  evaluation: Evaluation,
  analytic: Float64Array,
  compared: Compared,
  every: boolean,
): CheckFacts {
  const x = evaluation.x;
  const { refined, checked, pairs } = compared;
  const verdict = verdictOf(analytic, compared, every);
  const failing = failingOutcomes[verdict];
  const shown = refined.filter(({ outcome }) => outcome === failing);
  const worst = shown.length > 0 ? largest(shown, x) : every ? worstOf(analytic, compared, x) : null;
  return {
    verdict,
    message: sentence(verdict, { worst, shown, checked, total: x.size, every, pairs: pairs ?? 0, compared }),
    worst,
    checked,
    method: every ? "every-element" : "random-directions",
    step: shown[0]?.step ?? compared.step,
    detail: detailOf(evaluation, analytic, compared),
  };
}

/** Gaps along a direction that are larger than this many margins are no accident, whatever the element is. */
const SURE = 10;

/** What was not looked at may hold anything: only a fault stands whatever else there is. */
function verdictOf(analytic: Float64Array, compared: Compared, every: boolean): Verdict {
  const { refined, numeric, checked, gap, agreeing = 0 } = compared;
  const found = overall(refined, analytic, numeric);
  if (verdicts[found].outcome === "fail") return found;
  const isSought = refined.length === 0;
  if (gap !== undefined && isSought && Math.abs(gap.analytic - gap.numeric) > SURE * gap.margin)
    return "wrong-derivative";
  const isWhole = every ? checked === analytic.length : checked > 0 && gap === undefined;
  if (isWhole) return found;
  return checked === 0 && agreeing === 0 ? "not-checked" : "unfinished";
}

/** What the elements are that a verdict speaks of. */
const failingOutcomes: Partial<Readonly<Record<Verdict, Judgement>>> = {
  "wrong-derivative": "wrong",
  kink: "kink",
  "non-finite": "non-finite",
};

function largest(elements: readonly Element[], x: Tensor): WorstElement | null {
  return elements
    .map(({ index, analytic, numeric }) => worstElement(index, analytic, numeric, x.shape, 0))
    .reduce<WorstElement | null>((a, b) => (a === null || b.absError > a.absError ? b : a), null);
}

/** Elements below the noise do not count, unless there are no others: their difference is one of rounding. */
function worstOf(
  analytic: Float64Array,
  { numeric, checked, refined }: Compared,
  x: Tensor,
): WorstElement | null {
  const blind = new Set(refined.filter(({ outcome }) => outcome === "undecided").map(({ index }) => index));
  const typical = normOf(analytic) / Math.sqrt(Math.max(1, analytic.length));
  let worst = -1;
  let error = -1;
  for (let i = 0; i < analytic.length; i++) {
    const difference = Math.abs((analytic[i] as number) - (numeric[i] as number));
    if (difference > error && (!blind.has(i) || blind.size >= checked)) {
      error = difference;
      worst = i;
    }
  }
  if (worst < 0) return null;
  return worstElement(worst, analytic[worst] as number, numeric[worst] as number, x.shape, typical);
}

interface Told {
  readonly worst: WorstElement | null;
  readonly shown: readonly Element[];
  readonly checked: number;
  readonly total: number;
  readonly every: boolean;
  readonly pairs: number;
  readonly compared: Compared;
}

function sentence(verdict: Verdict, told: Told): string {
  const { worst, shown, checked, total, every, pairs, compared } = told;
  const place = worst === null || worst.index.length === 0 ? "here" : `at ${showIndex(worst.index)}`;
  const [backward, differences] = showPair(worst?.analytic ?? Number.NaN, worst?.numeric ?? Number.NaN);
  const values = worst
    ? `${place} the backward pass gives ${backward}, differences give ${differences}`
    : "the backward pass and the differences do not agree";
  switch (verdict) {
    case "ok":
      if (!every) {
        return `The gradient agrees with finite differences along ${directions(checked)} through all ${showCount(total)} elements.`;
      }
      return `${total === 1 ? "The one element agrees" : `All ${showCount(checked)} elements agree`} with finite differences.`;
    case "unfinished":
      return soFar(told);
    case "not-checked":
      return `Nothing was compared: ${OVER}.`;
    case "wrong-derivative":
      if (worst === null && compared.gap)
        return `${capital(alongGap(compared.gap))}; there was no time to search the wrong element.`;
      if (!every) {
        return `${capital(values)}; found among ${showCount(total)} elements with ${pairs} pairs of evaluations.`;
      }
      return `${capital(values)}${shown.length > 1 ? `; ${showCount(shown.length)} elements are wrong` : ""}.`;
    case "non-finite": {
      const others = shown.length > 1 ? `; so it is with ${showCount(shown.length)} elements` : "";
      return `${capital(values)}${others}. There is no finite number to compare.`;
    }
    case "kink":
      return `${shown.length === 1 ? "One element sits" : `${showCount(shown.length)} elements sit`} on a kink, where the slope jumps: ${kinkAt(worst, shown)}. Any slope between the two sides is a valid gradient.`;
    case "vacuous":
      return "Nothing flows: the gradient is 0 everywhere, and so are the differences.";
    case "noise-floor":
      return "The gradient is smaller than the rounding noise of the loss, so differences can neither confirm nor refute it.";
    default:
      return `${capital(values)}.`;
  }
}

/** What was compared by the end, and what was not. */
function soFar({ checked, total, every, compared: { gap, agreeing = 0 } }: Told): string {
  if (!every && gap)
    return `${capital(alongGap(gap))}, but no single element of ${showCount(total)} was found to be wrong.`;
  const all = agreeing > 0 ? `; the gradient agrees along ${directions(agreeing)} through all of them` : "";
  return `${showCount(checked)} of ${showCount(total)} elements compared, no fault so far${gap ? `, but ${alongGap(gap)}` : all}.`;
}

function alongGap({ analytic, numeric }: NonNullable<Compared["gap"]>): string {
  return `along a random direction the backward pass gives ${showNumber(analytic)}, differences give ${showNumber(numeric)}`;
}

function directions(count: number): string {
  return count === 1 ? "a random direction" : `${count} random directions`;
}

function kinkAt(worst: WorstElement | null, shown: readonly Element[]): string {
  const element = shown.find(
    ({ analytic, numeric }) => analytic === worst?.analytic && numeric === worst.numeric,
  );
  const [left, right] = element?.slopes ?? [Number.NaN, Number.NaN];
  const place = worst === null || worst.index.length === 0 ? "" : `at ${showIndex(worst.index)} `;
  return `${place}it is ${showNumber(left)} on the left and ${showNumber(right)} on the right, and the backward pass gives ${showNumber(worst?.analytic ?? Number.NaN)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
