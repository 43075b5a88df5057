/** The language status item: what runs, on which device the last run was and why. */

import * as vscode from "vscode";
import { formatNumber, showDuration } from "../../engine/core/number-text";
import { whyUndiagnosed } from "../diagnosis-words";
import { modelSelector, onDidChangeReading, wasTooSlow } from "../model-files";
import type { Session } from "../session";
import type { Sessions } from "../sessions";
import { trustMessage } from "../trust";

function describe(item: vscode.LanguageStatusItem, session: Session | null): void {
  item.severity = vscode.LanguageStatusSeverity.Information;
  item.detail = "";
  item.busy = false;
  item.text = "Gradlens";
  if (!vscode.workspace.isTrusted) {
    item.detail = trustMessage;
    item.command = { command: "workbench.trust.manage", title: "Manage Trust" };
    return;
  }
  const file = session ? [session.file] : [];
  const again = {
    command: "gradlens.traceBackprop",
    title: "Trace Backprop",
    arguments: file,
  };
  item.command = session?.isBusy ? { command: "gradlens.stop", title: "Stop" } : again;
  if (!session) return;
  if (session.running) {
    item.text = "Gradlens: running";
    item.detail = session.state.kind === "running" ? session.state.message : "Checking gradients";
    return;
  }
  const { failure, report, stale, isDiagnosing } = session;
  const { diagnosis } = session.last;
  item.busy = isDiagnosing;
  const isStopped = session.state.kind === "stopped";
  if (isStopped && !report) {
    item.text = "Gradlens: stopped";
    item.detail = "The run was ended before there was anything to show.";
  } else if (failure) {
    item.severity = vscode.LanguageStatusSeverity.Error;
    item.text = "Gradlens: the run failed";
    item.detail = failure.message;
  } else if (report) {
    const { device, loss, durationMs } = report;
    item.text = `Gradlens: ${device.used.toUpperCase()}${loss ? ` · loss ${formatNumber(loss.value)}` : ""}`;
    if (isDiagnosing) item.text += " · diagnosing …";
    if (diagnosis.kind === "failed") item.severity = vscode.LanguageStatusSeverity.Warning;
    const parts = [
      device.reason,
      showDuration(durationMs),
      stale ? "the file changed since" : "",
      isStopped ? "the run after it was stopped" : "",
      whyUndiagnosed(diagnosis),
    ];
    item.detail = parts.filter((part) => part !== "").join(" · ");
  }
}

export function registerStatus(sessions: Sessions): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem("gradlens", modelSelector);
  item.name = "Gradlens";
  const update = () => {
    const document = vscode.window.activeTextEditor?.document;
    describe(item, (document && sessions.about(document.uri)) ?? sessions.current);
    if (document && wasTooSlow(document)) {
      const why = "This text could not be read in time: no layers are marked in it.";
      item.detail = [why, item.detail].filter((part) => part !== "").join(" · ");
    }
  };
  update();
  return vscode.Disposable.from(
    item,
    sessions.onDidChange(update),
    onDidChangeReading(update),
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.workspace.onDidGrantWorkspaceTrust(update),
  );
}
