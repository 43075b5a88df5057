/** How grave a finding is, in the one order of all lists. */

/** The gravest first. */
export const severities = ["error", "warning", "info"] as const;

export type Severity = (typeof severities)[number];

/** For sorting: the gravest first. */
export function byGravity(a: { readonly severity: Severity }, b: { readonly severity: Severity }): number {
  return severities.indexOf(a.severity) - severities.indexOf(b.severity);
}

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(least);
}
