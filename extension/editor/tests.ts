/** Gradient checks in the Test Explorer: file, layer, parameter. */
import * as vscode from "vscode";
import type { Check } from "../../engine/report";
import { markOf, nameOf, worstTitle } from "../checks";
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

/**
 * Reports a check at its own item, or at the one that was run when it has none. What is not complete is in error: a test
 * that was skipped may not say why. Notes pass, with their text in the output.
 */
function settle(
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

/** What a check says, in the output of its test: also of one that passes. */
function say(run: vscode.TestRun, check: Check, session: Session, item?: vscode.TestItem): void {
  const place = check.culprit?.site ?? check.site;
  const line = `${markOf(check)} ${nameOf(check)}: ${check.message}\r\n`;
  run.appendOutput(line, place ? locate(place, session) : undefined, item);
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
  const said = new Set<Check>();
  for (const each of itemsOf(item)) {
    const { path, parameter } = readId(each.id);
    const own = checks.filter((check) => {
      if (parameter !== undefined) return check.target === path && check.parameter === parameter;
      return each === item || check.target === path;
    });
    for (const check of own) {
      if (!said.has(check)) say(run, check, session, each);
      said.add(check);
    }
    if (run.token.isCancellationRequested) run.skipped(each);
    else if (failure && checks.length === 0) run.errored(each, new vscode.TestMessage(failure.message));
    else settle(run, each, own, session);
  }
}

function fileOf(item: vscode.TestItem): vscode.TestItem {
  return item.parent ? fileOf(item.parent) : item;
}

class GradientTests implements vscode.Disposable {
  readonly #controller = vscode.tests.createTestController("gradlens", vscode.l10n.t("Gradient checks"));
  readonly #subscriptions: vscode.Disposable[] = [this.#controller];
  #runs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly sessions: Sessions) {
    const { Run } = vscode.TestRunProfileKind;
    const run = (request: vscode.TestRunRequest, token: vscode.CancellationToken) =>
      request.continuous ? this.#runOnSave(request, token) : this.#run(request);
    this.#controller.resolveHandler = () => this.#discover();
    this.#controller.refreshHandler = () => this.#discover();
    this.#subscriptions.push(
      this.#controller.createRunProfile(vscode.l10n.t("Gradcheck"), Run, run, true, undefined, true),
      vscode.workspace.onDidOpenTextDocument((document) =>
        discoverTests(this.#controller, document, sessions.get(document.uri)),
      ),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#controller.items.delete(uri.fsPath)),
      sessions.onDidChange(() => this.#discoverSoon()),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #discover(): Promise<void> {
    for (const document of vscode.workspace.textDocuments)
      await discoverTests(this.#controller, document, this.sessions.get(document.uri));
  }

  #discoverSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#runs === 0) this.#discover();
    }, 200);
  }

  /** Runs again whenever one of the files is saved, until the token is cancelled. */
  #runOnSave(request: vscode.TestRunRequest, token: vscode.CancellationToken): void {
    const subscription = vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      const items = request.include ?? [...this.#controller.items].map(([, item]) => item);
      const include = items.filter((item) => fileOf(item).id === uri.fsPath);
      if (include.length > 0) this.#run(new vscode.TestRunRequest(include, request.exclude, request.profile));
    });
    token.onCancellationRequested(() => subscription.dispose());
  }

  async #run(request: vscode.TestRunRequest): Promise<void> {
    if (!(await mayRun())) return;
    const run = this.#controller.createTestRun(request);
    this.#runs += 1;
    try {
      const items = request.include ?? [...this.#controller.items].map(([, item]) => item);
      for (const item of items.filter((each) => !request.exclude?.includes(each))) {
        const { uri } = fileOf(item);
        if (uri && !run.token.isCancellationRequested) await this.#runOne(run, item, this.sessions.open(uri));
      }
    } finally {
      this.#runs -= 1;
      run.end();
      this.#discoverSoon();
    }
  }

  /** A layer of the text becomes, by the first run, the modules that it makes. */
  async #runOne(run: vscode.TestRun, item: vscode.TestItem, session: Session): Promise<void> {
    let items = [item];
    if (!session.report) {
      run.started(item);
      await session.trace(run.token);
      const document = await vscode.workspace.openTextDocument(session.uri);
      if (session.report) await discoverTests(this.#controller, document, session);
      items = this.#madeBy(item);
    }
    for (const each of items) await runItem(run, each, session);
  }

  #madeBy(item: vscode.TestItem): vscode.TestItem[] {
    const modules = [...fileOf(item).children].map(([, child]) => child);
    const made = modules.filter(({ range }) => range?.start.line === item.range?.start.line);
    return !item.parent || made.length === 0 ? [item] : made;
  }
}

export function registerTests(sessions: Sessions): vscode.Disposable {
  return new GradientTests(sessions);
}
