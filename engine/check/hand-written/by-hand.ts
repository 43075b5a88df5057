/** The checks of backward passes that were written by hand: a row an input, or one that says why there is none. */
import type { Run } from "../../tracing/run";
import type { PlanOptions } from "../differences/candidate";
import type { Detailed } from "../differences/detail";
import type { Pace } from "../differences/pace";
import type { Replay } from "../differences/replay";
import { isCut } from "../differences/replay-step";
import { advice } from "../judging/idiom";
import type { Tolerances } from "../judging/judge";
import { type Explain, notChecked, orNotChecked } from "../judging/not-checked";
import type { Undecided } from "../judging/verdict";
import { checkHandWritten } from ".";
import { checkCalls } from "./custom-ops";
import type { FoundLayer } from "./find";

/** What a check of a layer needs besides the layer. */
export interface Means {
  readonly tolerances: Tolerances & Partial<Pick<PlanOptions, "limit" | "seed">>;
  readonly explain: Explain;
}

/** The rows of a layer, and the hand-written functions that its backward pass called. */
export interface ByHand {
  readonly checks: readonly Undecided[];
  readonly called: ReadonlySet<string>;
}

export async function checkByHand(
  run: Run,
  found: FoundLayer,
  { tolerances, explain }: Means,
  pace: Pace,
): Promise<ByHand> {
  const { source } = found;
  const about = { target: source.name, parameter: "", site: source.site, elements: 0 };
  let called: ReadonlySet<string> = new Set();
  if ("problem" in found) return { checks: [notChecked(about, found.problem)], called };
  const checks = await orNotChecked([about], explain, async () => {
    if (!("layer" in found)) return checkCalls(run, source, tolerances, pace);
    const checked = await checkHandWritten(found.layer, tolerances, pace);
    called = checked.called;
    return checked.checks.map(advised);
  });
  if (checks.length > 0 || !(await pace.turn())) return { checks, called };
  return {
    checks: [notChecked(about, "none of its inputs is made of numbers that can have a gradient")],
    called,
  };
}

/** With what to do when the gradient is wrong on purpose. */
function advised(check: Undecided & Detailed): Undecided {
  const { verdict, culprit, message, detail } = check;
  if (verdict !== "wrong-derivative" || !culprit) return check;
  const isZero = (values: Float64Array) => values.every((v) => v === 0);
  const isFlat = detail !== undefined && isZero(detail.numeric) && !isZero(detail.analytic);
  if (!isFlat && culprit.pattern !== "not-linear") return check;
  return {
    ...check,
    message: `${message}${advice(culprit.site, isFlat ? "a straight-through estimator" : null)}`,
  };
}

/** Whether the checks of parameters go through the calls of a custom operation. */
export function isOnTheWay(found: FoundLayer, replay: Replay | null): boolean {
  if (!("operation" in found) || replay === null) return false;
  return replay.steps.some(
    (step) => !isCut(step) && step.differentiable && step.recorded.op.name === found.operation,
  );
}
