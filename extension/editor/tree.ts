/** The view "Trace": layers and parameters by the norm of their gradient, findings, and checks. */

import * as vscode from "vscode";
import { formatNumber, formatShape, showCount, showTimes } from "../../engine/core/number-text";
import { checkName } from "../../engine/report/checks";
import type { Check, Finding, ReportParameter, ReportScope, Site } from "../../engine/report/report";
import { byGravity } from "../../engine/report/severity";
import { describeOutcome, verdictTitle } from "../checks";
import type { InPanel } from "../command-target";
import { undiagnosedTitle, whyUndiagnosed } from "../diagnosis-words";
import { currentRange, describeSite, isOwnFile } from "../places";
import type { Session } from "../session";
import type { Sessions } from "../sessions";

/** An entry that knows its children. */
class Entry extends vscode.TreeItem implements InPanel {
  readonly inPanel?: Required<InPanel>["inPanel"];

  constructor(
    label: string,
    readonly children: readonly Entry[],
    options: Partial<vscode.TreeItem & InPanel>,
  ) {
    const { None, Collapsed } = vscode.TreeItemCollapsibleState;
    super(label, children.length === 0 ? None : Collapsed);
    Object.assign(this, options);
  }
}

const { Expanded } = vscode.TreeItemCollapsibleState;

function showPlace(site: Site | null, session: Session): Partial<vscode.TreeItem> {
  // What lies elsewhere is not opened by a click in passing.
  if (!site || !isOwnFile(site.file, session)) return {};
  const { uri, range } = currentRange(site, session);
  const title = "Show in the editor";
  return { command: { command: "vscode.open", title, arguments: [uri, { selection: range }] } };
}

function normOf({ gradNorm }: { readonly gradNorm: number | null }): string {
  return gradNorm === null ? "no gradient" : `‖∇‖ ${formatNumber(gradNorm, 3)}`;
}

function byNorm<T extends { readonly gradNorm: number | null }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (b.gradNorm ?? -1) - (a.gradNorm ?? -1));
}

function parameterEntry(parameter: ReportParameter, session: Session): Entry {
  const { name, node, shape } = parameter;
  const title = "Show in graph";
  return new Entry(name.split(".").at(-1) ?? name, [], {
    description: `${normOf(parameter)} · ${formatShape(shape)}`,
    tooltip: name,
    iconPath: new vscode.ThemeIcon("symbol-variable"),
    command: { command: "gradlens.showGraph", title, arguments: [session.file, node] },
  });
}

function layerEntry(scope: ReportScope, own: readonly ReportParameter[], session: Session): Entry {
  const parameters = byNorm(own).map((parameter) => parameterEntry(parameter, session));
  return new Entry(scope.path === "" ? session.name : scope.path, parameters, {
    description: scope.type === "" ? normOf(scope) : `${normOf(scope)} · ${scope.type}`,
    tooltip: `${showCount(scope.parameters)} parameters`,
    iconPath: new vscode.ThemeIcon("symbol-class"),
    ...showPlace(scope.site, session),
  });
}

function layerEntries(session: Session): Entry[] {
  const { scopes, parameters } = session.report ?? { scopes: [], parameters: [] };
  const owned = scopes.map((scope, index) => ({
    ...scope,
    own: parameters.filter((each) => each.scope === index),
  }));
  return byNorm(owned.filter(({ own }) => own.length > 0)).map((scope) =>
    layerEntry(scope, scope.own, session),
  );
}

