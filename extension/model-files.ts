/** Which documents are model files, and what can be read from their text before any run. */
import * as vscode from "vscode";
import type { Analysis, Range, SourceLayer } from "../engine/source";
import { fileOf } from "./files";
import { log } from "./log";

/** The languages of model files. */
export const scripts: ReadonlySet<string> = new Set(["typescript", "javascript"]);

/** On a disk, or not saved yet: what an engine process can load. */
export const modelSelector: vscode.DocumentSelector = [...scripts].flatMap((language) =>
  ["file", "untitled"].map((scheme) => ({ language, scheme })),
);

/** Whether a path is that of a script. */
export function isModelFile(path: string): boolean {
  return /\.[mc]?[jt]s$/.test(path);
}

const importsGradlens = /["'`]gradlens["'`]/;
/** Stricter, for files that nobody opened: a name in a list of packages is no import. */
const hasImportOfGradlens = /\b(?:from|import|require)\s*\(?\s*["'`]gradlens["'`]/;
const hasHandWrittenBackward = /\bbackward\b|[Bb]ackward\s*[=(]/;

/** A cheap guess, before the text is parsed: it imports Gradlens, or has a backward pass of its own. */
export function mayBeModel(document: vscode.TextDocument): boolean {
  if (vscode.languages.match(modelSelector, document) === 0) return false;
  const text = document.getText();
  return importsGradlens.test(text) || hasHandWrittenBackward.test(text);
}

/** The same for a text alone: a script that imports Gradlens. */
export function importsModel(text: string): boolean {
  return hasImportOfGradlens.test(text);
}

/** What the text last held while it could be parsed: half a line typed must not take the lenses away. */
const lastGood = new WeakMap<vscode.TextDocument, Analysis>();

/** In a file that does not import Gradlens, `forward()` and `backward()` without parameters are about something else. */
function takesGradients(text: string): (layer: SourceLayer) => boolean {
  const lines = text.split("\n");
  const hasParameters = (part: Range | null) => {
    const [first = "", ...more] = part ? lines.slice(part.line - 1, part.endLine) : [];
    return part !== null && /^[^(]*\(\s*[^\s)]/.test([first.slice(part.column - 1), ...more].join("\n"));
  };
  return ({ forward, backward }) => hasParameters(forward) && hasParameters(backward);
}

/** What a text holds; null when it cannot be parsed, or holds no model. */
export async function analyseText(text: string, file: string): Promise<Analysis | null> {
  const { analyse } = await import("../engine/source/analyse");
  const { analysis } = analyse(text, file);
  if (!analysis) return null;
  return analysis.usesGradlens
    ? analysis
    : { ...analysis, layers: analysis.layers.filter(takesGradients(text)) };
}

interface Reading {
  readonly version: number;
  readonly analysis: Promise<Analysis | null>;
}

const readings = new WeakMap<vscode.TextDocument, Reading>();

async function read(document: vscode.TextDocument): Promise<Analysis | null> {
  try {
    const analysis = await analyseText(document.getText(), fileOf(document.uri));
    if (!analysis) return lastGood.get(document) ?? null;
    if (!analysis.usesGradlens && analysis.layers.length === 0) return null;
    lastGood.set(document, analysis);
    return analysis;
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
