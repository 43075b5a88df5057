/** Gradient checks in the Test Explorer: file, layer, parameter. */
import * as vscode from "vscode";
import type { Check } from "../../engine/report";
import { isPassed, worstTitle } from "../checks";
import { locate } from "../places";
import type { Session } from "../session";
import type { Sessions } from "../sessions";
import { mayRun } from "../trust";
import { discoverTests, readId, targetOf } from "./test-items";

function messageOf(check: Check, session: Session): vscode.TestMessage {
  const { worst, culprit, site, message } = check;
  const place = culprit?.site ?? site;
  const title = `${worstTitle(check)}: ${message}`;
  const shown = worst
    ? vscode.TestMessage.diff(
        title,
        `${worstTitle(check)} = ${worst.numeric}\n`,
        `${worstTitle(check)} = ${worst.analytic}\n`,
      )
    : new vscode.TestMessage(title);
  if (place) shown.location = locate(place, session);
  return shown;
}

/** Reports a check at its own item, or at the one that was run when it has none. */
function settle(
  run: vscode.TestRun,
  item: vscode.TestItem,
  checks: readonly Check[],
  session: Session,
): void {
  const bad = checks.filter((check) => !isPassed(check));
  const duration = checks.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (bad.length > 0)
    run.failed(
      item,
      bad.map((check) => messageOf(check, session)),
      duration,
    );
  else if (checks.length > 0) run.passed(item, duration);
  else run.skipped(item);
}

/** The items below and with an item, innermost first. */
function itemsOf(item: vscode.TestItem): vscode.TestItem[] {
  const below: vscode.TestItem[] = [];
  item.children.forEach((child) => {
    below.push(...itemsOf(child));
  });
  return [...below, item];
}

async function runItem(run: vscode.TestRun, item: vscode.TestItem, session: Session): Promise<void> {
  const wanted = targetOf(item, session);
  for (const each of itemsOf(item)) run.started(each);
  const checks = await session.check(wanted, run.token);
  const failure = session.failure ?? session.unfinished?.failure;
  for (const { target, parameter, message } of checks)
    run.appendOutput(`${target}.${parameter}: ${message}\r\n`);
  for (const each of itemsOf(item)) {
    const { path, parameter } = readId(each.id);
    const own = checks.filter((check) => {
      if (parameter !== undefined) return check.target === path && check.parameter === parameter;
      return each === item || check.target === path;
    });
    if (run.token.isCancellationRequested) run.skipped(each);
    else if (failure && checks.length === 0) run.errored(each, new vscode.TestMessage(failure.message));
    else settle(run, each, own, session);
  }
}

function fileOf(item: vscode.TestItem): vscode.TestItem {
  return item.parent ? fileOf(item.parent) : item;
}

export function registerTests(sessions: Sessions): vscode.Disposable {
  const controller = vscode.tests.createTestController("gradlens", vscode.l10n.t("Gradient checks"));
  let isRunning = false;
  const discoverAll = async () => {
    if (isRunning) return;
    for (const document of vscode.workspace.textDocuments)
      await discoverTests(controller, document, sessions.get(document.uri));
  };
  controller.resolveHandler = discoverAll;
  controller.refreshHandler = discoverAll;
  const runAll = async (request: vscode.TestRunRequest) => {
    if (!(await mayRun())) return;
    const run = controller.createTestRun(request);
    isRunning = true;
    try {
      const items = request.include ?? [...controller.items].map(([, item]) => item);
      for (const item of items.filter((each) => !request.exclude?.includes(each))) {
        const { uri } = fileOf(item);
        if (uri && !run.token.isCancellationRequested) await runItem(run, item, sessions.open(uri));
      }
    } finally {
      isRunning = false;
      run.end();
      await discoverAll();
    }
  };
  const profile = controller.createRunProfile(
    vscode.l10n.t("Gradcheck"),
    vscode.TestRunProfileKind.Run,
    runAll,
    true,
  );
  return vscode.Disposable.from(
    controller,
    profile,
    vscode.workspace.onDidOpenTextDocument((document) =>
      discoverTests(controller, document, sessions.get(document.uri)),
    ),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => controller.items.delete(uri.fsPath)),
    sessions.onDidChange((session) => {
      if (!session.running) discoverAll();
    }),
  );
}