/** "vanishing-gradient" as a title: "Vanishing gradient". */
function ruleTitle({ rule, title }: Finding): string {
  const words = rule.replaceAll("-", " ");
  return title ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** A click shows its line; the button beside it, and a click where there is no line, the panel. */
function findingEntry(finding: Finding, index: number, session: Session): Entry {
  const { message, severity, site } = finding;
  const inPanel = [session.file, index] as const;
  const title = "Show in Findings";
  return new Entry(ruleTitle(finding), [], {
    description: site ? describeSite(site) : "",
    tooltip: message,
    iconPath: new vscode.ThemeIcon(severity, new vscode.ThemeColor(`gradlens.finding.${severity}Foreground`)),
    contextValue: "finding",
    command: { command: "gradlens.showFindings", title, arguments: [...inPanel] },
    ...showPlace(site, session),
    inPanel,
  });
}

function findingEntries(session: Session): Entry[] {
  const all = (session.report?.findings ?? []).map((finding, index) => ({ finding, index }));
  return all
    .toSorted((a, b) => byGravity(a.finding, b.finding))
    .map(({ finding, index }) => findingEntry(finding, index, session));
}

/** How much there is to mend, beside the view's icon. */
function badgeOf({ last, stale, isDiagnosing }: Session, shown = 0): vscode.ViewBadge | undefined {
  // The number of the run before stays until there is another one.
  if (isDiagnosing) return { value: shown, tooltip: "Diagnosing …" };
  const value = last.findings.length;
  if (value === 0) return undefined;
  return { value, tooltip: `${showTimes(value, "finding")}${stale ? " before your edit" : ""}` };
}

const toneColors: Readonly<Record<Check["look"]["tone"], string>> = {
  ok: "gradlens.check.passedForeground",
  error: "gradlens.check.failedForeground",
  warning: "gradlens.check.notedForeground",
  info: "gradlens.finding.infoForeground",
};

function checkEntry(check: Check, session: Session): Entry {
  const { outcome, complete, look } = check;
  const color = new vscode.ThemeColor(toneColors[look.tone]);
  return new Entry(checkName(check), [], {
    description: outcome === "pass" || !complete ? describeOutcome(check) : verdictTitle(check),
    tooltip: check.message,
    iconPath: new vscode.ThemeIcon(look.icon, color),
    ...showPlace(check.culprit?.site ?? check.site, session),
  });
}

function rootsOf(session: Session): Entry[] {
  if (!session.report) return [];
  const stale = session.stale ? "before your edit" : "";
  const root = (label: string, children: Entry[], none: string) =>
    new Entry(label, children, {
      description: [children.length === 0 ? none : String(children.length), stale]
        .filter((part) => part !== "")
        .join(" · "),
      ...(children.length > 0 ? { collapsibleState: Expanded } : {}),
    });
  return [
    root("Layers", layerEntries(session), "no layer has parameters"),
    findingsRoot(session) ?? root("Findings", findingEntries(session), "none"),
    root(
      "Checks",
      session.checks.map((check) => checkEntry(check, session)),
      "none yet",
    ),
  ];
}

/** In the place of findings of which nothing is known. */
function findingsRoot({ last: { diagnosis } }: Session): Entry | null {
  if (diagnosis.kind === "ready") return null;
  const [description, icon] =
    diagnosis.kind === "running" ? ["diagnosing …", "loading~spin"] : [undiagnosedTitle, "question"];
  const iconPath = new vscode.ThemeIcon(icon);
  return new Entry("Findings", [], { description, iconPath, tooltip: whyUndiagnosed(diagnosis) });
}

/** What stands above the entries, or in their place. */
function messageFor({ state, report }: Session): string {
  if (state.kind === "failed") return `The last run failed: ${state.message}`;
  if (state.kind === "running") return report ? "" : state.message;
  if (state.kind !== "stopped") return "";
  return report
    ? "Stopped. Shown below is what was known before."
    : "Stopped before there was anything to show.";
}

export function registerTree(sessions: Sessions): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const treeDataProvider: vscode.TreeDataProvider<Entry> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: (entry) => entry,
    getChildren: (entry) => [...(entry ? entry.children : sessions.current ? rootsOf(sessions.current) : [])],
  };
  const view = vscode.window.createTreeView("gradlens.trace", { treeDataProvider, showCollapseAll: true });
  const update = () => {
    view.description = sessions.current?.name ?? "";
    view.badge = sessions.current ? badgeOf(sessions.current, view.badge?.value) : undefined;
    view.message = sessions.current ? messageFor(sessions.current) : "";
    changed.fire();
  };
  // A check reports its progress often; the tree shows none of it.
  let timer: NodeJS.Timeout | undefined;
  const updateSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(update, 100);
  };
  const stop = { dispose: () => clearTimeout(timer) };
  return vscode.Disposable.from(changed, view, sessions.onDidChange(updateSoon), stop);
}
