/** What a panel knows, and how the news of the extension change it. */
import { openChecked } from "../engine/report/open-bytes";
import type { Check, Diagnosis, Report } from "../engine/report/report";
import type { StateNews, ToPanel } from "./protocol";

/** All news so far together. */
export interface PanelState extends Omit<StateNews, "file"> {
  readonly report: Report | null;
  /** What was found in it; apart, so that it stays the same report when that comes. Not all before `diagnosing` is ready. */
  readonly diagnosis: Diagnosis;
  /** The run before, while runs are compared; null when there is none. */
  readonly before: Report | null;
  readonly checks: readonly Check[];
}

/** What of the news is kept; a `state` follows whenever there were others. */
export type KeptNews = Pick<ToPanel, "before" | "trace" | "diagnosis" | "checks" | "state">;

type Reduce<N extends keyof KeptNews> = (known: PanelState, news: KeptNews[N]) => PanelState;

export const reducers: { readonly [N in keyof KeptNews]: Reduce<N> } = {
  before: (known, { bytes, isShown }) => ({
    ...known,
    before: isShown ? known.report : bytes && openChecked(bytes),
  }),
  trace: (known, news) => {
    const report = reportOf(news);
    return { ...known, report, diagnosis: report };
  },
  diagnosis: (known, diagnosis) => ({ ...known, diagnosis }),
  checks: (known, { checks }) => ({ ...known, checks }),
  state: (known, { file: _, ...state }) => ({
    ...known,
    ...state,
    interrupted: sameOr(known.interrupted, state.interrupted),
    findings: sameOr(known.findings, state.findings),
    trials: sameOr(known.trials, state.trials),
  }),
};

/** The report of a run as it came. */
function reportOf({ bytes }: ToPanel["trace"]): Report {
  return openChecked(bytes);
}

/** What is at hand when it says the same, so that nothing is drawn anew. */
function sameOr<T>(known: T, next: T): T {
  return JSON.stringify(known) === JSON.stringify(next) ? known : next;
}
