/** What VS Code calls first: puts the parts together. Nothing is parsed, forked or drawn before it is needed. */
import * as vscode from "vscode";
import { registerAssistantTools } from "./assistant";
import { registerCommands } from "./commands";
import { registerCodeLens } from "./editor/codelens";
import { registerDecorations } from "./editor/decorations";
import { registerDiagnostics } from "./editor/diagnostics";
import { registerHover } from "./editor/hover";
import { registerInlayHints } from "./editor/inlay-hints";
import { registerQuickFixes } from "./editor/quick-fixes";
import { registerStatus } from "./editor/status";
import { registerTests } from "./editor/tests";
import { registerTree } from "./editor/tree";
import { registerTypesFix } from "./editor/types-fix";
import { log } from "./log";
import { watchModelFiles } from "./model-files";
import { Panels } from "./panels/index";
import { registerRestore } from "./restore";
import { registerRetrace } from "./retrace";
import { registerSavedTraces } from "./saved";
import { Sessions } from "./sessions";
import { registerSleep } from "./sleep";
import { Toasts } from "./toasts";
import { TraceStore } from "./trace-store";
import { registerTrials } from "./trials";

let traces: TraceStore | undefined;
/** Gives the sessions to tests, and nothing to others. */
export function activate(context: vscode.ExtensionContext): { readonly sessions: Sessions } | undefined {
  const { extensionUri, storageUri, globalStorageUri } = context;
  const script = vscode.Uri.joinPath(extensionUri, "dist/engine.js").fsPath;
  const files = { script, codeCache: globalStorageUri.fsPath };
  const sessions = new Sessions(files);
  traces = new TraceStore(storageUri?.fsPath, sessions.onDidChange);
  const panels = new Panels(context, sessions, traces);
  const toasts = new Toasts(context.globalState);
  const gradlens = { context, sessions, panels, toasts };
  context.subscriptions.push(
    log,
    sessions,
    traces,
    panels,
    registerCommands(gradlens),
    registerAssistantTools(gradlens),
    registerHover(sessions),
    registerCodeLens(sessions),
    registerDiagnostics(sessions),
    registerQuickFixes(sessions),
    registerTypesFix(),
    registerInlayHints(sessions),
    registerStatus(sessions),
    registerDecorations(sessions, extensionUri),
    registerTree(sessions),
    registerTests(sessions, toasts),
    registerRestore(sessions, traces),
    registerRetrace(sessions),
    registerTrials(sessions, files),
    registerSleep(sessions, traces, panels),
    registerSavedTraces(extensionUri),
    watchModelFiles(),
  );
  return context.extensionMode === vscode.ExtensionMode.Test ? { sessions } : undefined;
}

/** VS Code waits for this, for a while, when a window closes. */
export function deactivate(): Promise<void> | undefined {
  return traces?.settle();
}
