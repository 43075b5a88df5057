/** Causes and symptoms by what the fixes did that were tried. */
import type { Finding, TriedFix } from "./report";

/**
 * Findings that are symptoms of others by what the fixes did, by their places, each with that of its cause: a fix that cures
 * the cause takes them away, and theirs does not take away the cause. Where both do, the earlier one is the cause.
 */
export function symptomsByTrial(
  findings: readonly Pick<Finding, "rule">[],
  trials: readonly TriedFix[],
): ReadonlyMap<number, number> {
  const takes = (cause: number, symptom: number) =>
    trials.some(
      ({ finding, outcome }) =>
        finding === cause &&
        outcome !== "trying" &&
        outcome.cured &&
        outcome.removed.includes(findings[symptom]?.rule ?? ""),
    );
  const causes = new Map<number, number>();
  for (const cause of findings.keys())
    for (const symptom of findings.keys()) {
      if (symptom === cause || causes.has(symptom) || causes.has(cause) || !takes(cause, symptom)) continue;
      if (takes(symptom, cause) && symptom < cause) continue;
      for (const [own, of] of causes) if (of === symptom) causes.set(own, cause);
      causes.set(symptom, cause);
    }
  return causes;
}
