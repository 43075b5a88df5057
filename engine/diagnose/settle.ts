/** Causes before symptoms: what a cause explains is told beside it and not as a finding of its own. */
import type { Finding } from "../report/report";
import type { DiagnosisRule, Trouble } from "./rule";

export interface Stated {
  readonly rule: DiagnosisRule;
  readonly found: Trouble;
}

/** @param stated in the order of the rules: of two that explain each other, the earlier one is the cause */
export function settle(stated: readonly Stated[]): Finding[] {
  const claimed = new Set<Stated>();
  const symptoms = new Map<Stated, Stated[]>();
  for (const cause of stated) {
    if (claimed.has(cause)) continue;
    const explains = cause.found.explains ?? cause.rule.explains;
    for (const other of stated) {
      if (other === cause || claimed.has(other) || symptoms.has(other)) continue;
      if (!explains.includes(other.rule.id)) continue;
      claimed.add(other);
      symptoms.set(cause, [...(symptoms.get(cause) ?? []), other]);
    }
  }
  return stated.filter((each) => !claimed.has(each)).map((each) => findingOf(each, symptoms.get(each) ?? []));
}

function findingOf({ rule, found }: Stated, symptoms: readonly Stated[]): Finding {
  const { explains: _, severity = rule.severity, related = [], fixes = [], ...rest } = found;
  const also = symptoms.flatMap(({ found: { site, headline } }) =>
    site === null ? [] : [{ site, message: headline }],
  );
  return { rule: rule.id, severity, ...rest, related: [...related, ...also], fixes };
}
