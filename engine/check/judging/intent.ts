/** What a person meant: verdicts that a comment `// gradlens: intended` allows, and comments that allow nothing. */
import { unusedComment } from "../../diagnose/unused-comment";
import type { Check, Finding, Site } from "../../report/report";
import { verdicts } from "../../report/verdicts";
import type { Intent, Run } from "../../tracing/run";
import type { Undecided } from "./verdict";

/** The comment that speaks of one of the places, or null. */
export function intentAt({ sources }: Run, ...sites: readonly (Site | null)[]): Site | null {
  const found = (sources.intents?.() ?? []).find((intent) =>
    sites.some((site) => site !== null && speaksOf(intent, site)),
  );
  return found?.comment ?? null;
}

function speaksOf({ comment, line, covers }: Intent, site: Site): boolean {
  if (site.file !== comment.file) return false;
  const isOnLine = site.line <= line && line <= site.endLine;
  return isOnLine || covers.some((each) => each.line <= site.line && site.endLine <= each.endLine);
}

/** A check that failed at a line of which a comment says that this is meant is no failure. */
export function allow(run: Run, check: Undecided): Undecided {
  if (verdicts[check.verdict].outcome !== "fail") return check;
  const own = intentAt(run, check.culprit?.site ?? check.site);
  const intents = check.intents?.length ? check.intents : own === null ? [] : [own];
  const [first] = intents;
  if (first === undefined) return check;
  const message = `Intended, as the comment in line ${first.line} says. ${check.message}`;
  return { ...check, verdict: "intended", intents, message };
}

/** The comments of the run's files that no check needed: what they allow did not happen, or they stand in the wrong line. */
export function findUnusedIntents({ sources }: Run, checks: readonly Check[]): Finding[] {
  const used = new Set(checks.flatMap(({ intents }) => intents.map(keyOf)));
  const unused = (sources.intents?.() ?? []).filter(({ comment }) => !used.has(keyOf(comment)));
  return unused.map((intent) => {
    const message = `This comment allows nothing: no gradient check fails because of line ${intent.line}.`;
    return unusedComment("unused-intent", intent, message, "The gradients agree without it.");
  });
}

function keyOf({ file, line, column }: Site): string {
  return `${file}:${line}:${column}`;
}
