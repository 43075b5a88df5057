/** The findings panel: what is wrong with the gradients, the numbers it rests on, where, and what helps. */
import type { Finding, Report, Severity } from "../../engine/report";
import { post } from "../bridge";
import { h, icon } from "../dom";
import { formatNumber, plural } from "../format";
import { createFrame } from "../frame";
import { linkButton, siteLink } from "../site-link";
import { connect } from "../store";
import { table } from "../table";

const order: readonly Severity[] = ["error", "warning", "info"];
const words: Readonly<Record<Severity, string>> = { error: "Error", warning: "Warning", info: "Note" };

const frame = createFrame("Findings");
const body = h("div", { class: "findings" });
frame.content.append(body);

function show(report: Report) {
  const findings = report.findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const summary = order
    .map((severity) => ({ severity, count: findings.filter((each) => each.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => plural(count, words[severity].toLowerCase()))
    .join(", ");
  body.replaceChildren(
    ...(findings.length === 0
      ? [nothing()]
      : [h("p", { class: "dimmed" }, summary), ...findings.map(findingCard)]),
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

function findingCard({
  rule,
  severity,
  message,
  site,
  node,
  evidence,
  related,
  fixes,
}: Finding): HTMLElement {
  // The first sentence is the news; the others explain it.
  const [headline = message, ...explanation] = message.split(/(?<=[.!?]) (?=\p{Lu}|\d)/u);
  const numbers = Object.entries(evidence).map(([name, value]) => [
    readable(name),
    typeof value === "number" ? formatNumber(value, 4) : value,
  ]);
  return h(
    "article",
    { class: severity },
    h(
      "header",
      {},
      icon(severity, severity),
      h("div", {}, h("h2", {}, headline), h("p", { class: "dimmed" }, `${words[severity]} · ${rule}`)),
    ),
    explanation.length > 0 && h("p", {}, explanation.join(" ")),
    h(
      "p",
      { class: "links" },
      site && siteLink(site),
      node !== null && linkButton("Show in graph", () => post({ type: "show", panel: "graph", node })),
    ),
    numbers.length > 0 &&
      h(
        "section",
        {},
        h("h3", {}, "The numbers"),
        table("Evidence", [{ name: "What" }, { name: "Value", isNumber: true }], numbers),
      ),
    related.length > 0 &&
      h(
        "section",
        {},
        h("h3", {}, "Related places"),
        h(
          "ul",
          {},
          related.map((each) => h("li", {}, siteLink(each.site), " ", each.message)),
        ),
      ),
    fixes.length > 0 &&
      h(
        "section",
        {},
        h("h3", {}, "What helps"),
        h(
          "ul",
          {},
          fixes.map(({ title, detail }) => h("li", {}, h("strong", {}, title), h("p", {}, detail))),
        ),
      ),
  );
}

/** "firstLayer" and "first-layer" as "first layer". */
function readable(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[-_]/g, " ")
    .toLowerCase();
}

connect((state) => {
  const report = frame.update(state);
  if (report) show(report);
});
