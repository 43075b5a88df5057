/** Gradient checks as a JUnit report, which CI servers show as tests. */
import { isFailure } from "../check/verdict";
import type { Check } from "../report";
import { nameOfCheck } from "./check-text";
import { showPath, showPlace } from "./messages";

/** A suite for the file, a test for each parameter. */
export function toJUnit(checks: readonly Check[], file: string): string {
  const failures = checks.filter(isFailure).length;
  const time = seconds(checks.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const counts = `tests="${checks.length}" failures="${failures}" errors="0" skipped="0" time="${time}"`;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="gradcheck" ${counts}>`,
    `  <testsuite name="${escapeXml(showPath(file))}" ${counts}>`,
    ...checks.map(testCase),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(check: Check): string {
  const { target, parameter, durationMs, message, verdict } = check;
  const name = parameter === "" ? target : parameter;
  const head = `    <testcase classname="${escapeXml(target)}" name="${escapeXml(name)}" time="${seconds(durationMs)}"`;
  if (!isFailure(check)) return `${head}/>`;
  const place = check.culprit?.site ?? check.site;
  const details = [message, ...(place ? [showPlace(place)] : []), ...worstOf(check)].join("\n");
  const failure = `      <failure type="${verdict}" message="${escapeXml(`${nameOfCheck(check)}: ${message}`)}">${escapeXml(details)}</failure>`;
  return `${head}>\n${failure}\n    </testcase>`;
}

function worstOf({ worst }: Check): string[] {
  if (!worst) return [];
  const { index, analytic, numeric } = worst;
  return [`at [${index.join(", ")}]: backward pass ${analytic}, finite difference ${numeric}`];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeXml(text: string): string {
  // XML 1.0 has no way to write most control characters.
  return Array.from(text, (char) =>
    char < " " && char !== "\n" && char !== "\t" ? "" : (entities[char] ?? char),
  ).join("");
}
