/**
 * Keeps few traces in memory: those that a person sees or works with, and the last that were. The others sleep in the
 * store until their file is shown, hovered over or asked for.
 */
import { access } from "node:fs/promises";
import * as vscode from "vscode";
import { documentOf, fileOf } from "./files";
import { surplus } from "./idle";
import { log } from "./log";
import type { Panels } from "./panels/index";
import type { Session } from "./session";
import type { Sessions } from "./sessions";
import type { TraceStore } from "./trace-store";

/** More traces than these are not kept in memory, unless more are in sight. */
const MOST_AWAKE = 12;
/** A trace that was made or changed is written first. */
const QUIET_MS = 300;

/** Whether a session is being worked with, or in sight: in an editor of one of its files, or in a panel. */
function isInUse(session: Session, { current }: Sessions): boolean {
  return (
    session === current ||
    session.isBusy ||
    session.visiblePanels.size > 0 ||
    vscode.window.visibleTextEditors.some(({ document }) => session.covers(fileOf(document.uri)))
  );
}

/** Runs something once nothing has asked for it for a while. */
function whenQuiet(task: () => Promise<void>): { readonly ask: () => void } & vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const ask = () => {
    clearTimeout(timer);
    timer = setTimeout(() => task().catch((error) => log.error(error)), QUIET_MS);
  };
  return { ask, dispose: () => clearTimeout(timer) };
}

export function registerSleep(sessions: Sessions, traces: TraceStore, panels: Panels): vscode.Disposable {
  const putToSleep = whenQuiet(async () => {
    await traces.settle();
    const awake = sessions.all
      .filter(({ report }) => report !== null)
      .toSorted((a, b) => a.usedAt - b.usedAt);
    // The store knows no run but the last: what a panel compares stays.
    const isKept = (session: Session) =>
      isInUse(session, sessions) || !traces.holds(session) || (session.isCompared && panels.has(session));
    for (const session of surplus(awake, MOST_AWAKE, isKept)) session.sleep(() => traces.recall(session));
  });
  const forgetDeleted = whenQuiet(async () => {
    for (const session of sessions.all) {
      const isShown = () => isInUse(session, sessions) || documentOf(session.file) || panels.has(session);
      if (isShown() || (await isThere(session.file)) || isShown()) continue;
      sessions.forget(session);
    }
  });
  const look = () => {
    for (const session of sessions.all) if (isInUse(session, sessions)) session.wake();
    putToSleep.ask();
  };
  return vscode.Disposable.from(
    putToSleep,
    forgetDeleted,
    sessions.onDidChange(look),
    vscode.window.onDidChangeVisibleTextEditors(look),
    vscode.workspace.onDidCloseTextDocument(forgetDeleted.ask),
    vscode.workspace.onDidDeleteFiles(forgetDeleted.ask),
    vscode.workspace.onDidRenameFiles(forgetDeleted.ask),
  );
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
