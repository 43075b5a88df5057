/** What a rule of the diagnosis is. All that is said of it anywhere derives from its record. */
import type { Remedy } from "../report/remedy";
import type { Finding, Fix, RelatedSite, RulePage, Site } from "../report/report";
import type { Severity } from "../report/severity";
import type { OtherValues } from "./experiments";
import type { Traced } from "./traced";

/** A limit that a person may set. */
interface Threshold {
  readonly value: number;
  /** What it is a limit of, with its unit and its source. */
  readonly text: string;
}

type Thresholds = Readonly<Record<string, Threshold>>;
export type RuleLimits<T extends Thresholds = Thresholds> = { readonly [K in keyof T]: number };

/** A number that a cure is to change, the same before and after. */
export interface Measure {
  /** "gradient of the first layer, per weight" */
  readonly label: string;
  readonly value: number;
}

/** A fix as a rule offers it: advice, or changes of the text that are tried before they are offered. */
export interface Offered extends Omit<Fix, "edits"> {
  /** All of them together are the fix. */
  readonly remedies?: readonly Remedy[];
}

/** A finding as a rule states it; the rest follows from the record. */
export interface Trouble extends Pick<Finding, "site" | "node" | "headline" | "explanation" | "message"> {
  /** As the record says when it is left out. */
  readonly severity?: Severity;
  readonly evidence: Finding["evidence"];
  readonly related?: readonly RelatedSite[];
  readonly fixes?: readonly Offered[];
  /** Rules whose findings are symptoms of this one, where that depends on what was found. */
  readonly explains?: readonly string[];
  /**
   * Values of nodes with which this would not be so: what is tried where it is not the only one that could explain another
   * finding. Null, or left out, where no values undo it.
   */
  undo?(): OtherValues | null;
}

export interface DiagnosisRule {
  /** Kebab-case: "vanishing-gradient". */
  readonly id: string;
  /** How people call it: "Vanishing gradient". */
  readonly title: string;
  readonly page: RulePage;
  readonly severity: Severity;
  /** What a person must have asked for before it looks; null: it looks at every run. */
  readonly needs: "precision" | null;
  readonly thresholds: Thresholds;
  /** Rules whose findings are symptoms of what this one finds: they are told beside it and not on their own. */
  readonly explains: readonly string[];
  /** What it finds; nothing in a run that is fine. The likeliest culprit comes first. */
  find(traced: Traced, limits: RuleLimits): readonly Trouble[];
  /** The number that a cure is to change; null where it does not apply. */
  measure(traced: Traced): Measure | null;
}

interface RuleSpec<T extends Thresholds>
  extends Omit<DiagnosisRule, "thresholds" | "find" | "needs" | "explains" | "measure"> {
  readonly thresholds: T;
  readonly needs?: DiagnosisRule["needs"];
  readonly explains?: readonly string[];
  find(traced: Traced, limits: RuleLimits<T>): readonly Trouble[];
  measure?(traced: Traced): Measure | null;
}

/** A record whose `find` knows its limits by name. */
export function defineRule<const T extends Thresholds>(spec: RuleSpec<T>): DiagnosisRule {
  return {
    needs: null,
    explains: [],
    measure: () => null,
    ...spec,
    // The record forgets the names of its limits here, once: `diagnose` hands each rule its own.
    find: (traced, limits) => spec.find(traced, limits as RuleLimits<T>),
  };
}

/** The range of a source file as a place beside a finding; nothing where it is not known. */
export function beside(site: Site | null, message: string): RelatedSite[] {
  return site === null ? [] : [{ site, message }];
}
