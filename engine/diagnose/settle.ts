/** Causes before symptoms: what a cause explains is told beside it and not as a finding of its own. */
import type { Finding, Fix } from "../report/report";
import type { DiagnosisRule, Offered, Trouble } from "./rule";
import type { Traced } from "./traced";

export interface Stated {
  readonly rule: DiagnosisRule;
  readonly found: Trouble;
}

/** Rules whose findings are gone when a cause is undone; null where that could not be tried. */
export type GoneWithout = (cause: Stated) => ReadonlySet<string> | null;

/**
 * Where two could explain the same finding, or each other, a run without the one and a run without the other decide.
 * @param stated in the order of the rules: where runs do not decide, the earlier one is the cause
 */
export function settle(stated: readonly Stated[], gone: GoneWithout, rewrite: Traced["rewrite"]): Finding[] {
  const causes = causesOf(stated, gone);
  const symptomsOf = (cause: Stated) => stated.filter((each) => causes.get(each) === cause);
  return stated.filter((each) => !causes.has(each)).map((each) => findingOf(each, symptomsOf(each), rewrite));
}

/** By symptom its cause, which is nobody's symptom. */
function causesOf(stated: readonly Stated[], gone: GoneWithout): ReadonlyMap<Stated, Stated> {
  const causes = new Map<Stated, Stated>();
  const removes = (cause: Stated, other: Stated) => gone(cause)?.has(other.rule.id) === true;
  /** Whether only one of two could explain a third, by the runs without the one and without the other. */
  const wins = (one: Stated, other: Stated, third: Stated) => removes(one, third) && !removes(other, third);
  const isCauseItself = (each: Stated, cause: Stated): boolean => {
    if (explains(each, cause) && removes(each, cause) && !removes(cause, each)) return true;
    // What both could explain goes with it alone, and it stays without the cause.
    const contested = stated.filter((third) => explains(each, third) && explains(cause, third));
    return contested.some(
      (third) => gone(cause) !== null && !removes(cause, each) && wins(each, cause, third),
    );
  };
  const isRivals = (symptom: Stated, cause: Stated): boolean =>
    stated.some(
      (rival) =>
        rival !== cause &&
        !causes.has(rival) &&
        explains(rival, symptom) &&
        !(explains(cause, rival) && !isCauseItself(rival, cause)) &&
        wins(rival, cause, symptom),
    );
  const hasSymptoms = (each: Stated) => [...causes.values()].includes(each);
  for (const cause of stated) {
    if (causes.has(cause)) continue;
    for (const other of stated) {
      if (causes.has(other) || !explains(cause, other)) continue;
      // What has symptoms is one itself only where a run shows it.
      if (hasSymptoms(other) && !removes(cause, other)) continue;
      if (isCauseItself(other, cause) || isRivals(other, cause)) continue;
      for (const [symptom, of] of causes) if (of === other) causes.set(symptom, cause);
      causes.set(other, cause);
    }
  }
  return causes;
}

function explains({ found, rule }: Stated, other: Stated): boolean {
  return found !== other.found && (found.explains ?? rule.explains).includes(other.rule.id);
}

function findingOf(
  { rule, found }: Stated,
  symptoms: readonly Stated[],
  rewrite: Traced["rewrite"],
): Finding {
  const { explains: _, undo: __, severity = rule.severity, related = [], fixes = [], ...rest } = found;
  const also = symptoms.flatMap(({ found: { site, headline } }) =>
    site === null ? [] : [{ site, message: headline }],
  );
  return {
    rule: rule.id,
    title: rule.title,
    page: rule.page,
    severity,
    ...rest,
    related: [...related, ...also],
    fixes: fixes.map((fix) => fixOf(fix, rewrite)),
  };
}

/** Edits of the text where all of a fix can be made one; advice otherwise. */
function fixOf({ remedies = [], ...fix }: Offered, rewrite: Traced["rewrite"]): Fix {
  const edits = remedies.length === 0 ? null : (rewrite?.(remedies) ?? null);
  return edits === null ? fix : { ...fix, edits };
}
