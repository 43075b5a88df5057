/** The check of every hand-written layer of a run, the inner ones before what is made of them. */

import { verdicts } from "../../report/verdicts";
import type { Run } from "../../tracing/run";
import type { Pace } from "../differences/pace";
import type { Undecided } from "../judging/verdict";
import { type ByHand, checkByHand, type Means } from "./by-hand";
import type { FoundLayer } from "./find";

interface Outcome extends ByHand {
  readonly found: FoundLayer;
}

/** @param pace of which each layer gets its share */
export async function checkAllHandWritten(
  run: Run,
  all: readonly FoundLayer[],
  means: Means,
  pace: Pace,
): Promise<Undecided[]> {
  const outcomes: Outcome[] = [];
  for (const [i, found] of all.entries()) {
    if (pace.isCancelled) break;
    const fractionOf = (fraction: number) => (i + fraction) / all.length;
    const own = pace.part(pace.left / (all.length - i), found.source.name, fractionOf);
    outcomes.push({ found, ...(await checkByHand(run, found, means, own)) });
  }
  return outcomes.flatMap((outcome) => withoutBlame(outcome, outcomes));
}

/** What runs through a layer whose backward pass is wrong says nothing of its own. */
function withoutBlame({ found, checks, called }: Outcome, all: readonly Outcome[]): Undecided[] {
  const wrong = all.find(
    (other) =>
      other.found.source !== found.source &&
      hasFailed(other) &&
      keysOf(other.found).some((key) => called.has(key)),
  );
  if (wrong === undefined) return [...checks];
  const { name } = wrong.found.source;
  return checks.map((check) => {
    if (verdicts[check.verdict].outcome !== "fail") return check;
    const message = `Its gradient comes through ${name}, whose backward pass is wrong: mend that first.`;
    const { detail: _, ...rest } = check as Undecided & { readonly detail?: unknown };
    return { ...rest, verdict: "not-checked", message, culprit: null, worst: null, checked: 0 };
  });
}

function hasFailed({ checks }: Outcome): boolean {
  return checks.some(({ verdict }) => verdicts[verdict].outcome === "fail");
}

function keysOf({ source }: FoundLayer): string[] {
  return source.kind === "object" ? [`${source.keys.self} backward`] : [source.keys.backward];
}
