/**
 * Where a person sees how far the work is: in one place at a time. A panel that shows it comes first, then the lenses of
 * the file's editor. Where neither is in sight, it is the status bar, and for what takes long a notification with Cancel.
 */

import * as vscode from "vscode";
import { showPercent } from "../engine/core/number-text";
import { targetTitle } from "./checks";
import { readSetting } from "./config";
import { fileOf } from "./files";
import type { Session } from "./session";

export type ProgressPlace = "panel" | "editor" | "window";

const LONG_MS = 3000;

export function progressPlace(session: Session): ProgressPlace {
  const { visiblePanels, running, uri, file } = session;
  // Every panel shows that its trace is made anew; only one shows checks.
  const isInPanel = running === "check" ? visiblePanels.has("checks") : visiblePanels.size > 0;
  if (isInPanel) return "panel";
  const hasEditor = vscode.window.visibleTextEditors.some(({ document }) => fileOf(document.uri) === file);
  return hasEditor && readSetting("gradlens.codeLens.enabled", uri) ? "editor" : "window";
}

function describe(session: Session): string {
  if (session.state.kind === "running") return session.state.message;
  const { checking, name, isDiagnosing } = session;
  if (!checking) return isDiagnosing ? `Diagnosing ${name}` : name;
  const title = targetTitle(checking.target);
  return checking.message === "" ? title : `${title} · ${checking.message}`;
}

/** For the status bar, where there is little room. */
function brief({ name, checking }: Session): string {
  const fraction = checking?.fraction ?? null;
  return fraction === null ? name : `${name} ${showPercent(fraction)}`;
}

/** Progress in the window, for as long as no place of the work itself shows it. */
class WindowProgress implements vscode.Disposable {
  #shown: { readonly isLong: boolean; readonly report: () => void; readonly end: () => void } | null = null;
  #isLong = false;
  readonly #timer: NodeJS.Timeout;
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly session: Session,
    private readonly title: string,
    private readonly cancel: () => void,
  ) {
    const update = () => this.#update();
    this.#subscriptions = [session.onDidChange(update), vscode.window.onDidChangeVisibleTextEditors(update)];
    this.#timer = setTimeout(() => {
      this.#isLong = true;
      update();
    }, LONG_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#hide();
  }

  #update(): void {
    const isWanted = this.session.isBusy && progressPlace(this.session) === "window";
    if (this.#shown && !(isWanted && this.#shown.isLong === this.#isLong)) this.#hide();
    if (isWanted && !this.#shown) this.#show();
    this.#shown?.report();
  }

  #hide(): void {
    this.#shown?.end();
    this.#shown = null;
  }

  #show(): void {
    const isLong = this.#isLong;
    const { Notification, Window } = vscode.ProgressLocation;
    const location = isLong ? Notification : Window;
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    const shown = { isLong, report: () => {}, end };
    vscode.window.withProgress({ location, title: this.title, cancellable: isLong }, (progress, token) => {
      token.onCancellationRequested(this.cancel);
      let reported = 0;
      shown.report = () => {
        const fraction = Math.max(reported, this.session.checking?.fraction ?? 0);
        const message = isLong ? describe(this.session) : brief(this.session);
        progress.report({ message, increment: (fraction - reported) * 100 });
        reported = fraction;
      };
      shown.report();
      return over;
    });
    this.#shown = shown;
  }
}

/** Runs a task of a session; its token is cancelled when the person cancels. */
export async function showProgress<T>(
  session: Session,
  title: string,
  task: (cancel: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  const cancellation = new vscode.CancellationTokenSource();
  const progress = new WindowProgress(session, title, () => cancellation.cancel());
  try {
    return await task(cancellation.token);
  } finally {
    progress.dispose();
    cancellation.dispose();
  }
}
