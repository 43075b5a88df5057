/** CodeLenses: "gradcheck this layer" over each layer and then its verdict; the loss and its gradient over the loss. */

import * as vscode from "vscode";
import { formatNumber, showPercent } from "../../engine/core/number-text";
import { checkName, markOf } from "../../engine/report/checks";
import type { CheckTarget } from "../../engine/report/questions";
import type { Range, SourceLayer } from "../../engine/source";
import { checksOf, pathsOf, summarize } from "../checks";
import { onDidChangeSetting, readSetting } from "../config";
import { undiagnosedTitle } from "../diagnosis-words";
import { fileOf } from "../files";
import { analyseDocument, modelSelector } from "../model-files";
import { progressPlace } from "../progress";
import type { Reading } from "../reading/contract";
import type { Session } from "../session";
import type { Sessions } from "../sessions";
import { trustMessage } from "../trust";

class Lens extends vscode.CodeLens {
  constructor(
    range: Range,
    readonly document: vscode.TextDocument,
    readonly show: (session: Session | null, document: vscode.TextDocument) => vscode.Command,
  ) {
    super(new vscode.Range(range.line - 1, range.column - 1, range.line - 1, range.column - 1));
  }
}

function staleMark(session: Session): string {
  return session.stale ? ` · before your edit` : "";
}

/** Nothing once the findings are known. */
function diagnosisMark({ last: { diagnosis } }: Session): string {
  if (diagnosis.kind === "ready") return "";
  return diagnosis.kind === "running" ? " · diagnosing …" : ` · ${undiagnosedTitle}`;
}

/** Whether a check takes in a layer of the document. */
function isAbout(target: CheckTarget, layer: SourceLayer, session: Session, uri: vscode.Uri): boolean {
  if (target.kind === "line") return target.line === layer.range.line && target.file === fileOf(uri);
  if (target.kind === "all") return true;
  return pathsOf(layer, session).some((path) => path === target.path || path.startsWith(`${target.path}.`));
}

/** The lens over a layer: an invitation, progress, or the verdict. */
function layerCommand(
  layer: SourceLayer,
  session: Session | null,
  document: vscode.TextDocument,
): vscode.Command {
  const file = fileOf(document.uri);
  const check = { command: "gradlens.gradcheckLayer", arguments: [file, layer.range.line] };
  if (!vscode.workspace.isTrusted) return trustCommand();
  const checking = session?.checking;
  if (session && checking && isAbout(checking.target, layer, session, document.uri)) {
    const percent = checking.fraction === null ? "" : ` ${showPercent(checking.fraction)}`;
    const title = progressPlace(session) === "editor" ? `$(loading~spin) gradcheck${percent}` : "gradcheck …";
    return { title, command: "gradlens.stop", tooltip: "Click to stop" };
  }
  const { unfinished } = session ?? {};
  if (session && unfinished && isAbout(unfinished.target, layer, session, document.uri)) {
    if (unfinished.failure.kind === "cancelled")
      return {
        ...check,
        title: `○ gradcheck stopped`,
        tooltip: "Click to check again",
      };
    const title = `✗ gradcheck did not finish`;
    return { ...check, title, tooltip: unfinished.failure.message };
  }
  const checks = session ? checksOf(layer, session) : [];
  if (!session || checks.length === 0) {
    const tooltip = "Compare this layer's gradients with finite differences";
    return { ...check, title: "gradcheck this layer", tooltip };
  }
  const tooltip = checks.map((each) => `${markOf(each)} ${checkName(each)}: ${each.message}`).join("\n");
  return { ...check, title: summarize(checks) + staleMark(session), tooltip };
}

/** Layers that only the run knows: those made in a callback, in a list, or by a function of another file. */
function layersOfRun(session: Session, { layers }: Reading, { uri }: vscode.TextDocument): SourceLayer[] {
  const known = new Set(layers.map(({ range }) => range.line));
  return (session.report?.scopes ?? []).flatMap(({ site, path, type }): SourceLayer[] => {
    const place = site?.file === fileOf(uri) && path !== "" ? session.edits.locate(site) : null;
    if (!place || known.has(place.start.line + 1)) return [];
    known.add(place.start.line + 1);
    const { start, end } = place;
    const range = {
      line: start.line + 1,
      column: start.character + 1,
      endLine: end.line + 1,
      endColumn: end.character + 1,
    };
    return [{ kind: "module", name: path, owner: null, type, range, forward: null, backward: null }];
  });
}

function trustCommand(): vscode.Command {
  const title = "Trust this workspace to run gradcheck";
  return { title, command: "workbench.trust.manage", tooltip: trustMessage };
}

/** The lens over the loss: an invitation to trace, or the value and the norm of the whole gradient. */
function lossCommand(session: Session | null, document: vscode.TextDocument): vscode.Command {
  const file = fileOf(document.uri);
  const trace = { command: "gradlens.traceBackprop", arguments: [file] };
  if (!vscode.workspace.isTrusted) return trustCommand();
  if (session?.state.kind === "running") {
    const isHere = progressPlace(session) === "editor" && !session.checking;
    const title = `${isHere ? "$(loading~spin) " : ""}tracing …`;
    return { title, command: "gradlens.stop", tooltip: "Click to stop" };
  }
  const loss = session?.report?.loss;
  const stopped = session?.state.kind === "stopped" ? ` · stopped` : "";
  if (!session || !loss)
    return {
      ...trace,
      title: `trace backprop${stopped}`,
      tooltip: "Run this file and see its gradients",
    };
  const norm = session.report?.scopes[0]?.gradNorm ?? null;
  const gradient = norm === null ? "" : ` · ‖∇‖ ${formatNumber(norm)}`;
  const title = `loss ${formatNumber(loss.value)}${gradient}${diagnosisMark(session)}${staleMark(session)}`;
  if (session.stale) return { ...trace, title, tooltip: "Click to trace again" };
  return {
    title,
    command: "gradlens.showGradients",
    arguments: [file],
    tooltip: "Show the gradient of every layer",
  };
}

/** An editor that loses the focus drops the refresh that is due, and would show what was. */
const AGAIN_MS = 1000;

class LensProvider implements vscode.CodeLensProvider<Lens>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(private readonly sessions: Sessions) {
    let timer: NodeJS.Timeout | undefined;
    const refresh = () => {
      this.#changed.fire();
      clearTimeout(timer);
      timer = setTimeout(() => this.#changed.fire(), AGAIN_MS);
    };
    this.#subscriptions = [
      this.#changed,
      sessions.onDidChange(refresh),
      onDidChangeSetting(["gradlens.codeLens.enabled"], refresh),
      vscode.workspace.onDidGrantWorkspaceTrust(refresh),
      { dispose: () => clearTimeout(timer) },
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<Lens[]> {
    if (!readSetting("gradlens.codeLens.enabled", document.uri)) return [];
    const analysis = await analyseDocument(document);
    if (!analysis) return [];
    const session = await this.sessions.awake(document.uri);
    const layers = [...analysis.layers, ...(session ? layersOfRun(session, analysis, document) : [])].map(
      (layer) => new Lens(layer.range, document, (...context) => layerCommand(layer, ...context)),
    );
    return analysis.loss ? [...layers, new Lens(analysis.loss, document, lossCommand)] : layers;
  }

  resolveCodeLens(lens: Lens): Lens {
    lens.command = lens.show(this.sessions.about(lens.document.uri), lens.document);
    return lens;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

export function registerCodeLens(sessions: Sessions): vscode.Disposable {
  const provider = new LensProvider(sessions);
  return vscode.Disposable.from(provider, vscode.languages.registerCodeLensProvider(modelSelector, provider));
}
