/** Inlay hints: the norm of each layer's gradient after the line that makes it. Off by default. */
import * as vscode from "vscode";
import { formatNumber } from "../../engine/core/number-text";
import { onDidChangeSetting, readSetting } from "../config";
import { fileOf } from "../files";
import { modelSelector } from "../model-files";
import type { Session } from "../session";
import type { Sessions } from "../sessions";

function hintsOf(session: Session, document: vscode.TextDocument, shown: vscode.Range): vscode.InlayHint[] {
  const scopes = session.report?.scopes ?? [];
  const norms = new Map<number, readonly string[]>();
  for (const { site, gradNorm, path } of scopes) {
    if (site?.file !== fileOf(document.uri) || gradNorm === null || path === "") continue;
    const range = session.edits.locate(site);
    if (!range || !shown.contains(range.end)) continue;
    const { line } = range.end;
    norms.set(line, [...(norms.get(line) ?? []), formatNumber(gradNorm, 3)]);
  }
  return [...norms].map(([line, texts]) => {
    const text = texts.length > 4 ? `${texts[0]} … ${texts.at(-1)}` : texts.join(", ");
    const hint = new vscode.InlayHint(document.lineAt(line).range.end, `‖∇‖ ${text}`);
    hint.paddingLeft = true;
    hint.tooltip = "Norm of the gradient of this layer's parameters";
    return hint;
  });
}

export function registerInlayHints(sessions: Sessions): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provideInlayHints = async (document: vscode.TextDocument, range: vscode.Range) => {
    const { uri } = document;
    const session = await sessions.awake(uri);
    const isWanted = readSetting("gradlens.inlayHints.enabled", uri);
    return session && isWanted ? hintsOf(session, document, range) : [];
  };
  const provider = { onDidChangeInlayHints: changed.event, provideInlayHints };
  return vscode.Disposable.from(
    changed,
    sessions.onDidChange(() => changed.fire()),
    onDidChangeSetting(["gradlens.inlayHints.enabled"], () => changed.fire()),
    vscode.languages.registerInlayHintsProvider(modelSelector, provider),
  );
}
