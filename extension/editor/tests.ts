/** Gradient checks in the Test Explorer: file, layer, parameter; of all model files of the workspace. */
import * as vscode from "vscode";
import type { Check } from "../../engine/report/report";
import { fileOf, isUntitled, uriOf } from "../files";
import { terminalLines } from "../printed-lines";
import type { Session } from "../session";
import type { Sessions } from "../sessions";
import type { Toasts } from "../toasts";
import { mayRun } from "../trust";
import { WorkspaceModels } from "../workspace-models";
import { discoverTests, fileItem, readId, targetOf } from "./test-items";
import { itemsOf, placeOf, say, settleTest } from "./test-verdicts";

/** A session changes often while it works. */
const QUIET_MS = 200;

async function runItem(run: vscode.TestRun, item: vscode.TestItem, session: Session): Promise<void> {
  const wanted = targetOf(item, session);
  for (const each of itemsOf(item)) run.started(each);
  const checks = await session.check(wanted, run.token);
  const failure = session.failure ?? session.unfinished?.failure;
  const said = new Set<Check>();
  if (failure && checks.length === 0) run.appendOutput(terminalLines(failure.message), undefined, item);
  for (const each of itemsOf(item)) {
    const own = each === item && !readId(each.id).parameter ? checks : checksAt(each, checks);
    for (const check of own) {
      if (!said.has(check)) say(run, check, each, placeOf(check, session));
      said.add(check);
    }
    if (run.token.isCancellationRequested) run.skipped(each);
    else if (failure && checks.length === 0) run.errored(each, new vscode.TestMessage(failure.message));
    else settleTest(run, each, own, session);
  }
}

/** The checks that a module's item or a parameter's stands for. */
function checksAt({ id }: vscode.TestItem, checks: readonly Check[]): Check[] {
  const { path, parameter } = readId(id);
  return checks.filter(
    ({ target, parameter: own }) => target === path && (parameter === undefined || own === parameter),
  );
}

function topOf(item: vscode.TestItem): vscode.TestItem {
  return item.parent ? topOf(item.parent) : item;
}

/** What the Test Explorer knows of a session. */
interface Seen {
  /** The run of the report. */
  readonly run: string | undefined;
  readonly checks: readonly Check[];
}

function seenOf({ report, checks }: Session): Seen {
  return { run: report?.run, checks };
}

