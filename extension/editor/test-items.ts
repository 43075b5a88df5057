/** The tests of the Test Explorer: layers of the text before a run, modules with their parameters after it. */
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path/posix";
import * as vscode from "vscode";
import type { CheckTarget } from "../../engine/report/questions";
import { documentOf, fileOf } from "../files";
import { analyseDocument, analyseText } from "../model-files";
import { currentRange } from "../places";
import type { Reading } from "../reading/contract";
import type { Session } from "../session";

/** Ids: a path for a file, then a line, or a module's path with or without a parameter. */
const LINE = "line ";
const MODULE = "module ";

function idOf(path: string, parameter?: string): string {
  return parameter === undefined ? MODULE + path : `${MODULE}${path}\n${parameter}`;
}

/** What a test stands for; no path for a file or a layer of the text. */
export function readId(id: string): { readonly path?: string; readonly parameter?: string } {
  if (!id.startsWith(MODULE)) return {};
  const [path = "", parameter] = id.slice(MODULE.length).split("\n");
  return parameter === undefined ? { path } : { path, parameter };
}

/** What to check for a test; a tensor that is in no layer is checked with its file. */
export function targetOf({ id, parent }: vscode.TestItem, session: Session): CheckTarget {
  if (!parent) return { kind: "all" };
  if (id.startsWith(LINE)) return { kind: "line", file: session.file, line: Number(id.slice(LINE.length)) };
  const { path = "" } = readId(id);
  return path === "" ? { kind: "all" } : { kind: "path", path };
}

/** The item of a file; made when there is none. */
export function fileItem(controller: vscode.TestController, uri: vscode.Uri): vscode.TestItem {
  const file = fileOf(uri);
  const known = controller.items.get(file);
  if (known) return known;
  const item = controller.createTestItem(file, basename(uri.path), uri);
  item.description = dirname(vscode.workspace.asRelativePath(uri)).replace(/^\.$/, "");
  item.canResolveChildren = true;
  controller.items.add(item);
  return item;
}

/** What stands in a file: in its editor when it is open, else on the disk. */
async function analyseFile(uri: vscode.Uri): Promise<Reading | null> {
  const document = documentOf(fileOf(uri));
  if (document) return analyseDocument(document);
  try {
    return await analyseText(await readFile(uri.fsPath, "utf8"), uri.fsPath);
  } catch {
    return null;
  }
}

/** Layers of the text before a run; after it, modules with their parameters. A file that is no model has no item. */
export async function discoverTests(
  controller: vscode.TestController,
  uri: vscode.Uri,
  session: Session | null,
): Promise<void> {
  const analysis = await analyseFile(uri);
  if (!analysis || (!analysis.usesGradlens && analysis.layers.length === 0)) {
    controller.items.delete(fileOf(uri));
    return;
  }
  const file = fileItem(controller, uri);
  file.canResolveChildren = false;
  if (session?.report) addModules(controller, file, session);
  else {
    const layers = analysis.layers.map(({ name, owner, range }) => {
      const item = controller.createTestItem(`${LINE}${range.line}`, owner ? `${owner}.${name}` : name, uri);
      item.range = new vscode.Range(range.line - 1, range.column - 1, range.endLine - 1, range.endColumn - 1);
      return item;
    });
    file.children.replace(layers);
  }
}

function addModules(controller: vscode.TestController, file: vscode.TestItem, session: Session): void {
  const { scopes, parameters } = session.report ?? { scopes: [], parameters: [] };
  const names = new Map<string, Set<string>>();
  const add = (target: string, parameter: string) => {
    const own = names.get(target) ?? new Set();
    // A layer that was not checked has no parameter: its test is that of the layer.
    names.set(target, parameter === "" ? own : own.add(parameter));
  };
  for (const { name, scope } of parameters) {
    const path = scopes[scope]?.path ?? "";
    add(path, path === "" ? name : name.slice(path.length + 1));
  }
  for (const { target, parameter } of session.checks) add(target, parameter);
  const layers = [...names].map(([path, own]) => {
    const site =
      scopes.find((scope) => scope.path === path)?.site ??
      session.checks.find(({ target }) => target === path)?.site;
    const place = site ? currentRange(site, session) : null;
    const layer = controller.createTestItem(
      idOf(path),
      path || "tensors of the file",
      place?.uri ?? session.uri,
    );
    if (place) layer.range = place.range;
    const tests = [...own].map((name) => {
      const test = controller.createTestItem(idOf(path, name), name, place?.uri ?? session.uri);
      if (place) test.range = place.range;
      return test;
    });
    layer.children.replace(tests);
    return layer;
  });
  file.children.replace(layers);
}
