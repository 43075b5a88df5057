/** What came of fixes that were tried before they were offered. */

/** What a fix did when it was tried on a copy of the text. */
export interface FixTrial {
  /** The finding is gone and no other one came, whatever the seed. */
  readonly cured: boolean;
  /** With how many seeds it was tried. */
  readonly seeds: number;
  /** What it was to change, and the medians before and after; null where the rule measures nothing. */
  readonly effect: { readonly label: string; readonly before: number; readonly after: number } | null;
  /** Rules of the findings that came with it. */
  readonly added: readonly string[];
  /** Why the changed model did not run to its end; null when it did. */
  readonly failure: string | null;
}

/** A fix of a finding that is tried, or was: both by their places in the report. */
export interface TriedFix {
  readonly finding: number;
  readonly fix: number;
  readonly outcome: "trying" | FixTrial;
}
