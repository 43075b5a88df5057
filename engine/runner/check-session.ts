/** Gradient checks of one run: their rows, and the numbers behind them for as long as the run is the last one. */
import { type CheckOptions, checkGradients, type Detail, isFine } from "../check";
import { curveOf } from "../check/differences/curve";
import { findUnusedIntents } from "../check/judging/intent";
import type { Explain } from "../check/judging/not-checked";
import { asSecondOrder, constantGradients, firstOrderName, gradientRun } from "../check/judging/second-order";
import { findSubjects } from "../check/judging/target";
import { now } from "../core/clock";
import { isModelError, ModelError } from "../core/error";
import {
  type CheckCurveParams,
  type CheckDetailsParams,
  type Checked,
  type CheckedRow,
  type CheckSettings,
  type CheckTarget,
  DEFAULT_BUDGET_MS,
} from "../report/questions";
import type { Check } from "../report/report";
import type { Run } from "../tracing/run";

/** Elements in one answer. */
const PAGE = 65_536;

export type CheckAsked = Pick<CheckOptions, "onProgress" | "isCancelled">;

export class CheckSession {
  /** Of the last check, and of rows that were asked about since. */
  readonly #details = new Map<string, Detail[]>();
  #settings: CheckSettings = {};

  constructor(
    private readonly run: Run,
    private readonly explain: Explain,
  ) {}

  /** The budget of the last check, which holds for questions about it too. */
  get budgetMs(): number {
    return this.#settings.budgetMs ?? DEFAULT_BUDGET_MS;
  }

  async check(target: CheckTarget, settings: CheckSettings, asked: CheckAsked): Promise<Checked> {
    this.#details.clear();
    this.#settings = settings;
    const checks = await this.#check(target, settings, asked);
    // A check that stopped early, or at a fault, may have missed what a comment is there for.
    const isWhole = target.kind === "all" && checks.every(isFine) && !asked.isCancelled?.();
    return { checks, findings: isWhole ? findUnusedIntents(this.run, checks) : [] };
  }

  /** A page of both gradients of a row. @throws ModelError when the row has none */
  async details({ start, count, ...row }: CheckDetailsParams, asked: CheckAsked) {
    const { analytic, numeric, evaluation } = await this.#find(row, asked);
    const end = start + Math.min(count, PAGE);
    return {
      analytic: analytic.slice(start, end),
      numeric: numeric.slice(start, end),
      shape: evaluation.x.shape,
    };
  }

  /** Differences of one element over their step. @throws ModelError when there is no such element */
  async curve({ index, ...row }: CheckCurveParams, asked: CheckAsked) {
    const { analytic, evaluation, stepAt } = await this.#find(row, asked);
    if (!(index >= 0 && index < analytic.length))
      throw new ModelError(`${nameOf(row)} has ${analytic.length} elements, found index ${index}`);
    const { points, analytic: value } = curveOf(evaluation, analytic[index] as number, index);
    return {
      steps: Float64Array.from(points, ({ step }) => step),
      numeric: Float64Array.from(points, ({ numeric }) => numeric),
      analytic: value,
      chosen: stepAt(index),
    };
  }

  async #check(target: CheckTarget, settings: CheckSettings, asked: CheckAsked): Promise<Check[]> {
    const keep = (check: Check, detail: Detail) => {
      const key = nameOf(check);
      this.#details.set(key, [...(this.#details.get(key) ?? []), detail]);
    };
    const { secondOrder = false, budgetMs = DEFAULT_BUDGET_MS, ...rest } = settings;
    const deadline = now() + budgetMs;
    const { explain } = this;
    const options = { ...rest, ...asked, explain, budgetMs: secondOrder ? budgetMs / 2 : budgetMs };
    const first = await checkGradients(this.run, target, { ...options, keep });
    if (!secondOrder || asked.isCancelled?.()) return first;
    const keepSecond = (check: Check, detail: Detail) => keep(asSecondOrder(check), detail);
    const run = gradientRun(this.run, settings.seed ?? 0);
    // Only what is on the tape has second derivatives; passes that are written by hand end at numbers.
    if (this.run.loss === null || !isOnTape(this.run, target)) return first;
    if (run === null) return [...first, ...constantGradients(first)];
    const left = { ...options, budgetMs: deadline - now() };
    const second = await checkGradients(run, target, { ...left, keep: keepSecond });
    return [...first, ...second.map(asSecondOrder)];
  }

  async #find(row: CheckedRow, asked: CheckAsked): Promise<Detail> {
    const name = nameOf(row);
    const target = { kind: "path", path: firstOrderName(name) } as const;
    if (!this.#details.has(name)) {
      await this.#check(target, this.#settings, asked);
      // Half a check that nobody sees as such is none.
      if (asked.isCancelled?.()) {
        this.#details.delete(name);
        throw new ModelError("cancelled");
      }
    }
    const found = this.#details.get(name)?.[row.nth];
    if (found !== undefined) return found;
    throw new ModelError(`the check of ${name} compared no elements, so there are no numbers to show`);
  }
}

function isOnTape(run: Run, target: CheckTarget): boolean {
  try {
    return findSubjects(run, target).length > 0;
  } catch (error) {
    if (isModelError(error)) return false;
    throw error;
  }
}

function nameOf({ target, parameter }: Pick<Check, "target" | "parameter">): string {
  return target === "" ? parameter : `${target}.${parameter}`;
}
