/** The findings panel: causes first, each with its line, what proves it, and what helps. */

import { showTimes } from "../../engine/core/number-text";
import type { Diagnosis, Finding, Report } from "../../engine/report/report";
import { byGravity, severities } from "../../engine/report/severity";
import { symptomsByTrial } from "../../engine/report/symptoms-by-trial";
import { listen } from "../bridge";
import { h, icon } from "../dom";
import { createFrame } from "../frame";
import type { PanelState } from "../reduce";
import { replaceInPlace } from "../replace-in-place";
import { siteLink } from "../site-link";
import { connect } from "../store";
import { findingCard, severityWords } from "./card";
import { goneList } from "./gone";
import { drawUndiagnosed } from "./undiagnosed";

const frame = createFrame("Findings");
const body = h("div", { class: "findings" });
frame.content.append(body);

function drawFindings(report: Report, { diagnosis, findings: news, trials, stale: isStale }: PanelState) {
  const opened = openedIn(body);
  const { findings } = diagnosis;
  const { run } = report;
  const causes = symptomsByTrial(findings, trials);
  const cards = findings
    .map((finding, index) => ({ finding, index }))
    .filter(({ index }) => !causes.has(index))
    .toSorted((a, b) => byGravity(a.finding, b.finding))
    .map(({ finding, index }) => {
      const symptoms = findings.filter((_, other) => causes.get(other) === index);
      const change = news?.changes[index];
      return findingCard({ report, run, finding, index, isStale, trials, symptoms, change });
    });
  replaceInPlace(body, [
    ...(cards.length > 0
      ? [h("p", { class: "dimmed" }, countsOf(findings.filter((_, index) => !causes.has(index))))]
      : []),
    ...(news ? [goneList(news, run)] : []).flatMap((each) => each ?? []),
    ...(cards.length > 0 ? cards : [nothing(report, diagnosis)]),
    ...ignoredList(diagnosis),
  ]);
  for (const details of body.querySelectorAll("details"))
    if (opened.has(keyOf(details))) details.open = opened.get(keyOf(details)) === true;
}

/** What a person opened or closed stays so. */
function openedIn(box: HTMLElement): Map<string, boolean> {
  return new Map([...box.querySelectorAll("details")].map((each) => [keyOf(each), each.open]));
}

function keyOf(details: HTMLDetailsElement): string {
  const news = details.closest("article")?.querySelector("h2")?.textContent ?? "";
  return `${news} ${details.querySelector("summary")?.textContent}`;
}

/** "1 error, 2 warnings" */
function countsOf(findings: readonly Finding[]): string {
  return severities
    .map((severity) => ({ severity, count: findings.filter((each) => each.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => showTimes(count, severityWords[severity].toLowerCase()))
    .join(", ");
}

function nothing({ nodes, parameters, failure }: Report, { lookedFor = [] }: Diagnosis): HTMLElement {
  const operations = nodes.filter(({ kind }) => kind === "operation").length;
  const seen = `${showTimes(operations, "operation")} and ${showTimes(parameters.length, "parameter")}`;
  return h(
    "section",
    { class: "page" },
    icon(failure ? "info" : "pass", failure ? "info" : "ok"),
    h("h1", {}, failure ? `Nothing found before the run failed` : `Nothing found in ${seen}`),
    h(
      "p",
      {},
      failure
        ? `Only the ${seen} that were recorded by then were looked at.`
        : "Whether the gradients are right is another question: the checks compare them with finite differences.",
    ),
    lookedFor.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, `What was looked for: ${showTimes(lookedFor.length, "cause")}`),
        h(
          "ul",
          { class: "looked" },
          lookedFor.map((title) => h("li", {}, title)),
        ),
      ),
  );
}

/** What comments keep from being told, so that nobody forgets it. */
function ignoredList({ ignored = [] }: Diagnosis): HTMLElement[] {
  if (ignored.length === 0) return [];
  const items = ignored.map(({ finding: { title, rule }, comment }) =>
    h("li", {}, siteLink(comment), ` ${title ?? rule}`),
  );
  const said = `${showTimes(ignored.length, "finding")} left out by a comment`;
  return [h("details", { class: "ignored" }, h("summary", {}, said), h("ul", {}, items))];
}

/** Goes to a finding and opens what it means. */
function explain(index: number) {
  const card = document.getElementById(`finding-${index}`);
  const learn = card?.querySelector<HTMLDetailsElement>(".learn");
  if (learn) learn.open = true;
  card?.scrollIntoView({ block: "start" });
  card?.focus({ preventScroll: true });
}

/** What is drawn again when it is another. */
function drawn({ report, diagnosis, diagnosing, findings, trials, stale }: PanelState): readonly unknown[] {
  return [report, diagnosis, JSON.stringify(diagnosing), findings, trials, stale];
}

let last: PanelState | null = null;
let asked: number | null = null;
/** Whether the findings of a run stand there. */
let isDrawn = false;
connect((state) => {
  const report = frame.update(state);
  const before = last && drawn(last);
  const isSame = before !== null && drawn(state).every((each, i) => each === before[i]);
  last = state;
  if (!report) return;
  const isThere = state.diagnosing.kind === "ready";
  if (!isSame && isThere) drawFindings(report, state);
  // What was found before stays while there is nothing else to show, with all that a person opened in it.
  else if (!isSame) drawUndiagnosed(body, state.diagnosing, isDrawn);
  isDrawn = isThere || (isDrawn && state.diagnosing.kind === "running");
  if (!isThere) return;
  if (asked !== null) explain(asked);
  asked = null;
});
listen("explain", ({ finding }) => {
  if (last?.report && last.diagnosing.kind === "ready") explain(finding);
  else asked = finding;
});
