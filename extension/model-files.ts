/** Which documents are model files, and what can be read from their text before any run. */
import * as vscode from "vscode";
import type { Analysis, Range, SourceLayer } from "../engine/source";
import { log } from "./log";

/** The languages of model files, on a disk: what an engine process can load. */
export const modelSelector: vscode.DocumentSelector = [
  { language: "typescript", scheme: "file" },
  { language: "javascript", scheme: "file" },
];

const importsGradlens = /["'`]gradlens["'`]/;
const hasHandWrittenBackward = /\bbackward\b|[Bb]ackward\s*[=(]/;

/** A cheap guess, before the text is parsed: it imports Gradlens, or has a backward pass of its own. */
export function mayBeModel(document: vscode.TextDocument): boolean {
  if (vscode.languages.match(modelSelector, document) === 0) return false;
  const text = document.getText();
  return importsGradlens.test(text) || hasHandWrittenBackward.test(text);
}

/** What the text last held while it could be parsed: half a line typed must not take the lenses away. */
const lastGood = new WeakMap<vscode.TextDocument, Analysis>();

/** In a file that does not import Gradlens, `forward()` and `backward()` without parameters are about something else. */
function takesGradients(document: vscode.TextDocument): (layer: SourceLayer) => boolean {
  const hasParameters = (part: Range | null) => {
    if (!part) return false;
    const text = document.getText(
      new vscode.Range(part.line - 1, part.column - 1, part.endLine - 1, part.endColumn - 1),
    );
    return /^[^(]*\(\s*[^\s)]/.test(text);
  };
  return ({ forward, backward }) => hasParameters(forward) && hasParameters(backward);
}

interface Reading {
  readonly version: number;
  readonly analysis: Promise<Analysis | null>;
}

const readings = new WeakMap<vscode.TextDocument, Reading>();

async function read(document: vscode.TextDocument): Promise<Analysis | null> {
  const { analyse } = await import("../engine/source/analyse");
  try {
    const { analysis } = analyse(document.getText(), document.uri.fsPath);
    if (!analysis) return lastGood.get(document) ?? null;
    const layers = analysis.usesGradlens ? analysis.layers : analysis.layers.filter(takesGradients(document));
    if (!analysis.usesGradlens && layers.length === 0) return null;
    const known = { ...analysis, layers };
    lastGood.set(document, known);
    return known;
  } catch (error) {
    log.error(`Reading ${document.uri.fsPath} failed`, error);
    return null;
  }
}

/** What stands in a document, read once per version; null when it is no model file or never could be parsed. */
export function analyseDocument(document: vscode.TextDocument): Promise<Analysis | null> {
  if (!mayBeModel(document)) return Promise.resolve(null);
  const known = readings.get(document);
  if (known?.version === document.version) return known.analysis;
  const analysis = read(document);
  readings.set(document, { version: document.version, analysis });
  return analysis;
}

/** Keeps the context key that the menus ask, the paths of the open model files, up to date. */
export function watchModelFiles(): vscode.Disposable {
  let known = "";
  const update = () => {
    const paths = vscode.workspace.textDocuments.filter(mayBeModel).map(({ uri }) => uri.fsPath);
    if (known === paths.join("\n")) return;
    known = paths.join("\n");
    vscode.commands.executeCommand("setContext", "gradlens.modelFiles", paths);
  };
  let timer: NodeJS.Timeout | undefined;
  const updateSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(update, 300);
  };
  update();
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(update),
    vscode.workspace.onDidCloseTextDocument(update),
    vscode.workspace.onDidChangeTextDocument(updateSoon),
    { dispose: () => clearTimeout(timer) },
  );
}
