/** The model files of the workspace, found by a look at each script's text, and again when files come, change and go. */
import { readFile, stat } from "node:fs/promises";
import * as vscode from "vscode";
import { ignoredGlobs, matcherOf } from "./globs";
import { log } from "./log";
import { importsModel } from "./model-files";

const scripts = "**/*.{ts,mts,cts,js,mjs,cjs}";
/** Nobody writes larger models by hand. */
const LARGEST_BYTES = 1_000_000;
const IGNORE_BYTES = 100_000;
const AT_ONCE = 16;
const MOST_FILES = 50_000;

/** What is never a person's own model, whatever the settings say. */
const always = ["**/node_modules", "**/.git", "**/*.d.ts", "**/*.d.mts", "**/*.d.cts", "**/*.min.js"];

async function readIgnored(folder: vscode.WorkspaceFolder): Promise<string[]> {
  const path = vscode.Uri.joinPath(folder.uri, ".gitignore").fsPath;
  try {
    const { size } = await stat(path);
    return size > IGNORE_BYTES ? [] : ignoredGlobs(await readFile(path, "utf8"));
  } catch {
    return [];
  }
}

/** The patterns of `files.exclude`, `search.exclude` and the folder's .gitignore. */
async function excludesOf(folder: vscode.WorkspaceFolder): Promise<string[]> {
  const patterns = ["files", "search"].flatMap((section) => {
    const chosen = vscode.workspace.getConfiguration(section, folder.uri).get<object>("exclude") ?? {};
    return Object.entries(chosen).flatMap(([glob, isOn]) => (isOn === true ? [glob] : []));
  });
  return [...always, ...patterns, ...(await readIgnored(folder))];
}

async function isModel({ fsPath }: vscode.Uri): Promise<boolean> {
  try {
    const about = await stat(fsPath);
    return about.isFile() && about.size <= LARGEST_BYTES && canBeChecked(await readFile(fsPath, "utf8"));
  } catch {
    return false;
  }
}

/** Layers alone, which other files import, cannot be run. */
function canBeChecked(text: string): boolean {
  return importsModel(text) && /\bloss\b|backward/i.test(text);
}

export class WorkspaceModels implements vscode.Disposable {
  readonly #found = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidFind = this.#found.event;
  readonly #gone = new vscode.EventEmitter<vscode.Uri>();
  /** A file is no model any more, or is not there. */
  readonly onDidLose = this.#gone.event;
  #searching: Promise<void> | null = null;
  readonly #watchers = new Map<string, vscode.Disposable>();
  readonly #subscription: vscode.Disposable;

  constructor() {
    this.#subscription = vscode.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      for (const { uri } of removed) {
        this.#watchers.get(uri.toString())?.dispose();
        this.#watchers.delete(uri.toString());
      }
      if (this.#searching)
        this.#searching = this.#searching
          .then(() => this.#searchAll(added))
          .catch((error) => log.error(error));
    });
  }

  /** Looks through all folders: the first time, or anew. */
  search(isAnew = false): Promise<void> {
    if (isAnew || !this.#searching) {
      const folders = vscode.workspace.workspaceFolders ?? [];
      this.#searching = (this.#searching ?? Promise.resolve())
        .then(() => this.#searchAll(folders))
        .catch((error) => log.error("The search for model files failed", error));
    }
    return this.#searching;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#found.dispose();
    this.#gone.dispose();
    for (const watcher of this.#watchers.values()) watcher.dispose();
  }

  async #searchAll(folders: readonly vscode.WorkspaceFolder[]): Promise<void> {
    // An engine loads what is on a disk.
    for (const folder of folders) if (folder.uri.scheme === "file") await this.#searchIn(folder);
  }

  async #searchIn(folder: vscode.WorkspaceFolder): Promise<void> {
    const isExcluded = matcherOf(await excludesOf(folder));
    const isWanted = (uri: vscode.Uri) => !isExcluded(relativePath(folder, uri));
    this.#watch(folder, isWanted);
    const pattern = new vscode.RelativePattern(folder, scripts);
    const uris = await vscode.workspace.findFiles(pattern, "**/node_modules/**", MOST_FILES);
    const waiting = uris.filter(isWanted);
    const work = async () => {
      for (let uri = waiting.pop(); uri; uri = waiting.pop()) if (await isModel(uri)) this.#found.fire(uri);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  #watch(folder: vscode.WorkspaceFolder, isWanted: (uri: vscode.Uri) => boolean): void {
    const key = folder.uri.toString();
    this.#watchers.get(key)?.dispose();
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, scripts));
    const look = async (uri: vscode.Uri) => {
      if (!isWanted(uri)) return;
      if (await isModel(uri)) this.#found.fire(uri);
      else this.#gone.fire(uri);
    };
    watcher.onDidCreate(look);
    watcher.onDidChange(look);
    watcher.onDidDelete((uri) => this.#gone.fire(uri));
    this.#watchers.set(key, watcher);
  }
}

function relativePath({ uri: { path: top } }: vscode.WorkspaceFolder, { path }: vscode.Uri): string {
  return path.startsWith(`${top.replace(/\/$/, "")}/`) ? path.slice(top.replace(/\/$/, "").length + 1) : path;
}
