// What sessions and panels need of the editor, in plain Node: enough to send a panel its messages.
import { EventEmitter as NodeEmitter } from "node:events";
import { fileURLToPath, pathToFileURL } from "node:url";
import manifest from "../../package.json";

interface Disposable {
  dispose(): void;
}

const nothing: Disposable = { dispose() {} };
const never = () => nothing;

export class EventEmitter<T> implements Disposable {
  readonly #emitter = new NodeEmitter().setMaxListeners(0);

  readonly event = (listener: (value: T) => void): Disposable => {
    this.#emitter.on("event", listener);
    return { dispose: () => this.#emitter.off("event", listener) };
  };

  fire(value: T): void {
    this.#emitter.emit("event", value);
  }

  dispose(): void {
    this.#emitter.removeAllListeners();
  }
}

export class CancellationTokenSource implements Disposable {
  readonly #cancelled = new EventEmitter<void>();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.#cancelled.event };

  cancel(): void {
    if (this.token.isCancellationRequested) return;
    this.token.isCancellationRequested = true;
    this.#cancelled.fire();
  }

  dispose(): void {
    this.#cancelled.dispose();
  }
}

export class Uri {
  readonly scheme = "file";
  readonly path: string;

  private constructor(readonly fsPath: string) {
    this.path = pathToFileURL(fsPath).pathname;
  }

  static file(path: string): Uri {
    return new Uri(path);
  }

  static joinPath(base: Uri, ...parts: readonly string[]): Uri {
    return new Uri(fileURLToPath(new URL(parts.join("/"), `${base}/`)));
  }

  toString(): string {
    return `file://${this.path}`;
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}

  isAfterOrEqual(other: Position): boolean {
    return this.line > other.line || (this.line === other.line && this.character >= other.character);
  }

  isBeforeOrEqual(other: Position): boolean {
    return other.isAfterOrEqual(this);
  }
}

export class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(line: number, character: number, endLine: number, endCharacter: number) {
    this.start = new Position(line, character);
    this.end = new Position(endLine, endCharacter);
  }
}

const say = (...text: readonly unknown[]) => console.error("  ", ...text);

export const extensions = {
  getExtension: () => ({ packageJSON: manifest }),
};
export const window = {
  visibleTextEditors: [],
  activeTextEditor: undefined,
  createOutputChannel: () => ({ ...nothing, trace() {}, debug() {}, info() {}, warn: say, error: say }),
  onDidChangeActiveTextEditor: never,
  onDidChangeVisibleTextEditors: never,
  tabGroups: { all: [], onDidChangeTabs: never, onDidChangeTabGroups: never },
};
export const workspace = {
  isTrusted: true,
  textDocuments: [],
  workspaceFolders: undefined,
  getWorkspaceFolder: () => undefined,
  // Each setting has its default.
  getConfiguration: () => ({ get: () => undefined }),
  onDidChangeTextDocument: never,
  onDidOpenTextDocument: never,
  onDidCloseTextDocument: never,
  onDidChangeConfiguration: never,
};
export const commands = { executeCommand: async () => undefined };
export const env = { language: "en" };
export const ViewColumn = { Beside: -2, One: 1 };
