/** What was asked about the run that is shown: each format once, and what came back. */
import { isPrecision, type Precision, type PrecisionReport } from "../../engine/report/precision";
import type { Report } from "../../engine/report/report";

export type DryRunAnswer =
  | { readonly kind: "asking" }
  | { readonly kind: "answered"; readonly found: PrecisionReport }
  | { readonly kind: "failed"; readonly message: string };

export interface DryRuns {
  readonly report: Report | null;
  readonly precision: Precision;
  /** Of this run; a format that is missing was not asked. */
  readonly answers: Readonly<Partial<Record<Precision, DryRunAnswer>>>;
}

/** What changes it: another run, another format, or what became of a question about a run. */
export type DryRunNews =
  | { readonly kind: "run"; readonly report: Report | null }
  | { readonly kind: "format"; readonly precision: string }
  | {
      readonly kind: "answer";
      readonly report: Report | null;
      readonly precision: Precision;
      readonly answer: DryRunAnswer | null;
    };

/** @param precision the format that was kept; fp16 where there is no such one */
export function noDryRuns(precision: string): DryRuns {
  return { report: null, precision: isPrecision(precision) ? precision : "fp16", answers: {} };
}

/** The same object when nothing changed: an answer about a run that is not shown any more is of no account. */
export function reduceDryRuns(known: DryRuns, news: DryRunNews): DryRuns {
  switch (news.kind) {
    case "run":
      return news.report === known.report ? known : { ...known, report: news.report, answers: {} };
    case "format":
      return isPrecision(news.precision) && news.precision !== known.precision
        ? { ...known, precision: news.precision }
        : known;
    case "answer": {
      if (news.report !== known.report) return known;
      const { [news.precision]: _, ...others } = known.answers;
      return { ...known, answers: news.answer ? { ...others, [news.precision]: news.answer } : others };
    }
  }
}

/** What is known in the format that is chosen; null when it is still to be asked. */
export function answerNow({ answers, precision }: DryRuns): DryRunAnswer | null {
  return answers[precision] ?? null;
}
