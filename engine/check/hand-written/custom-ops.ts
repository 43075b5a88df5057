/** The check of a custom operation at the calls that were recorded: one row an input. */
import { now } from "../../core/clock";
import type { Tensor } from "../../core/tensor";
import type { Site } from "../../report/report";
import type { Run, SourceLayerSite } from "../../tracing/run";
import { findMisbehaviour } from "../blame/behaviour";
import { lineOf } from "../blame/locate/operation";
import { compareAlone } from "../blame/operation";
import type { Pace } from "../differences/pace";
import { replay } from "../differences/replay";
import { isCut, type ReplayStep } from "../differences/replay-step";
import { conclude, inLine } from "../judging/conclude";
import { adviceForFault } from "../judging/idiom";
import type { Tolerances } from "../judging/judge";
import type { Undecided } from "../judging/verdict";
import { returnedAt } from "./layer";

/** Calls that are tried; the calls of a loop mostly say the same. */
const MAX_CALLS = 3;

/** Checks the operation that `source` declares by its last calls. */
export async function checkCalls(
  run: Run,
  source: SourceLayerSite,
  tolerances: Tolerances,
  pace: Pace,
): Promise<Undecided[]> {
  const calls = run.tape.nodes.filter(({ op }) => op.name === source.name).slice(-MAX_CALLS);
  const checks: Undecided[] = [];
  for (const { out } of calls) {
    for (const step of stepOf(out)) checks.push(...(await checkCall(run, source, step, tolerances, pace)));
  }
  return checks;
}

/** The call in a replay that ends with it. */
function stepOf(out: Tensor): ReplayStep[] {
  const { steps } = replay(out);
  const last = steps.at(-1);
  return last === undefined || isCut(last) ? [] : [last];
}

async function checkCall(
  run: Run,
  source: SourceLayerSite,
  step: ReplayStep,
  tolerances: Tolerances,
  pace: Pace,
): Promise<Undecided[]> {
  const checks: Undecided[] = [];
  for (const [input, { size }] of step.node.inputs.entries()) {
    const start = now();
    const alone = await compareAlone(step, input, tolerances, pace);
    if (alone === null || (alone.compared.checked === 0 && pace.isCancelled)) continue;
    const { evaluation, analytic, compared, fault } = alone;
    const facts = conclude(evaluation, analytic, compared, true);
    const byText = returnedSite(source, input, step.node.inputs.length) ?? source.site;
    const site = fault === null ? byText : await lineOf(run, source, step, byText, pace);
    const pattern = fault === null ? null : (findMisbehaviour(step, input) ?? fault.pattern);
    checks.push({
      target: source.name,
      parameter: source.inputs[input]?.name ?? `input ${input + 1}`,
      site: run.sources.site(step.recorded.out.site) ?? source.site,
      elements: size,
      checked: 0,
      method: "every-element",
      worst: null,
      step: 0,
      ...facts,
      culprit:
        pattern !== null
          ? { op: source.name, site, pattern: pattern.name }
          : facts.verdict === "non-finite"
            ? { op: source.name, site }
            : null,
      message:
        pattern === null
          ? facts.message
          : `The backward pass of ${source.name}${inLine(site)} is wrong: ${pattern.sentence}. ${facts.message}${fault === null ? "" : adviceForFault({ ...fault, pattern }, site)}`,
      durationMs: now() - start,
    });
  }
  return checks;
}

/** Where the backward pass of an operation makes the gradient of an input; the whole pass where that is not plain. */
export function returnedSite(source: SourceLayerSite, input: number, count: number): Site | null {
  const place = count === 1 && source.returned.length === 1 ? null : input;
  return returnedAt(source, place, count)?.site ?? source.backward;
}
