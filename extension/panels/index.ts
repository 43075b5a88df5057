/** The map of panels: one of a kind for each traced file, restored after a reload of the window. */
import * as vscode from "vscode";
import { type PanelName, panelNames, panels } from "../../webview/panels";
import { fileTitles } from "../file-titles";
import { fileOf, uriOf } from "../files";
import type { Session } from "../session";
import type { Sessions } from "../sessions";
import type { TraceStore } from "../trace-store";
import { resourceRoots } from "./html";
import { Panel } from "./panel";

export class Panels implements vscode.Disposable {
  readonly #open = new Map<string, Panel>();
  readonly #serializers: vscode.Disposable[];

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly sessions: Sessions,
    private readonly traces: TraceStore,
  ) {
    this.#serializers = panelNames.map((name) =>
      vscode.window.registerWebviewPanelSerializer(viewType(name), {
        deserializeWebviewPanel: (view, kept: unknown) => this.#restore(name, view, kept),
      }),
    );
  }

  /** What the panel is about in which a person works. */
  get active(): Session | null {
    return [...this.#open.values()].find(({ view }) => view.active)?.session ?? null;
  }

  /** Opens a panel beside the editor, or reveals it; the keyboard stays where it is. */
  show(name: PanelName, session: Session, node?: number): void {
    const known = this.#open.get(keyOf(name, session.file));
    if (known) known.view.reveal(undefined, true);
    const panel = known ?? this.#create(name, session);
    if (node !== undefined) panel.select(node);
  }

  /** Where a new trace is seen: in the panels of the file that are in sight, else in the last one that was, else in a graph. */
  showTrace(session: Session): void {
    const own = [...this.#open.values()].filter((panel) => panel.session === session);
    if (own.some(({ view }) => view.visible)) return;
    const last = own.toSorted((a, b) => b.seenAt - a.seenAt)[0];
    this.show(last?.name ?? "graph", session);
  }

  /** Whether a session has a panel, be it out of sight. */
  has(session: Session): boolean {
    return [...this.#open.values()].some((panel) => panel.session === session);
  }

  dispose(): void {
    for (const panel of this.#open.values()) panel.dispose();
    for (const serializer of this.#serializers) serializer.dispose();
  }

  /** A new panel joins the column of those that are open, else it opens beside; never over the text that it is about. */
  #create(name: PanelName, session: Session): Panel {
    const texts = vscode.window.visibleTextEditors.filter(
      ({ document }) => fileOf(document.uri) === session.file,
    );
    const column = [...this.#open.values()]
      .map(({ view }) => view.viewColumn)
      .find((each) => each !== undefined && !texts.some(({ viewColumn }) => viewColumn === each));
    const showOptions = { viewColumn: column ?? vscode.ViewColumn.Beside, preserveFocus: true };
    const options = { enableScripts: true, localResourceRoots: resourceRoots(this.context.extensionUri) };
    const view = vscode.window.createWebviewPanel(viewType(name), panels[name].title, showOptions, options);
    const panel = this.#adopt(name, session, view);
    this.#nameTabs();
    return panel;
  }

  #adopt(name: PanelName, session: Session, view: vscode.WebviewPanel): Panel {
    const key = keyOf(name, session.file);
    const panel = new Panel(name, session, view, this.context.extensionUri);
    this.#open.set(key, panel);
    view.onDidDispose(() => {
      panel.dispose();
      if (this.#open.get(key) === panel) this.#open.delete(key);
      this.#nameTabs();
    });
    return panel;
  }

  /** Tabs of files of the same name say which is which, for as long as there are several. */
  #nameTabs(): void {
    const open = [...this.#open.values()];
    const files = fileTitles(open.map(({ session }) => session.file));
    for (const { name, session, view } of open) {
      const title = `${panels[name].title}: ${files.get(session.file) ?? session.name}`;
      if (view.title !== title) view.title = title;
    }
  }

  /** `kept` is what the page wrote down last. The tab keeps its name: those that are not in sight are restored later. */
  async #restore(name: PanelName, view: vscode.WebviewPanel, kept: unknown): Promise<void> {
    const file = typeof kept === "object" && kept !== null ? Reflect.get(kept, "file") : undefined;
    if (typeof file !== "string" || this.#open.has(keyOf(name, file))) {
      view.dispose();
      return;
    }
    const session = this.sessions.openBehind(uriOf(file));
    this.#adopt(name, session, view);
    const trace = await this.traces.find(session.uri);
    if (trace) session.restore(trace);
  }
}

function viewType(name: PanelName): string {
  return `gradlens.${name}`;
}

function keyOf(name: PanelName, file: string): string {
  return `${name}:${file}`;
}
