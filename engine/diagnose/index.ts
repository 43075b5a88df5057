/** The diagnosis: rules that look for what keeps a network from training. */
import type { Finding } from "../report";
import type { Traced } from "../run";

/** One rule: what it finds in a run. It must stay silent about a run that is fine. */
export type DiagnosisRule = (traced: Traced) => Finding[];

const rules: readonly DiagnosisRule[] = [];

export function diagnose(traced: Traced): Finding[] {
  return rules.flatMap((rule) => rule(traced));
}
