/** The checks of all subjects of a replay, which share the time that there is. */
import type { Run } from "../../tracing/run";
import type { CandidateResult, PlanOptions, Thrown } from "../differences/candidate";
import type { Pace } from "../differences/pace";
import { compareAll, isUntouched } from "../differences/plan";
import type { Replay } from "../differences/replay";
import type { ReplayStep } from "../differences/replay-step";
import type { CheckFacts } from "./conclude";
import { type About, type Explain, orNotChecked } from "./not-checked";
import { judgeSubject, type PreparedSubject, prepareSubject } from "./subject";
import { fullName, type Subject } from "./target";
import type { Undecided } from "./verdict";

export interface SubjectOptions extends PlanOptions {
  /** An operation that gives another result each time it runs. */
  readonly unstable: ReplayStep | null;
  readonly explain: Explain;
}

/** A subject as it stands when all are compared. */
interface Case {
  readonly subject: Subject;
  readonly prepared: PreparedSubject | CheckFacts | Thrown;
  readonly comparison: CandidateResult | Thrown | null;
}

/** A row for each subject; without those to which a check that was cancelled did not come. */
export async function checkSubjects(
  run: Run,
  replay: Replay,
  subjects: readonly Subject[],
  options: SubjectOptions,
  pace: Pace,
): Promise<Undecided[]> {
  const cases = await comparedCases(run, replay, subjects, options, pace);
  let wrong = cases.filter(hasFault).length;
  const rows: Undecided[] = [];
  for (const each of cases) {
    const { comparison } = each;
    if (pace.isCancelled && comparison && !isThrown(comparison) && isUntouched(comparison)) continue;
    const own = pace.part(pace.left / Math.max(1, wrong), fullName(each.subject));
    if (hasFault(each)) wrong--;
    const about = aboutOf(each.subject);
    rows.push(...(await orNotChecked([about], options.explain, () => rowsOf(run, each, options, own))));
  }
  return rows;
}

async function comparedCases(
  run: Run,
  replay: Replay,
  subjects: readonly Subject[],
  options: SubjectOptions,
  pace: Pace,
): Promise<Case[]> {
  const found = subjects.map((subject) =>
    attempt(() => prepareSubject(run, replay, subject, options.unstable)),
  );
  const ready = found.filter(isPrepared);
  const candidates = ready.map(({ subject, downstream, analytic }) => {
    return { name: fullName(subject), evaluation: downstream, analytic };
  });
  const comparisons = await compareAll(candidates, options, pace);
  return subjects.map((subject, i): Case => {
    const prepared = found[i] as Case["prepared"];
    const comparison = comparisons[ready.indexOf(prepared as PreparedSubject)] ?? null;
    return { subject, prepared, comparison };
  });
}

async function rowsOf(
  run: Run,
  { subject, prepared, comparison }: Case,
  { tolerances }: SubjectOptions,
  pace: Pace,
): Promise<Undecided[]> {
  for (const each of [prepared, comparison]) if (isThrown(each)) throw each.thrown;
  if (!isPrepared(prepared)) return [rowOf(subject, prepared as CheckFacts, 0)];
  const compared = comparison as CandidateResult;
  const begun = pace.now();
  const facts = await judgeSubject(run, prepared, compared, tolerances, pace);
  return [rowOf(subject, facts, compared.durationMs + pace.now() - begun)];
}

function attempt<T>(job: () => T): T | Thrown {
  try {
    return job();
  } catch (thrown) {
    return { thrown };
  }
}

function isThrown(found: object | null): found is Thrown {
  return found !== null && "thrown" in found;
}

function isPrepared(found: Case["prepared"]): found is PreparedSubject {
  return "downstream" in found;
}

function hasFault({ comparison }: Case): boolean {
  if (comparison === null || isThrown(comparison)) return false;
  const { refined, gap } = comparison.compared;
  return gap !== undefined || refined.some(({ outcome }) => outcome === "wrong");
}

export function aboutOf({ target, parameter, site, tensor }: Subject): About {
  return { target, parameter, site, elements: tensor.size };
}

function rowOf(subject: Subject, facts: CheckFacts, durationMs: number): Undecided {
  return {
    ...aboutOf(subject),
    checked: 0,
    method: "every-element",
    worst: null,
    culprit: null,
    step: 0,
    ...facts,
    durationMs,
  };
}
