/** All sessions, and which one the views speak of. */
import * as vscode from "vscode";
import { type EngineFiles, EngineProcess } from "./engine-process";
import { fileOf } from "./files";
import { surplus } from "./idle";
import { Session } from "./session";

/** More engine processes than these are not kept waiting: each holds a model in memory. */
const MOST_ENGINES = 3;

export class Sessions implements vscode.Disposable {
  readonly #sessions = new Map<string, Session>();
  readonly #changed = new vscode.EventEmitter<Session>();
  /** A session changed, or another one became the current one. */
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[] = [];
  #current: Session | null = null;

  constructor(private readonly files: EngineFiles) {
    this.#subscriptions.push(
      this.#changed,
      vscode.workspace.onDidChangeTextDocument((event) => {
        for (const session of this.all) session.noteEdit(event);
      }),
      vscode.workspace.onDidOpenTextDocument((document) => {
        for (const session of this.all) if (session.covers(fileOf(document.uri))) session.noteText(document);
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#follow(editor)),
    );
  }

  get all(): Session[] {
    return [...this.#sessions.values()];
  }

  /** The session of the active editor, else the last one that was. */
  get current(): Session | null {
    return this.#current;
  }

  /** The session of a model file, made when there is none. */
  open(uri: vscode.Uri): Session {
    const session = this.#sessions.get(fileOf(uri)) ?? this.#create(uri);
    this.#makeCurrent(session);
    return session;
  }

  /** The same without a person's doing: the views turn to it only when its editor is the active one, or they show none. */
  openBehind(uri: vscode.Uri): Session {
    const session = this.#sessions.get(fileOf(uri)) ?? this.#create(uri);
    if (!this.#current) this.#makeCurrent(session);
    this.#follow(vscode.window.activeTextEditor);
    return session;
  }

  get(uri: vscode.Uri): Session | null {
    return this.#sessions.get(fileOf(uri)) ?? null;
  }

  /** The session that knows most about a file: its own, else the latest whose model imports it. */
  about(uri: vscode.Uri): Session | null {
    const own = this.get(uri);
    if (own?.last.exists) return own;
    return this.all.findLast((session) => session.covers(fileOf(uri))) ?? own;
  }

  /** The same with its report, should that be asleep. */
  async awake(uri: vscode.Uri): Promise<Session | null> {
    const session = this.about(uri);
    await session?.wake();
    return session;
  }

  /** Lets go of a session of which nothing is shown; its file may be gone. */
  forget(session: Session): void {
    this.#sessions.delete(session.file);
    session.dispose();
    this.#updateContext();
  }

  dispose(): void {
    for (const session of this.all) session.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #create(uri: vscode.Uri): Session {
    const session = new Session(uri, new EngineProcess(this.files, uri));
    this.#sessions.set(fileOf(uri), session);
    session.onDidChange(() => {
      if (session.running) this.#rest(session);
      this.#changed.fire(session);
      this.#updateContext();
    });
    return session;
  }

  /** Moves a session to the end of the map, and ends the engines that have waited longest. */
  #rest(session: Session): void {
    this.#sessions.delete(session.file);
    this.#sessions.set(session.file, session);
    // This session's own may be about to start.
    const live = this.all.filter((each) => each.engine.isRunning || each === session);
    for (const old of surplus(live, MOST_ENGINES, ({ isBusy }) => isBusy)) old.engine.kill();
  }

  #follow(editor: vscode.TextEditor | undefined): void {
    const session = editor && this.about(editor.document.uri);
    if (session) this.#makeCurrent(session);
  }

  #makeCurrent(session: Session): void {
    if (this.#current === session) return;
    this.#current = session;
    this.#changed.fire(session);
    this.#updateContext();
  }

  #updateContext(): void {
    const set = (key: string, value: boolean) => vscode.commands.executeCommand("setContext", key, value);
    set("gradlens.hasTrace", this.#sessions.size > 0);
    set(
      "gradlens.running",
      this.all.some(({ isBusy }) => isBusy),
    );
    set(
      "gradlens.checked",
      this.all.some(({ checks }) => checks.length > 0),
    );
  }
}
