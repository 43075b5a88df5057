/** One finding as a card: the news, its line, what proves it, what else it explains, what helps, and what it means. */
import { formatNumber, showTimes } from "../../engine/core/number-text";
import { type FindingsNews, readableName, showEffect } from "../../engine/report/follow-findings";
import type { Finding, Report, Severity } from "../../engine/report/report";
import { post } from "../bridge";
import { h, icon } from "../dom";
import { linkButton, siteLink } from "../site-link";
import { drawTable } from "../table";
import { button } from "../toolkit";
import { type FixesOf, fixList } from "./fixes";
import { learnPage } from "./learn";
import { proofOf } from "./proof";

export const severityWords: Readonly<Record<Severity, string>> = {
  error: "Error",
  warning: "Warning",
  info: "Note",
};

/** More are shown when somebody asks. */
const MOST_PLACES = 3;

interface CardOf extends FixesOf {
  readonly report: Report;
  /** Findings that go with its cure. */
  readonly symptoms: readonly Finding[];
  /** What became of it since the run before; undefined without one. */
  readonly change: FindingsNews["changes"][number] | undefined;
}

export function findingCard({ report, change, symptoms, ...rest }: CardOf): HTMLElement {
  const { finding, index } = rest;
  const { rule, title, severity, headline, explanation } = finding;
  const proof = proofOf(report, finding);
  const name = `finding-${index}`;
  return h(
    "article",
    { class: severity, id: name, tabindex: -1, "aria-labelledby": `${name}-news` },
    h(
      "header",
      {},
      icon(severity, severity),
      h(
        "div",
        {},
        h("p", { class: "dimmed" }, `${severityWords[severity]} · ${title ?? rule}`),
        h("h2", { id: `${name}-news` }, headline),
      ),
    ),
    changeLine(change),
    places(finding),
    proof,
    explanation !== "" && h("p", {}, explanation),
    section("Also because of this", related(finding, symptoms)),
    section("What helps", fixList(rest)),
    numbers(finding, proof === null),
    learnPage(finding),
    ignoreButton(rest),
  );
}

function section(title: string, content: HTMLElement | null): HTMLElement | null {
  return content && h("section", {}, h("h3", {}, title), content);
}

/** "Since the run before: first gradient was 6.4e-13, now 4e-4" */
function changeLine(change: CardOf["change"]): HTMLElement | null {
  if (change === undefined || change === null) return null;
  const text = change === "new" ? "new" : showEffect(change);
  if (text === "") return null;
  return h("p", { class: "change" }, icon("history"), `Since the run before: ${text}`);
}

function places({ site, node }: Finding): HTMLElement {
  const show = () => node !== null && post("show", { panel: "graph", node });
  return h(
    "p",
    { class: "links" },
    site && siteLink(site),
    node !== null && linkButton("Show in graph", show),
  );
}

function related({ related }: Finding, symptoms: readonly Finding[]): HTMLElement | null {
  const gone = symptoms.map(({ site, headline }) => h("li", {}, site && siteLink(site), " ", headline));
  const items = [...related.map(({ site, message }) => h("li", {}, siteLink(site), " ", message)), ...gone];
  if (items.length === 0) return null;
  const rest = items.slice(MOST_PLACES);
  return h(
    "div",
    {},
    h("ul", {}, items.slice(0, MOST_PLACES)),
    rest.length > 0 &&
      h("details", {}, h("summary", {}, showTimes(rest.length, "more place")), h("ul", {}, rest)),
  );
}

/** In sight where nothing else proves the finding. */
function numbers({ evidence }: Finding, isProof: boolean): HTMLElement | null {
  const rows = Object.entries(evidence).map(([name, value]) => [
    readableName(name),
    typeof value === "number" ? formatNumber(value, 4) : value,
  ]);
  if (rows.length === 0) return null;
  const table = drawTable("The numbers", [{ name: "What" }, { name: "Value", isNumber: true }], rows);
  return h("details", { class: "numbers", open: isProof }, h("summary", {}, "The numbers"), table);
}

/** Writes a comment at the line, with which the finding is not told again. */
function ignoreButton({ run, index, finding, isStale }: FixesOf): HTMLElement | null {
  if (finding.site === null || finding.title === undefined || isStale) return null;
  const ignore = () => post("ignore", { run, finding: index });
  const title = "Write a comment that says that this is meant";
  return h(
    "p",
    { class: "foot" },
    button("Ignore on This Line", ignore, { runs: true, title, icon: "eye-closed" }),
  );
}
