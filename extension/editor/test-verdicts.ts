/** Verdicts as results of tests: passed, failed with a diff at the worst element, or in error, and what they say as output. */
import * as vscode from "vscode";
import { formatPair } from "../../engine/core/number-text";
import { checkName, markOf } from "../../engine/report/checks";
import type { Check } from "../../engine/report/report";
import { worstTitle } from "../checks";
import { currentRange } from "../places";
import { terminalLines } from "../printed-lines";
import type { Session } from "../session";

function messageOf(check: Check, session: Session): vscode.TestMessage {
  const { worst, message } = check;
  const title = `${worstTitle(check)}: ${message}`;
  const shown = worst ? diffOf(check, title, worst) : new vscode.TestMessage(title);
  const place = placeOf(check, session);
  if (place) shown.location = place;
  return shown;
}

/** What differences say against what the gradient says, with as many digits as it takes to tell them apart. */
function diffOf(
  check: Check,
  title: string,
  { numeric, analytic }: NonNullable<Check["worst"]>,
): vscode.TestMessage {
  const [expected, actual] = formatPair(numeric, analytic, 6);
  const name = worstTitle(check);
  return vscode.TestMessage.diff(title, `${name} = ${expected}\n`, `${name} = ${actual}\n`);
}

/**
 * Reports checks at their own item, or at the one that was run when they have none. What is not complete is in error: a test
 * that was skipped may not say why. Notes pass, with their text in the output.
 */
export function settleTest(
  run: vscode.TestRun,
  item: vscode.TestItem,
  checks: readonly Check[],
  session: Session,
): void {
  const messages = (of: readonly Check[]) => of.map((check) => messageOf(check, session));
  const failed = checks.filter(({ outcome }) => outcome === "fail");
  const open = checks.filter(({ complete }) => !complete);
  const duration = checks.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (failed.length > 0) run.failed(item, messages([...failed, ...open]), duration);
  else if (open.length > 0) run.errored(item, messages(open), duration);
  else if (checks.length > 0) run.passed(item, duration);
  else run.skipped(item);
}

/** Where a check is about: the operation to blame, else what was checked. */
export function placeOf({ culprit, site }: Check, session: Session): vscode.Location | undefined {
  const place = culprit?.site ?? site;
  return place ? currentRange(place, session) : undefined;
}

/** What a check says, in the output of its test: also of one that passes. */
export function say(run: vscode.TestRun, check: Check, item: vscode.TestItem, place?: vscode.Location): void {
  const text = terminalLines(`${markOf(check)} ${checkName(check)}: ${check.message}`);
  run.appendOutput(text, place, item);
}

/** The items below and with an item, innermost first. */
export function itemsOf(item: vscode.TestItem): vscode.TestItem[] {
  const below: vscode.TestItem[] = [];
  item.children.forEach((child) => {
    below.push(...itemsOf(child));
  });
  return [...below, item];
}
