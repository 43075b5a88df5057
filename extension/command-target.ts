/** The model file that a command is about: its argument, the active editor, or what was traced last. */
import { isAbsolute } from "node:path";
import * as vscode from "vscode";
import { fileOf, isUntitled, uriOf } from "./files";
import type { Gradlens } from "./gradlens";
import { importsModel, isScriptFile, modelSelector, scripts } from "./model-files";
import type { Session } from "./session";

/** An entry of a view that stands for something in a panel: the model file, and what of it. */
export interface InPanel {
  readonly inPanel?: readonly [file: string, item: number];
}

/** What a panel is asked to show: an entry of a view says it itself. */
export function panelArguments(
  argument: unknown,
  item: unknown,
): readonly [argument: unknown, item: unknown] {
  const isEntry = typeof argument === "object" && argument !== null && "inPanel" in argument;
  const [file, at] = isEntry && Array.isArray(argument.inPanel) ? argument.inPanel : [argument, item];
  return [file, at];
}

/** An argument that names a file: a URI (editor title, tree), or a path (links in hovers and lenses). */
function namedBy(argument: unknown): vscode.Uri | null {
  if (argument instanceof vscode.Uri) return argument;
  return typeof argument === "string" && isAbsolute(argument) ? uriOf(argument) : null;
}

/** Whether a script can be run itself, or is one that others import. */
const runsItself = /\bloss\b|\.backward\s*\(/;

/** The model of a document, or null when Gradlens cannot run it; a file that is imported leads to the model that was traced. */
function modelOf({ sessions }: Gradlens, document: vscode.TextDocument): vscode.Uri | null {
  const { uri } = document;
  if (vscode.languages.match(modelSelector, document) > 0)
    return runsItself.test(document.getText()) ? uri : (sessions.about(uri)?.uri ?? uri);
  // A new document has no language until a person chooses one.
  return isUntitled(uri) && importsModel(document.getText()) ? uri : null;
}

/** The model file that is named, else that of the active editor; what was traced last only where no script is shown. */
export function findModel(gradlens: Gradlens, argument?: unknown): vscode.Uri | null {
  const named = namedBy(argument);
  if (named) return isScriptFile(fileOf(named)) ? named : null;
  const document = vscode.window.activeTextEditor?.document;
  const isScript = document && (isUntitled(document.uri) || scripts.has(document.languageId));
  return isScript ? modelOf(gradlens, document) : (gradlens.sessions.current?.uri ?? null);
}

/** Says that there is no model file, and what to do instead. */
export function sayNoModel({ toasts }: Gradlens): void {
  toasts.say("no-model", "Open a TypeScript or JavaScript model file first.", {
    "Open Example": () => vscode.commands.executeCommand("gradlens.openExample"),
  });
}

/** The session a command is about, or null after saying what to do instead. */
export function findSession(gradlens: Gradlens, argument?: unknown): Session | null {
  const uri = findModel(gradlens, argument);
  if (uri) return gradlens.sessions.open(uri);
  sayNoModel(gradlens);
  return null;
}
