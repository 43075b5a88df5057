/** What fixes did when they were tried. */
/** The gradient of a parameter before and after a fix. */
export interface TriedGradient {
  /** Its path: "net.fc1.weight". */
  readonly parameter: string;
  /** Norms, medians over the seeds; null where there is no gradient, NaN where it is not finite. */
  readonly before: number | null;
  readonly after: number | null;
  /** Whether the fix takes it away: there was one beside those of the others, and there is hardly any now. */
  readonly isStarved: boolean;
}

/** What a fix did when it was tried on a copy of the text. */
export interface FixTrial {
  /** The finding is gone, no other one came and no parameter lost its gradient, whatever the seed. */
  readonly cured: boolean;
  /** With how many seeds it was tried. */
  readonly seeds: number;
  /** What it was to change, and the medians before and after; null where the rule measures nothing. */
  readonly effect: { readonly label: string; readonly before: number; readonly after: number } | null;
  /** Rules of the findings that came with it. */
  readonly added: readonly string[];
  /** Rules of other findings that went with it, whatever the seed. */
  readonly removed: readonly string[];
  /** What it did to the gradients of parameters: those that it starves first, then by how much they changed. */
  readonly gradients: readonly TriedGradient[];
  /** Why the changed model did not run to its end; null when it did. */
  readonly failure: string | null;
}

/** A fix of a finding that is tried, or was: both by their places in the report. */
export interface TriedFix {
  readonly finding: number;
  readonly fix: number;
  readonly outcome: "trying" | FixTrial;
}
