/** One webview panel of one trace: sends it the session's state, and does what it asks. */
import * as vscode from "vscode";
import { fits } from "../../engine/report/forms";
import { site } from "../../engine/report/report-form";
import {
  encodeNumbers,
  type FromPanel,
  type Interrupted,
  type PanelName,
  type ToPanel,
} from "../../webview/protocol";
import { pathAt } from "../checks";
import { log } from "../log";
import { revealSite } from "../places";
import type { Session } from "../session";
import { renderPage, resourceRoots } from "./html";

/** Messages of a run reach a panel at most this often; each carries the whole state. */
const RUNNING_MS = 400;

type Sent = Pick<Session, "state" | "report" | "checks" | "stale" | "checking" | "unfinished">;

type Unnumbered<T> = T extends { readonly request: number } ? Omit<T, "request"> : never;
/** What answers a question, without the question's number. */
type Answer = Unnumbered<Exclude<ToPanel, { readonly type: "valuesFailed" }>>;

export class Panel implements vscode.Disposable {
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #waiting: ToPanel[] = [];
  #sent: Sent | null = null;
  #sentAt = 0;
  #seenAt = 0;

  constructor(
    readonly name: PanelName,
    readonly session: Session,
    readonly view: vscode.WebviewPanel,
    extensionUri: vscode.Uri,
  ) {
    const icon = (theme: string) => vscode.Uri.joinPath(extensionUri, `media/marks/panel-${theme}.svg`);
    view.iconPath = { light: icon("light"), dark: icon("dark") };
    view.webview.options = { enableScripts: true, localResourceRoots: resourceRoots(extensionUri) };
    this.#subscriptions.push(
      view.webview.onDidReceiveMessage((message: FromPanel) => this.#receive(message)),
      session.onDidChange(() => this.#update()),
      view.onDidChangeViewState(() => this.#noteSight()),
    );
    this.#noteSight();
    view.webview.html = renderPage(view.webview, extensionUri, name);
  }

  /** When it was in sight last, in milliseconds. */
  get seenAt(): number {
    return this.#seenAt;
  }

  #noteSight(): void {
    this.session.noteSight(this.name, this.view.visible);
    if (this.view.visible) this.#seenAt = performance.now();
  }

  select(node: number): void {
    this.#post({ type: "select", node });
  }

  dispose(): void {
    this.session.noteSight(this.name, false);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Sends at once, or as soon as the page listens. */
  #post(message: ToPanel): void {
    if (this.#sent) this.view.webview.postMessage(encodeNumbers(message));
    else this.#waiting.push(message);
  }

  #sendState(): void {
    const { file, state, report, checks, stale, checking, unfinished } = this.session;
    this.#sent = { state, report, checks, stale, checking, unfinished };
    this.#sentAt = Date.now();
    const interrupted = this.#interrupted();
    this.#post({ type: "state", file, state, report, checks, interrupted, stale });
    this.#sendChecking();
  }

  #sendChecking(): void {
    const { checking, state } = this.session;
    // The run before a check is shown as such.
    if (!checking || state.kind === "running") return;
    const target = pathAt(checking.target, this.session);
    this.#post({ type: "checking", target, fraction: checking.fraction, doing: checking.message });
  }

  #interrupted(): Interrupted | null {
    if (!this.session.unfinished) return null;
    const { target, failure } = this.session.unfinished;
    const { kind, message, hint } = failure;
    return { target: pathAt(target, this.session), reason: kind, message, hint };
  }

  /** Sends what changed since the last message, and no more than that. */
  #update(): void {
    const last = this.#sent;
    if (!last) return;
    const { state, report, checks, stale, checking, unfinished } = this.session;
    const isStillRunning = state.kind === "running" && last.state.kind === "running";
    if (isStillRunning && Date.now() - this.#sentAt < RUNNING_MS) return;
    if (state !== last.state || report !== last.report) {
      this.#sendState();
      return;
    }
    this.#sent = { state, report, checks, stale, checking, unfinished };
    if (stale !== last.stale) this.#post({ type: "stale", stale });
    if (checks !== last.checks || unfinished !== last.unfinished || (last.checking && !checking))
      this.#post({ type: "checks", checks, interrupted: this.#interrupted() });
    if (checking && checking !== last.checking) this.#sendChecking();
  }

  #receive(message: FromPanel): void {
    const run = (command: string, ...args: unknown[]) =>
      vscode.commands.executeCommand(`gradlens.${command}`, this.session.file, ...args);
    switch (message.type) {
      case "ready":
        this.#sendState();
        for (const waiting of this.#waiting.splice(0)) this.#post(waiting);
        break;
      case "reveal":
        if (fits(message.site, site)) revealSite(message.site, this.session);
        break;
      case "trace":
        run("traceBackprop");
        break;
      case "check":
        if (message.target === null) run("gradcheckModel");
        else run("gradcheckLayer", message.target);
        break;
      case "stop":
        this.session.stop();
        break;
      case "limit":
        vscode.commands.executeCommand("workbench.action.openSettings", `gradlens.${message.setting}`);
        break;
      case "show":
        run(showCommands[message.panel], message.node);
        break;
      case "values":
        this.#answer(message.request, async () => {
          const { node, of, start, count } = message;
          return { type: "values", ...(await this.session.ask("values", { node, of, start, count })) };
        });
        break;
      case "details":
        this.#answer(message.request, async () => {
          const params = { ...message.row, start: message.start, count: message.count };
          return { type: "details", ...(await this.session.ask("checkDetails", params)) };
        });
        break;
      case "curve":
        this.#answer(message.request, async () => {
          const params = { ...message.row, index: message.index };
          return { type: "curve", ...(await this.session.ask("checkCurve", params)) };
        });
        break;
      case "copy":
        vscode.env.clipboard.writeText(message.text);
        break;
      case "save":
        savePicture(message.name, message.bytes, this.session.file).catch((error) => log.error(error));
        break;
      case "error":
        log.error(`The panel ${this.name} of ${this.session.name}: ${message.message}`);
        break;
    }
  }

  /** Answers a question of the page, or says why not. */
  async #answer(request: number, find: () => Promise<Answer>): Promise<void> {
    try {
      this.#post({ ...(await find()), request });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#post({ type: "valuesFailed", request, message });
    }
  }
}

/** Asks where to, beside the model file at first, and writes the picture there. */
async function savePicture(name: string, bytes: Uint8Array, file: string): Promise<void> {
  const defaultUri = vscode.Uri.joinPath(vscode.Uri.file(file), "..", name);
  const uri = await vscode.window.showSaveDialog({
    defaultUri,
    filters: { Picture: ["png"] },
  });
  if (uri) await vscode.workspace.fs.writeFile(uri, bytes);
}

const showCommands: Record<PanelName, string> = {
  graph: "showGraph",
  gradients: "showGradients",
  checks: "showChecks",
  findings: "showFindings",
};
