/** The findings panel: what is wrong with the gradients, the numbers it rests on, where, and what helps. */

import { formatNumber, showTimes } from "../../engine/core/number-text";
import { readableName } from "../../engine/report/follow-findings";
import type { Finding, Report, Severity } from "../../engine/report/report";
import { byGravity, severities } from "../../engine/report/severity";
import { post } from "../bridge";
import { h, icon } from "../dom";
import { createFrame } from "../frame";
import { replaceInPlace } from "../replace-in-place";
import { linkButton, siteLink } from "../site-link";
import { connect } from "../store";
import { drawTable } from "../table";

const words: Readonly<Record<Severity, string>> = { error: "Error", warning: "Warning", info: "Note" };

const frame = createFrame("Findings");
const body = h("div", { class: "findings" });
frame.content.append(body);

function drawFindings(report: Report) {
  const findings = report.findings.toSorted(byGravity);
  const summary = severities
    .map((severity) => ({ severity, count: findings.filter((each) => each.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => showTimes(count, words[severity].toLowerCase()))
    .join(", ");
  replaceInPlace(
    body,
    findings.length === 0
      ? [nothing()]
      : [h("p", { class: "dimmed" }, summary), ...findings.map(findingCard)],
  );
}

function nothing() {
  return h(
    "section",
    { class: "page" },
    icon("pass", "ok"),
    h("h1", {}, "No findings"),
    h("p", {}, "No gradient of this run vanishes, explodes or is not finite, and no unit is dead."),
  );
}

function findingCard(finding: Finding): HTMLElement {
  const { rule, severity, headline, explanation, site, node } = finding;
  return h(
    "article",
    { class: severity },
    h(
      "header",
      {},
      icon(severity, severity),
      h("div", {}, h("h2", {}, headline), h("p", { class: "dimmed" }, `${words[severity]} · ${rule}`)),
    ),
    explanation !== "" && h("p", {}, explanation),
    h(
      "p",
      { class: "links" },
      site && siteLink(site),
      node !== null && linkButton("Show in graph", () => post("show", { panel: "graph", node })),
    ),
    section("The numbers", numbers(finding)),
    section("Related places", places(finding)),
    section("What helps", fixes(finding)),
  );
}

function section(title: string, content: HTMLElement | null): HTMLElement | null {
  return content && h("section", {}, h("h3", {}, title), content);
}

function numbers({ evidence }: Finding): HTMLElement | null {
  const rows = Object.entries(evidence).map(([name, value]) => [
    readableName(name),
    typeof value === "number" ? formatNumber(value, 4) : value,
  ]);
  const columns = [{ name: "What" }, { name: "Value", isNumber: true }];
  return rows.length === 0 ? null : drawTable("Evidence", columns, rows);
}

function places({ related }: Finding): HTMLElement | null {
  const items = related.map(({ site, message }) => h("li", {}, siteLink(site), " ", message));
  return items.length === 0 ? null : h("ul", {}, items);
}

function fixes({ fixes }: Finding): HTMLElement | null {
  const items = fixes.map(({ title, detail }) => h("li", {}, h("strong", {}, title), h("p", {}, detail)));
  return items.length === 0 ? null : h("ul", {}, items);
}

let shown: Report | null = null;
connect((state) => {
  const report = frame.update(state);
  if (report && report !== shown) drawFindings(report);
  shown = report;
});
