/** Causes before symptoms: what a cause explains is told beside it and not as a finding of its own. */
import type { Finding, Fix } from "../report/report";
import type { DiagnosisRule, Offered, Trouble } from "./rule";
import type { Traced } from "./traced";

export interface Stated {
  readonly rule: DiagnosisRule;
  readonly found: Trouble;
}

/** @param stated in the order of the rules: of two that explain each other, the earlier one is the cause */
export function settle(stated: readonly Stated[], rewrite: Traced["rewrite"]): Finding[] {
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
  return stated
    .filter((each) => !claimed.has(each))
    .map((each) => findingOf(each, symptoms.get(each) ?? [], rewrite));
}

function findingOf(
  { rule, found }: Stated,
  symptoms: readonly Stated[],
  rewrite: Traced["rewrite"],
): Finding {
  const { explains: _, severity = rule.severity, related = [], fixes = [], ...rest } = found;
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
