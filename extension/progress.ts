/** Progress of a run: quiet in the status bar, and a notification with Cancel only when it takes long. */
import * as vscode from "vscode";
import { targetTitle } from "./checks";
import type { Session } from "./session";

const LONG_MS = 3000;

function describe(session: Session): string {
  if (session.state.kind === "running") return session.state.message;
  const { checking, name } = session;
  if (!checking) return name;
  const title = targetTitle(checking.target);
  return checking.message === "" ? title : `${title} · ${checking.message}`;
}

/** For the status bar, where there is little room. */
function brief({ name, checking }: Session): string {
  const fraction = checking?.fraction ?? null;
  return fraction === null ? name : `${name} ${Math.round(fraction * 100)} %`;
}

function follow(
  session: Session,
  progress: vscode.Progress<{ message?: string; increment?: number }>,
): vscode.Disposable {
  let reported = 0;
  return session.onDidChange(() => {
    const fraction = session.checking?.fraction ?? reported;
    progress.report({ message: describe(session), increment: Math.max(0, fraction - reported) * 100 });
    reported = Math.max(fraction, reported);
  });
}

/** Runs a task of a session; its token is cancelled when the person cancels. */
export async function showProgress<T>(
  session: Session,
  title: string,
  task: (cancel: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  const cancellation = new vscode.CancellationTokenSource();
  const work = task(cancellation.token);
  const quiet = { location: vscode.ProgressLocation.Window, title };
  vscode.window.withProgress(quiet, async (progress) => {
    progress.report({ message: session.name });
    const following = session.onDidChange(() => progress.report({ message: brief(session) }));
    await settled(work);
    following.dispose();
  });
  const timer = setTimeout(() => {
    const loud = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    vscode.window.withProgress(loud, async (progress, cancel) => {
      cancel.onCancellationRequested(() => cancellation.cancel());
      const following = follow(session, progress);
      await settled(work);
      following.dispose();
    });
  }, LONG_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    cancellation.dispose();
  }
}

async function settled(work: Promise<unknown>): Promise<void> {
  await work.catch(() => {});
}
