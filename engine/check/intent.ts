/** What a person meant: verdicts that a comment `// gradlens: intended` allows, and comments that allow nothing. */
import type { Check, Site } from "../report";
import type { Intent, Run } from "../run";
import { type Undecided, verdicts } from "./verdict";

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
  const comment = check.intent ?? intentAt(run, check.culprit?.site ?? check.site);
  if (comment === null) return check;
  const message = `Meant, says the comment in line ${comment.line}. ${check.message}`;
  return { ...check, verdict: "intended", intent: comment, message };
}

/** The comments of the run's files that no check needed: what they allow did not happen, or they stand in the wrong line. */
export function unusedIntents({ sources }: Run, checks: readonly Check[]): Site[] {
  const used = new Set(checks.map(({ intent }) => intent && keyOf(intent)));
  const all = (sources.intents?.() ?? []).map(({ comment }) => comment);
  return all.filter((comment) => !used.has(keyOf(comment)));
}

function keyOf({ file, line, column }: Site): string {
  return `${file}:${line}:${column}`;
}
