/** Hovers over identifiers that held a tensor. */
import * as vscode from "vscode";
import { readSetting } from "../config";
import { fileOf } from "../files";
import { analyseDocument, modelSelector } from "../model-files";
import type { Sessions } from "../sessions";
import { histogramsFor } from "./hover-histograms";
import { describeLayer, describeTensor, shownNode } from "./hover-text";
import { lookUp } from "./lookup";

export function registerHover(sessions: Sessions): vscode.Disposable {
  const provideHover = async (
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ) => {
    if (!readSetting("gradlens.hover.enabled", document.uri)) return null;
    const session = await sessions.awake(document.uri);
    if (!session?.report) return null;
    const analysis = await analyseDocument(document);
    if (token.isCancellationRequested) return null;
    const subject = lookUp(session, fileOf(document.uri), position, analysis);
    if (!subject) return null;
    vscode.commands.executeCommand("setContext", "gradlens.hovered", true);
    if (subject.kind === "layer") return new vscode.Hover(describeLayer(subject, session), subject.range);
    const histograms = await histogramsFor(shownNode(subject), session);
    if (token.isCancellationRequested) return null;
    return new vscode.Hover(describeTensor(subject, session, histograms), subject.range);
  };
  return vscode.languages.registerHoverProvider(modelSelector, { provideHover });
}
