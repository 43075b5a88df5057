/** Inlay hints: the norm of each layer's gradient after the line that makes it. Off by default. */
import * as vscode from "vscode";
import { onDidChangeSetting, readSetting } from "../config";
import { modelSelector } from "../model-files";
import { formatNumber } from "../numbers";
import type { Session } from "../session";
import type { Sessions } from "../sessions";

function hintsOf(session: Session, file: string, shown: vscode.Range): vscode.InlayHint[] {
  const scopes = session.report?.scopes ?? [];
  const norms = new Map<string, { range: vscode.Range; texts: string[] }>();
  for (const { site, gradNorm, path } of scopes) {
    if (site?.file !== file || gradNorm === null || path === "") continue;
    const range = session.edits.locate(site);
    if (!range || !shown.contains(range.end)) continue;
    const key = `${range.end.line}:${range.end.character}`;
    const known = norms.get(key) ?? { range, texts: [] };
    known.texts.push(formatNumber(gradNorm, 3));
    norms.set(key, known);
  }
  return [...norms.values()].map(({ range, texts }) => {
    const text = texts.length > 4 ? `${texts[0]} … ${texts.at(-1)}` : texts.join(", ");
    const hint = new vscode.InlayHint(range.end, `‖∇‖ ${text}`);
    hint.paddingLeft = true;
    hint.tooltip = vscode.l10n.t("Norm of the gradient of this layer's parameters");
    return hint;
  });
}

export function registerInlayHints(sessions: Sessions): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provideInlayHints = ({ uri }: vscode.TextDocument, range: vscode.Range) => {
    const session = sessions.about(uri);
    const isWanted = readSetting("gradlens.inlayHints.enabled", uri);
    return session && isWanted ? hintsOf(session, uri.fsPath, range) : [];
  };
  const provider = { onDidChangeInlayHints: changed.event, provideInlayHints };
  return vscode.Disposable.from(
    changed,
    sessions.onDidChange(() => changed.fire()),
    onDidChangeSetting(["gradlens.inlayHints.enabled"], () => changed.fire()),
    vscode.languages.registerInlayHintsProvider(modelSelector, provider),
  );
}