class GradientTests implements vscode.Disposable {
  readonly #controller = vscode.tests.createTestController("gradlens", "Gradient checks");
  readonly #models = new WorkspaceModels();
  readonly #subscriptions: vscode.Disposable[] = [this.#controller, this.#models];
  readonly #seen = new WeakMap<Session, Seen>();
  /** Sessions whose checks are reported by a run of tests. */
  readonly #running = new Set<Session>();
  readonly #changed = new Set<Session>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sessions: Sessions,
    private readonly toasts: Toasts,
  ) {
    const { Run } = vscode.TestRunProfileKind;
    const run = (request: vscode.TestRunRequest, token: vscode.CancellationToken) =>
      request.continuous ? this.#runOnSave(request, token) : this.#run(request);
    this.#controller.resolveHandler = (item) => this.#resolve(item);
    this.#controller.refreshHandler = () => this.#refresh();
    this.#subscriptions.push(
      this.#controller.createRunProfile("Gradcheck", Run, run, true, undefined, true),
      this.#models.onDidFind((uri) => this.#find(uri)),
      this.#models.onDidLose((uri) => this.#discover(uri)),
      vscode.workspace.onDidOpenTextDocument(({ uri }) => this.#discover(uri)),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => this.#discover(uri)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (isUntitled(uri)) this.#controller.items.delete(fileOf(uri));
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#dropOutside()),
      sessions.onDidChange((session) => this.#note(session)),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Of the whole explorer, when a person first looks at it; or of a file that is unfolded. */
  async #resolve(item: vscode.TestItem | undefined): Promise<void> {
    if (item?.uri) return this.#discover(item.uri);
    for (const { uri } of vscode.workspace.textDocuments) await this.#discover(uri);
    await this.#models.search();
  }

  async #refresh(): Promise<void> {
    for (const [, { uri }] of this.#controller.items) if (uri) await this.#discover(uri);
    await this.#models.search(true);
  }

  /** A file of the workspace that nobody needs to have opened: what is in it is read when it is unfolded. */
  #find(uri: vscode.Uri): void {
    const known = this.#controller.items.get(fileOf(uri));
    if (!known) fileItem(this.#controller, uri);
    else if (!known.canResolveChildren) this.#discover(uri);
  }

  async #discover(uri: vscode.Uri): Promise<void> {
    const file = fileOf(uri);
    if (!isUntitled(uri) && uri.scheme !== "file") return;
    const session = this.sessions.get(uri);
    await session?.wake();
    await discoverTests(this.#controller, uriOf(file), session);
  }

  /** A folder that left the workspace takes its files along. */
  #dropOutside(): void {
    for (const [id, { uri }] of this.#controller.items) {
      const isOpen = vscode.workspace.textDocuments.some((document) => fileOf(document.uri) === id);
      if (uri && !isOpen && !vscode.workspace.getWorkspaceFolder(uri)) this.#controller.items.delete(id);
    }
  }

  #note(session: Session): void {
    if (session.last.isAsleep) return;
    const now = seenOf(session);
    const seen = this.#seen.get(session);
    if (seen?.run === now.run && seen?.checks === now.checks) return;
    // The checks of an earlier window come with their report, and are no news.
    if (seen?.run !== now.run) this.#seen.set(session, now);
    this.#changed.add(session);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const changed = [...this.#changed].filter((each) => !this.#running.has(each));
      this.#changed.clear();
      for (const each of changed) this.#follow(each);
    }, QUIET_MS);
  }

  /** Shows what is new of a session: other layers, and verdicts of checks that were not run from here. */
  async #follow(session: Session): Promise<void> {
    const { checks, uri } = session;
    const known = new Set(this.#seen.get(session)?.checks);
    this.#seen.set(session, seenOf(session));
    await this.#discover(uri);
    this.#report(
      session,
      checks.filter((check) => !known.has(check)),
    );
  }

  #report(session: Session, checks: readonly Check[]): void {
    const file = this.#controller.items.get(session.file);
    if (!file || checks.length === 0) return;
    const settled = itemsOf(file).flatMap((item) => {
      const own = item.children.size > 0 ? [] : checksAt(item, checks);
      return own.length > 0 ? [{ item, own }] : [];
    });
    const request = new vscode.TestRunRequest(settled.map(({ item }) => item));
    const run = this.#controller.createTestRun(request, undefined, false);
    for (const { item, own } of settled) {
      // The lens says it at its place already.
      for (const check of own) say(run, check, item);
      settleTest(run, item, own, session);
    }
    run.end();
  }

  /** Runs again whenever one of the files is saved, or one that it imports, until the token is cancelled. */
  #runOnSave(request: vscode.TestRunRequest, token: vscode.CancellationToken): void {
    const subscription = vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      const saved = fileOf(uri);
      const include = this.#chosen(request).filter((item) => {
        const top = topOf(item);
        return top.id === saved || (top.uri && this.sessions.get(top.uri)?.covers(saved));
      });
      if (include.length > 0) this.#run(new vscode.TestRunRequest(include, request.exclude, request.profile));
    });
    token.onCancellationRequested(() => subscription.dispose());
  }

  #chosen({ include, exclude }: vscode.TestRunRequest): vscode.TestItem[] {
    const items = include ?? [...this.#controller.items].map(([, item]) => item);
    return items.filter((each) => !exclude?.includes(each));
  }

  async #run(request: vscode.TestRunRequest): Promise<void> {
    if (!mayRun(this.toasts)) return;
    const run = this.#controller.createTestRun(request);
    try {
      if (!request.include) await this.#models.search();
      for (const item of this.#chosen(request)) {
        const { uri } = topOf(item);
        if (uri && !run.token.isCancellationRequested)
          await this.#runOne(run, item, this.sessions.openBehind(uri));
      }
    } finally {
      run.end();
    }
  }

  /** A layer of the text becomes, by the first run, the modules that it makes. */
  async #runOne(run: vscode.TestRun, item: vscode.TestItem, session: Session): Promise<void> {
    this.#running.add(session);
    try {
      let items = [item];
      await session.wake();
      if (!session.report) {
        run.started(item);
        await session.trace(run.token);
        if (session.report) await this.#discover(session.uri);
        items = this.#madeBy(item);
      }
      for (const each of items) await runItem(run, each, session);
    } finally {
      this.#running.delete(session);
      this.#seen.set(session, seenOf(session));
      // Checks may know of more than the layers of the text.
      await this.#discover(session.uri);
    }
  }

  #madeBy(item: vscode.TestItem): vscode.TestItem[] {
    const modules = [...topOf(item).children].map(([, child]) => child);
    const made = modules.filter(({ range }) => range?.start.line === item.range?.start.line);
    return !item.parent || made.length === 0 ? [item] : made;
  }
}

export function registerTests(sessions: Sessions, toasts: Toasts): vscode.Disposable {
  return new GradientTests(sessions, toasts);
}
