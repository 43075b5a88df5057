/** One webview panel of one trace: sends it the session's state, and does what it asks. */

import * as vscode from "vscode";
import { showCommand } from "../../webview/panels";
import type { Interrupted, PanelName, StateNews } from "../../webview/protocol";
import { pathAt } from "../checks";
import { applyFix, findingOfRun, ignoreFinding } from "../fixes";
import { log } from "../log";
import { revealSite } from "../places";
import type { Session } from "../session";
import { renderPage, resourceRoots } from "./html";
import type { PanelLine, PanelListener } from "./panel-line";
import { newsFor, type PanelKnowledge, type PanelNews } from "./panel-news";
import { savePicture } from "./save-picture";

export class Panel implements vscode.Disposable {
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #line: Promise<PanelLine>;
  /** What the page knows; null before it listens. */
  #known: PanelKnowledge | null = null;
  /** What is to be shown as soon as the page listens. */
  #selected: PanelNews | null = null;
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
    this.#line = this.#open();
    this.#subscriptions.push(
      view.webview.onDidReceiveMessage((data: unknown) => this.#line.then((line) => line.take(data))),
      session.onDidChange(() => {
        if (this.#known) this.#update();
      }),
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
    // The page is gone, and will say that it is ready when it is there again.
    else this.#known = null;
  }

  /** Goes to a finding of the findings, to a node of the others. */
  select(item: number): void {
    const news: PanelNews =
      this.name === "findings" ? ["explain", { finding: item }] : ["select", { node: item }];
    if (this.#known) this.#tell(news);
    else this.#selected = news;
  }

  dispose(): void {
    this.session.noteSight(this.name, false);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#line.then((line) => line.dispose());
  }

  async #open(): Promise<PanelLine> {
    const { PanelLine } = await import("./panel-line");
    return new PanelLine((envelope) => void this.view.webview.postMessage(envelope), {
      heed: this.#heed,
      answer: (name, params, signal) => this.session.ask(name, params, signal),
      fail: (error) => log.error(`The panel ${this.name} of ${this.session.name}`, error),
    });
  }

  #tell([name, news]: PanelNews): void {
    this.#line.then((line) => line.tell(name, news));
  }

  /** Tells the page what it does not know yet. */
  #update(): void {
    const { report, checks, isCompared, last } = this.session;
    const before = isCompared ? last.previous : null;
    const now = { report, before, checks, state: this.#state() };
    for (const news of newsFor(this.#known, now)) this.#tell(news);
    this.#known = now;
  }

  #state(): StateNews {
    const { file, state, stale, isCompared, checking, last, trials } = this.session;
    // The run before a check is shown as such.
    const isChecking = checking && state.kind !== "running" && (checking.fraction ?? 0) < 1;
    return {
      file,
      trace: state,
      diagnosing: last.diagnosis,
      stale,
      isCompared,
      interrupted: this.#interrupted(),
      checking: isChecking
        ? {
            target: pathAt(checking.target, this.session),
            fraction: checking.fraction,
            doing: checking.message,
          }
        : null,
      findings: last.news,
      trials,
      saved: null,
    };
  }

  #interrupted(): Interrupted | null {
    if (!this.session.unfinished) return null;
    const { target, failure } = this.session.unfinished;
    const { kind, message, hint } = failure;
    return { target: pathAt(target, this.session), reason: kind, message, hint };
  }

  #run(command: string, ...args: readonly unknown[]): void {
    vscode.commands.executeCommand(`gradlens.${command}`, this.session.file, ...args);
  }

  readonly #heed: PanelListener["heed"] = {
    ready: () => {
      this.#known = null;
      this.#update();
      if (this.#selected !== null) this.#tell(this.#selected);
      this.#selected = null;
    },
    reveal: ({ site }) => {
      revealSite(site, this.session);
    },
    model: () => {
      vscode.window.showTextDocument(this.session.uri);
    },
    trace: () => this.#run("traceBackprop"),
    check: ({ target }) =>
      target === null ? this.#run("gradcheckModel") : this.#run("gradcheckLayer", target),
    stop: () => this.session.stop(),
    compare: () => this.#run("compareWithBefore"),
    limit: ({ setting }) => {
      vscode.commands.executeCommand("workbench.action.openSettings", `gradlens.${setting}`);
    },
    show: ({ panel, node }) => this.#run(showCommand(panel), node),
    apply: ({ run, finding, fix }) => {
      const found = findingOfRun(this.session, run, finding)?.fixes[fix];
      if (found) applyFix(this.session, found).catch((error) => log.error(error));
    },
    ignore: ({ run, finding }) => {
      const found = findingOfRun(this.session, run, finding);
      if (found) ignoreFinding(this.session, found).catch((error) => log.error(error));
    },
    copy: ({ text }) => {
      vscode.env.clipboard.writeText(text);
    },
    save: ({ name, bytes }) => {
      savePicture(name, bytes, vscode.Uri.file(this.session.file)).catch((error) => log.error(error));
    },
    error: ({ message }) => log.error(`The panel ${this.name} of ${this.session.name}: ${message}`),
  };
}
