/** The editor of one saved trace: the pages of the panels, one at a time, told from the file alone. */
import * as vscode from "vscode";
import { dryRun } from "../../engine/precision/dry-run";
import { isFailed, type PrecisionParams } from "../../engine/report/questions";
import type { Site } from "../../engine/report/report";
import type { Answer, PanelRequest, Params } from "../../engine/report/requests";
import { savedAnswers } from "../../engine/report/saved-answers";
import type { SavedTrace } from "../../engine/report/saved-trace";
import { panelNames } from "../../webview/panels";
import type { PanelName, SavedNews, StateNews } from "../../webview/protocol";
import { renderPage, resourceRoots } from "../panels/html";
import { PanelLine, type PanelListener } from "../panels/panel-line";
import { newsFor, type PanelKnowledge } from "../panels/panel-news";
import { savePicture } from "../panels/save-picture";
import { nameOf, openDocument, type SavedDocument } from "./saved-document";
import { lookAround, revealPlace } from "./saved-places";

/** What helps when a file cannot be shown. */
const AGAIN = "Trace the model again, and save that.";

type Answers = ReturnType<typeof answersOf>;

export class SavedEditor implements vscode.Disposable {
  readonly #line: PanelLine;
  readonly #subscriptions: vscode.Disposable[];
  #document: SavedDocument;
  #answers: Answers | null = null;
  #page: PanelName = "graph";
  /** What the page knows; null before it listens. */
  #known: PanelKnowledge | null = null;
  #selected: number | null = null;

  constructor(
    private readonly uri: vscode.Uri,
    private readonly view: vscode.WebviewPanel,
    private readonly extensionUri: vscode.Uri,
    private readonly fail: (error: unknown) => void,
  ) {
    this.#document = { uri, name: nameOf(uri), saved: null, problem: "" };
    view.webview.options = { enableScripts: true, localResourceRoots: resourceRoots(extensionUri) };
    this.#line = new PanelLine((envelope) => void view.webview.postMessage(envelope), {
      heed: this.#heed,
      answer: (name, params) => this.#answer(name, params),
      fail,
    });
    const folder = vscode.Uri.joinPath(uri, "..");
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(folder, nameOf(uri).replace(/[[\]{}*?]/g, "?")),
    );
    const again = () => void this.read();
    this.#subscriptions = [
      watcher,
      watcher.onDidChange(again),
      watcher.onDidCreate(again),
      view.webview.onDidReceiveMessage((data: unknown) => this.#line.take(data)),
      view.onDidChangeViewState(() => {
        if (!view.visible) this.#known = null;
      }),
      vscode.workspace.onDidSaveTextDocument(() => void this.#update()),
    ];
  }

  /** Reads the file, also when it was written anew, and shows it from the start. */
  async read(): Promise<void> {
    this.#document = await openDocument(this.uri);
    this.#answers = this.#document.saved && answersOf(this.#document.saved);
    this.#open(this.#page);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#line.dispose();
  }

  #open(page: PanelName): void {
    this.#page = page;
    this.#known = null;
    this.view.webview.html = renderPage(this.view.webview, this.extensionUri, page);
  }

  async #answer<N extends PanelRequest>(name: N, params: Params<N>): Promise<Answer<N>> {
    const own: { readonly [K in PanelRequest]?: (params: Params<K>) => object } = this.#answers ?? {};
    const answer = own[name]?.(params);
    if (!answer) throw new Error("this was not saved with the trace");
    if (isFailed(answer)) throw new Error(answer.failure.message);
    return answer as Answer<N>;
  }

  /** Tells a page that listens what it does not know yet. */
  async #update(): Promise<void> {
    const { saved, name, uri } = this.#document;
    const nowhere = { hasModel: false, hasChanged: false };
    const around = saved ? await lookAround(saved, uri).catch(() => nowhere) : nowhere;
    if (!this.#known || saved !== this.#document.saved) return;
    const now = {
      report: saved?.report ?? null,
      before: null,
      checks: saved?.checks ?? [],
      state: this.#state({ name, ...around, ...factsOf(saved) }),
    };
    const known = this.#known === unknown ? null : this.#known;
    this.#known = now;
    for (const [of, news] of newsFor(known, now)) this.#line.tell(of, news);
    if (this.#selected !== null) this.#line.tell("select", { node: this.#selected });
    this.#selected = null;
  }

  #state(saved: SavedNews): StateNews {
    const { problem, saved: trace, uri } = this.#document;
    return {
      file: trace?.report.file ?? uri.path,
      trace: trace
        ? { kind: "ready" }
        : { kind: "failed", reason: "syntax", message: problem, site: null, hint: AGAIN },
      diagnosing: { kind: trace?.report.isUndiagnosed ? "stopped" : "ready" },
      stale: false,
      isCompared: false,
      interrupted: null,
      checking: null,
      findings: null,
      trials: [],
      saved,
    };
  }

  #reveal(place: Site): void {
    const { saved, uri } = this.#document;
    if (!saved) return;
    revealPlace(place, saved, uri).catch(this.fail);
  }

  /** Nothing runs: what would run a model is hidden in the page, and does nothing when it is asked for all the same. */
  readonly #heed: PanelListener["heed"] = {
    ready: () => {
      this.#known = unknown;
      void this.#update();
    },
    reveal: ({ site: place }) => this.#reveal(place),
    model: () => {
      const { file = "" } = this.#document.saved?.report ?? {};
      this.#reveal({ file, line: 1, column: 1, endLine: 1, endColumn: 1 });
    },
    show: ({ panel, node }) => {
      if (!panelNames.includes(panel)) return;
      this.#selected = typeof node === "number" ? node : null;
      this.#open(panel);
    },
    copy: ({ text }) => {
      vscode.env.clipboard.writeText(text);
    },
    save: ({ name, bytes }) => {
      savePicture(name, bytes, this.#document.uri).catch(this.fail);
    },
    error: ({ message }) => this.fail(message),
    trace: () => undefined,
    compare: () => undefined,
    check: () => undefined,
    stop: () => undefined,
    limit: () => undefined,
    apply: () => undefined,
    ignore: () => undefined,
  };
}

/** What a page knows that only just listens. */
const unknown: PanelKnowledge = {
  report: null,
  before: null,
  checks: [],
  state: {
    file: "",
    trace: { kind: "empty" },
    diagnosing: { kind: "ready" },
    stale: false,
    isCompared: false,
    interrupted: null,
    checking: null,
    findings: null,
    trials: [],
    saved: null,
  },
};

/** What can be told without the model. */
function answersOf(saved: SavedTrace) {
  return {
    ...savedAnswers(saved),
    precision: ({ precision }: PrecisionParams) => dryRun(saved.report, saved.elements, precision),
  };
}

function factsOf(saved: SavedTrace | null): Pick<SavedNews, "savedAt" | "leftOut" | "counts"> {
  if (!saved) return { savedAt: 0, leftOut: 0, counts: {} };
  const { savedAt, leftOut, checks, report } = saved;
  return { savedAt, leftOut, counts: { checks: checks.length, findings: report.findings.length } };
}
