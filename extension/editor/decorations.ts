/** Marks in the gutter and the overview ruler: findings, and layers with the outcome of their gradient check. */

import * as vscode from "vscode";
import { isMeant } from "../../engine/report/checks";
import type { Check, Severity } from "../../engine/report/report";
import { onDidChangeSetting, readSetting } from "../config";
import type { rangeOf } from "../edits";
import { fileOf } from "../files";
import type { Session } from "../session";
import type { Sessions } from "../sessions";

const marks = {
  error: "finding.errorForeground",
  warning: "finding.warningForeground",
  info: "finding.infoForeground",
  passed: "check.passedForeground",
  failed: "check.failedForeground",
  noted: "check.notedForeground",
  stale: "staleForeground",
} as const;

const severityMarks: Readonly<Record<Severity, true>> = { error: true, warning: true, info: true };

const outcomeMarks: Readonly<Record<Check["outcome"], Mark>> = {
  pass: "passed",
  fail: "failed",
  note: "noted",
};

type Mark = keyof typeof marks;
type Ranges = Record<Mark, vscode.Range[]>;

function createType(mark: Mark, extensionUri: vscode.Uri): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    overviewRulerColor: new vscode.ThemeColor(`gradlens.${marks[mark]}`),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
    // Checked layers have a sign of the Test Explorer in the gutter already.
    ...(mark in severityMarks
      ? {
          gutterIconPath: vscode.Uri.joinPath(extensionUri, `media/marks/${mark}.svg`),
          gutterIconSize: "75%",
        }
      : {}),
  });
}

function rangesOf(session: Session | null, file: string): Ranges {
  const ranges: Ranges = { error: [], warning: [], info: [], passed: [], failed: [], noted: [], stale: [] };
  const { report } = session ?? {};
  if (!session || !report) return ranges;
  const add = (mark: Mark, site: { readonly file: string } & Parameters<typeof rangeOf>[0]) => {
    const range = site.file === file ? session.edits.locate(site) : null;
    if (range) ranges[session.stale ? "stale" : mark].push(new vscode.Range(range.start, range.start));
  };
  for (const { site, severity } of report.findings) if (site) add(severity, site);
  for (const check of session.checks) {
    const site = check.culprit?.site ?? check.site;
    // What a comment allows needs no mark.
    if (site && !isMeant(check)) add(outcomeMarks[check.outcome], site);
  }
  return ranges;
}

export function registerDecorations(sessions: Sessions, extensionUri: vscode.Uri): vscode.Disposable {
  const names = Object.keys(marks) as Mark[];
  const types = new Map(names.map((mark) => [mark, createType(mark, extensionUri)]));
  const decorate = (editor: vscode.TextEditor) => {
    const { uri } = editor.document;
    const isWanted = readSetting("gradlens.decorations.enabled", uri);
    const ranges = rangesOf(isWanted ? sessions.about(uri) : null, fileOf(uri));
    for (const [mark, type] of types) editor.setDecorations(type, ranges[mark]);
  };
  const update = () => {
    for (const editor of vscode.window.visibleTextEditors) decorate(editor);
  };
  return vscode.Disposable.from(
    ...types.values(),
    sessions.onDidChange(update),
    vscode.window.onDidChangeVisibleTextEditors(update),
    onDidChangeSetting(["gradlens.decorations.enabled"], update),
  );
}
