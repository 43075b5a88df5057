/** Runs, checks and findings as an assistant reads them: plain text of bounded length. */

import { formatNumber, showTimes } from "../../engine/core/number-text";
import { checkName } from "../../engine/report/checks";
import { readableName, showMended } from "../../engine/report/follow-findings";
import type { Check, Finding, Site } from "../../engine/report/report";
import { byGravity } from "../../engine/report/severity";
import { describeOutcome, verdictTitle } from "../checks";
import { whyUndiagnosed } from "../diagnosis-words";
import type { Session } from "../session";

/** An assistant pays for every character. */
const MOST_CHARACTERS = 8000;
const MOST_LINES = 40;

function bounded(parts: readonly string[]): string {
  const text = parts.filter((part) => part !== "").join("\n");
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}\n(cut here)`;
}

function listed(lines: readonly string[]): string[] {
  const rest = lines.length - MOST_LINES;
  return rest > 0 ? [...lines.slice(0, MOST_LINES), `… and ${rest} more`] : [...lines];
}

const at = (site: Site | null) => (site ? ` (${site.file}:${site.line})` : "");

/** Why there is nothing to tell; empty when there is. */
function missing({ state, failure, report, name }: Session): string {
  if (failure)
    return `The run failed${at(failure.site)}: ${[failure.message, failure.hint].filter(Boolean).join(". ")}`;
  if (state.kind === "stopped") return "The run was stopped.";
  return report ? "" : `Nothing is known of ${name}: trace it first.`;
}

export function describeRun(session: Session): string {
  const { report } = session;
  const why = missing(session);
  if (why !== "" || !report) return why;
  const { loss, nodes, parameters, scopes, findings } = report;
  const layers = scopes.filter(({ path, gradNorm }) => path !== "" && gradNorm !== null);
  return bounded([
    `${session.name}: loss ${loss ? formatNumber(loss.value, 6) : "none"}, ${showTimes(nodes.length, "tensor")}, ${showTimes(parameters.length, "parameter")}.`,
    "Gradient norm by layer:",
    ...listed(
      layers.map(({ path, type, gradNorm }) => `- ${path} (${type}): ${formatNumber(gradNorm ?? 0, 3)}`),
    ),
    findings.length === 0 ? whyUndiagnosed(session.last.diagnosis) || "No findings." : "Findings:",
    ...listed(findings.toSorted(byGravity).map(findingLine)),
  ]);
}

function findingLine({ severity, rule, site, message }: Finding): string {
  return `- ${severity} ${rule}${at(site)}: ${message}`;
}

export function describeChecks(session: Session, checks: readonly Check[]): string {
  const why = missing(session);
  if (why !== "") return why;
  if (session.unfinished) return `The check did not finish: ${session.unfinished.failure.message}`;
  if (checks.length === 0) return "Nothing was checked: there is no such layer, or the check was stopped.";
  const line = (check: Check) => {
    const { outcome, message, culprit, site } = check;
    const rest = outcome === "pass" ? "" : `: ${message}`;
    return `- ${outcome} ${checkName(check)}${at(culprit?.site ?? site)}, ${verdictTitle(check)}, ${describeOutcome(check)}${rest}`;
  };
  return bounded([`Gradient checks of ${session.name}:`, ...listed(checks.map(line))]);
}

/** @param rule the one that is asked about; empty for the gravest finding */
export function describeFinding(session: Session, rule: string): string {
  const { report, trials } = session;
  if (!report) return missing(session);
  const all = report.findings.toSorted(byGravity);
  const finding = rule === "" ? all[0] : all.find((each) => each.rule === rule);
  if (!finding)
    return all.length === 0
      ? whyUndiagnosed(session.last.diagnosis) || "The last run has no findings."
      : `No such finding. There are: ${all.map((each) => each.rule).join(", ")}.`;
  const { page, evidence, related, fixes } = finding;
  const index = report.findings.indexOf(finding);
  const cureOf = (fix: number) => {
    const outcome = trials.find((each) => each.finding === index && each.fix === fix)?.outcome;
    if (outcome === undefined || outcome === "trying") return "";
    const effect = outcome.effect ? `: ${showMended(outcome.effect)}` : "";
    return outcome.cured ? ` [tried, cures${effect}]` : ` [tried, does not cure${effect}]`;
  };
  return bounded([
    session.stale ? "The file has changed since this trace." : "",
    findingLine(finding),
    ...(page
      ? [`Meaning: ${page.meaning}`, `Harm: ${page.harm}`, `Cure: ${page.cure}`, `Source: ${page.source}`]
      : []),
    "Numbers:",
    ...Object.entries(evidence).map(
      ([name, value]) =>
        `- ${readableName(name)}: ${typeof value === "number" ? formatNumber(value, 6) : value}`,
    ),
    ...listed(related.map(({ site, message }) => `- also${at(site)}: ${message}`)),
    ...fixes.map(({ title, detail }, i) => `- fix: ${title}. ${detail}${cureOf(i)}`),
  ]);
}
