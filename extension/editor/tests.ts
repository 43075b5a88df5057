/** Gradient checks in the Test Explorer: file, layer, parameter. */
import * as vscode from "vscode";
import type { Check } from "../../engine/report";
import type { CheckTarget } from "../../engine/runner/protocol";
import { isPassed, worstTitle } from "../checks";
import { analyseDocument } from "../model-files";
import { locate } from "../places";
import type { Session } from "../session";
import type { Sessions } from "../sessions";
import { mayRun } from "../trust";

/** Layers of the text before a run; after it, modules with their parameters. */
async function discover(
  controller: vscode.TestController,
  document: vscode.TextDocument,
  session: Session | null,
): Promise<void> {
  const analysis = await analyseDocument(document);
  const { uri } = document;
  if (!analysis) {
    controller.items.delete(uri.fsPath);
    return;
  }
  const file =
    controller.items.get(uri.fsPath) ??
    controller.createTestItem(uri.fsPath, uri.path.split("/").at(-1) ?? "", uri);
  controller.items.add(file);
  if (session?.report) addModules(controller, file, session);
  else {
    const layers = analysis.layers.map(({ name, owner, range }) => {
      const item = controller.createTestItem(`line ${range.line}`, owner ? `${owner}.${name}` : name, uri);
      item.range = new vscode.Range(range.line - 1, range.column - 1, range.endLine - 1, range.endColumn - 1);
      return item;
    });
    file.children.replace(layers);
  }
}

function addModules(controller: vscode.TestController, file: vscode.TestItem, session: Session): void {
  const { scopes, parameters } = session.report ?? { scopes: [], parameters: [] };
  const names = new Map<string, Set<string>>();
  const add = (target: string, parameter: string) =>
    names.set(target, (names.get(target) ?? new Set()).add(parameter));
  for (const { name, scope } of parameters) {
    const path = scopes[scope]?.path ?? "";
    add(path, path === "" ? name : name.slice(path.length + 1));
  }
  for (const { target, parameter } of session.checks) add(target, parameter);
  const layers = [...names].map(([path, own]) => {
    const site =
      scopes.find((scope) => scope.path === path)?.site ??
      session.checks.find(({ target }) => target === path)?.site;
    const place = site ? locate(site, session) : null;
    const layer = controller.createTestItem(path, path || session.name, place?.uri ?? session.uri);
    if (place) layer.range = place.range;
    const tests = [...own].map((name) => {
      const test = controller.createTestItem(`${path}\n${name}`, name, place?.uri ?? session.uri);
      if (place) test.range = place.range;
      return test;
    });
    layer.children.replace(tests);
    return layer;
  });
  file.children.replace(layers);
}

function targetOf(item: vscode.TestItem, session: Session): CheckTarget {
  if (!item.parent) return { kind: "all" };
  const line = /^line (\d+)$/.exec(item.id)?.[1];
  if (line) return { kind: "line", file: session.file, line: Number(line) };
  const path = item.id.split("\n")[0] ?? "";
  return path === "" ? { kind: "all" } : { kind: "path", path };
}

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
    const [path, parameter] = each.id.split("\n");
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
      await discover(controller, document, sessions.get(document.uri));
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
      discover(controller, document, sessions.get(document.uri)),
    ),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => controller.items.delete(uri.fsPath)),
    sessions.onDidChange((session) => {
      if (!session.running) discoverAll();
    }),
  );
}
