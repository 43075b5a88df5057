// An extension host as a browser has it: VS Code's API as far as saved traces need it, and nothing of Node.
import { readFileSync } from "node:fs";
import type { createContext, runInContext } from "node:vm";

export interface OpenedEditor {
  readonly html: string;
  fromPage(message: unknown): void;
  toPage(listener: (message: unknown) => void): void;
}

interface Realm {
  readonly createContext: typeof createContext;
  readonly runInContext: typeof runInContext;
}

const nothing = { dispose() {} };
const never = () => nothing;

function uri(path: string): object {
  return {
    scheme: "vscode-vfs",
    path,
    toString: () => `vscode-vfs:${path}`,
    with: (parts: { path: string }) => uri(parts.path),
  };
}

interface Provider {
  openCustomDocument(at: object): object;
  resolveCustomEditor(document: object, view: object): Promise<void>;
}

/** Runs a bundle in a realm of its own; `open` opens bytes as the file at a path, which is the only one that there is. */
export function browserHost(bundle: string, { createContext, runInContext }: Realm) {
  const commands = new Map<string, () => void>();
  const said: string[] = [];
  const files = new Map<string, Uint8Array>();
  let provider: Provider | null = null;
  const log = { dispose() {}, info() {}, warn() {}, error: (...text: unknown[]) => console.error(...text) };
  const vscode = {
    window: {
      createOutputChannel: () => log,
      showInformationMessage: async (text: string) => void said.push(text),
      registerCustomEditorProvider: (_: string, given: Provider) => {
        provider = given;
        return nothing;
      },
    },
    workspace: {
      textDocuments: [],
      getWorkspaceFolder: () => undefined,
      onDidSaveTextDocument: never,
      createFileSystemWatcher: () => ({ ...nothing, onDidChange: never, onDidCreate: never }),
      fs: {
        stat: async ({ path }: { path: string }) => {
          const found = files.get(path);
          if (!found) throw new Error(`There is no ${path}`);
          return { type: 1, size: found.length };
        },
        readFile: async ({ path }: { path: string }) => files.get(path),
      },
    },
    commands: {
      registerCommand: (id: string, run: () => void) => {
        commands.set(id, run);
        return nothing;
      },
    },
    env: { language: "en" },
    Uri: {
      joinPath: ({ path }: { path: string }, ...parts: string[]) =>
        uri(new URL(parts.join("/"), `file://${path}/`).pathname),
    },
    RelativePattern: class {},
    FileType: { File: 1 },
  };
  const exported: { activate?: (context: object) => void } = {};
  const require = (name: string) => {
    if (name !== "vscode") throw new Error(`There is no ${name} in a browser`);
    return vscode;
  };
  const { TextDecoder, TextEncoder, URL: Url, crypto, performance } = globalThis;
  const timers = { setTimeout, clearTimeout, queueMicrotask, AbortController };
  const globals = { TextDecoder, TextEncoder, URL: Url, crypto, performance, console, ...timers };
  const realm = createContext({ ...globals, require, exports: exported, module: { exports: exported } });
  runInContext(
    `self = globalThis; (() => { ${bundle}\n; Object.assign(exports, module.exports); })()`,
    realm,
  );
  const packageJSON: unknown = JSON.parse(readFileSync("package.json", "utf8"));
  return {
    commands,
    said,
    activate: () =>
      exported.activate?.({ extension: { packageJSON }, extensionUri: uri("/extension"), subscriptions: [] }),
    async open(path: string, bytes: Uint8Array): Promise<OpenedEditor> {
      files.set(path, bytes);
      let heard: (message: unknown) => void = () => undefined;
      let receive: (message: unknown) => void = () => undefined;
      const webview = {
        html: "",
        options: {},
        cspSource: "https://page",
        asWebviewUri: (each: object) => each,
        onDidReceiveMessage: (listener: typeof receive) => {
          receive = listener;
          return nothing;
        },
        postMessage: async (message: unknown) => heard(message),
      };
      const view = { webview, visible: true, onDidChangeViewState: never, onDidDispose: never };
      if (!provider) throw new Error("No editor was registered");
      const document = provider.openCustomDocument(uri(path));
      await provider.resolveCustomEditor(document, view);
      return {
        html: webview.html,
        fromPage: (message) => receive(message),
        toPage: (listener) => {
          heard = listener;
        },
      };
    },
  };
}
