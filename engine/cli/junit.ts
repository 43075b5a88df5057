/** Gradient checks as a JUnit report, which CI servers show as tests. */
import { checkName } from "../report/checks";
import { showIndex } from "../report/element-index";
import type { Check, Failure } from "../report/report";
import type { FileOutcome } from "./file-outcome";
import { showPath, showPlace } from "./messages";

/** A suite for the file, a test for each parameter, in error when it is not complete; one test in error when the model failed. */
export function toJUnit({ file, checks, failure }: FileOutcome): string {
  const failures = checks.filter(({ outcome }) => outcome === "fail").length;
  const errors = failure ? 1 : checks.filter(({ complete }) => !complete).length;
  const time = seconds(checks.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const tests = failure ? 1 : checks.length;
  const counts = `tests="${tests}" failures="${failures}" errors="${errors}" skipped="0" time="${time}"`;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="gradcheck" ${counts}>`,
    `  <testsuite name="${xml(showPath(file))}" ${counts}>`,
    ...(failure ? [errorCase(failure, file)] : checks.map((check) => testCase(check, file))),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function errorCase({ kind, message, hint, site }: Failure, file: string): string {
  const details = [message, ...(site ? [showPlace(site)] : []), ...(hint ? [hint] : [])].join("\n");
  const head = `    <testcase classname="${xml(showPath(file))}" name="run" time="0.000">`;
  const error = `      <error type="${kind}" message="${xml(message)}">${xml(details)}</error>`;
  return `${head}\n${error}\n    </testcase>`;
}

function testCase(check: Check, file: string): string {
  const { target, parameter, durationMs, message, verdict } = check;
  const name = parameter === "" ? target : parameter;
  const head = `    <testcase classname="${xml(target || showPath(file))}" name="${xml(name)}" time="${seconds(durationMs)}"`;
  if (check.outcome === "pass") return `${head}/>`;
  const place = check.culprit?.site ?? check.site;
  const details = xml([message, ...(place ? [showPlace(place)] : []), ...worstOf(check)].join("\n"));
  const said = xml(`${checkName(check)}: ${message}`);
  const element = check.outcome === "fail" ? "failure" : check.complete ? null : "error";
  const body = element
    ? `<${element} type="${verdict}" message="${said}">${details}</${element}>`
    : `<system-out>${verdict}: ${details}</system-out>`;
  return `${head}>\n      ${body}\n    </testcase>`;
}

function worstOf({ worst }: Check): string[] {
  if (!worst) return [];
  const { index, analytic, numeric } = worst;
  return [`at ${showIndex(index)}: backward pass ${analytic}, finite difference ${numeric}`];
}

function seconds(ms: number): string {
  return String(Math.round(ms) / 1000);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
};

/** XML 1.0 has no way to write most control characters, halves of pairs and the two last of each plane. */
const unwritable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function xml(text: string): string {
  return text.replace(unwritable, "\ufffd").replace(/[&<>"\n\t]/g, (char) => entities[char] ?? char);
}
