/** Which documents are model files, and what can be read from their text before any run. */
import { join } from "node:path";
import * as vscode from "vscode";
import type { Range, SourceLayer } from "../engine/source";
import { fileOf } from "./files";
import { log } from "./log";
import type { Reading } from "./reading/contract";
import { Reader } from "./reading/reader";

/** The languages of model files. */
export const scripts: ReadonlySet<string> = new Set(["typescript", "javascript"]);

/** On a disk, or not saved yet: what an engine process can load. */
export const modelSelector: vscode.DocumentSelector = [...scripts].flatMap((language) =>
  ["file", "untitled"].map((scheme) => ({ language, scheme })),
);

/** Whether a path is that of a script. */
export function isScriptFile(path: string): boolean {
  return /\.[mc]?[jt]s$/.test(path);
}

const importsGradlens = /["'`]gradlens["'`]/;
/** Stricter, for files that nobody opened: a name in a list of packages is no import. */
const hasImportOfGradlens = /\b(?:from|import|require)\s*\(?\s*["'`]gradlens["'`]/;
const hasHandWrittenBackward = /\bbackward\b|[Bb]ackward\s*[=(]/;

/** A cheap guess, before the text is parsed: it imports Gradlens, or has a backward pass of its own. */
export function mayBeModel(document: vscode.TextDocument): boolean {
  if (vscode.languages.match(modelSelector, document) === 0) return false;
  const known = guesses.get(document);
  if (known?.version === document.version) return known.may;
  const text = document.getText();
  const may = importsGradlens.test(text) || hasHandWrittenBackward.test(text);
  guesses.set(document, { version: document.version, may });
  return may;
}

/** The guess for each document as it is: putting a large text together for every question takes the host's time. */
const guesses = new WeakMap<vscode.TextDocument, { readonly version: number; readonly may: boolean }>();

/** The same for a text alone: a script that imports Gradlens. */
export function importsModel(text: string): boolean {
  return hasImportOfGradlens.test(text);
}

/** In a file that does not import Gradlens, `forward()` and `backward()` without parameters are about something else. */
function takesGradients(text: string): (layer: SourceLayer) => boolean {
  const lines = text.split("\n");
  const hasParameters = (part: Range | null) => {
    const [first = "", ...more] = part ? lines.slice(part.line - 1, part.endLine) : [];
    return part !== null && /^[^(]*\(\s*[^\s)]/.test([first.slice(part.column - 1), ...more].join("\n"));
  };
  return ({ forward, backward }) => hasParameters(forward) && hasParameters(backward);
}

/** Tells of a document that could not be read in time, or that can be again. */
const changedReading = new vscode.EventEmitter<vscode.TextDocument>();
export const onDidChangeReading = changedReading.event;

const reader = new Reader({
  script: join(__dirname, "reading-worker.js"),
  limitMs: 2000,
  idleMs: 60_000,
});

/** What a text holds, and why it was not read; null when it cannot be parsed. */
async function readText(
  text: string,
  file: string,
): Promise<{ readonly reading: Reading | null; readonly late: string | null }> {
  const result = await reader.read(text, file);
  if ("late" in result) log.info(`${file} was not read for its layers: ${result.late}`);
  const { reading, late } = { reading: null, late: null, ...result };
  if (!reading || reading.usesGradlens) return { reading, late };
  return { reading: { ...reading, layers: reading.layers.filter(takesGradients(text)) }, late };
}

/** What a text holds; null when it cannot be parsed, took too long, or holds no model. */
export async function analyseText(text: string, file: string): Promise<Reading | null> {
  return (await readText(text, file)).reading;
}

interface Known {
  version: number;
  answer: Promise<Reading | null>;
  /** What the text last held while it could be parsed: half a line typed must not take the lenses away. */
  lastGood: Reading | null;
  /** Why the last text was not read, though nothing may be wrong with it. */
  late: string | null;
}

const readings = new WeakMap<vscode.TextDocument, Known>();

async function read(document: vscode.TextDocument, known: Known): Promise<Reading | null> {
  const { version } = document;
  const { reading, late } = await readText(document.getText(), fileOf(document.uri));
  // What a text held that has changed meanwhile stands at other places by now.
  if (document.version !== version && !document.isClosed) return analyseDocument(document);
  if ((late === null) !== (known.late === null)) {
    known.late = late;
    changedReading.fire(document);
  }
  if (!reading) return known.lastGood;
  if (!reading.usesGradlens && reading.layers.length === 0) return null;
  known.lastGood = reading;
  return reading;
}

/**
 * What stands in a document, read once per version in a thread of its own; null when it is no model file, never could be
 * parsed, or took too long.
 */
export function analyseDocument(document: vscode.TextDocument): Promise<Reading | null> {
  if (!mayBeModel(document)) return Promise.resolve(null);
  const { version } = document;
  const known: Known = readings.get(document) ?? {
    version: -1,
    answer: Promise.resolve(null),
    lastGood: null,
    late: null,
  };
  readings.set(document, known);
  if (known.version === version) return known.answer;
  known.version = version;
  known.answer = read(document, known);
  return known.answer;
}

/** Whether the text of a document could not be read in time: there are no lenses over it then. */
export function wasTooSlow(document: vscode.TextDocument): boolean {
  return readings.get(document)?.late != null;
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
    changedReading,
    reader,
    { dispose: () => clearTimeout(timer) },
  );
}
