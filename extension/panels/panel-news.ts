/** What a panel is told when its session changed: the run and the checks when they are others, and the state, which is small. */
import { diagnosisOf } from "../../engine/report/diagnosis";
import type { OpenReport } from "../../engine/report/open-bytes";
import type { Check } from "../../engine/report/report";
import type { StateNews, ToPanel } from "../../webview/protocol";

/** What a panel is to know. */
export interface PanelKnowledge {
  readonly report: OpenReport | null;
  /** The run before, while runs are compared. */
  readonly before: OpenReport | null;
  readonly checks: readonly Check[];
  readonly state: StateNews;
}

/** A notification and what it says. */
export type PanelNews = { [N in keyof ToPanel]: readonly [name: N, news: ToPanel[N]] }[keyof ToPanel];

/** The news for a panel that knows something already; none when nothing changed. */
export function newsFor(known: PanelKnowledge | null, now: PanelKnowledge): PanelNews[] {
  const news: PanelNews[] = [];
  if (now.before !== (known?.before ?? null)) news.push(["before", beforeNews(known, now.before)]);
  if (now.report && now.report !== known?.report) news.push(reportNews(known?.report ?? null, now.report));
  if (now.checks !== known?.checks) news.push(["checks", { checks: now.checks }]);
  // The panel shows the others with it.
  if (news.length > 0 || !known || JSON.stringify(now.state) !== JSON.stringify(known.state))
    news.push(["state", now.state]);
  return news;
}

/** What the panel shows is not sent again. */
function beforeNews(known: PanelKnowledge | null, before: OpenReport | null): ToPanel["before"] {
  const isShown = before !== null && before === known?.report;
  return { bytes: isShown || before === null ? null : before.bytes, isShown };
}

/** Of a run that the panel has already it is told only what the diagnosis found since. */
function reportNews(known: OpenReport | null, report: OpenReport): PanelNews {
  const isKnown = known?.isUndiagnosed && known.run === report.run;
  return isKnown ? ["diagnosis", diagnosisOf(report)] : ["trace", traceNews(report)];
}

/** A run as it is sent. */
function traceNews({ bytes }: OpenReport): ToPanel["trace"] {
  return { bytes };
}
