/** What the hover over a tensor or a layer says, as markdown. */

import * as vscode from "vscode";
import { formatNumber, formatShape, showCount } from "../../engine/core/number-text";
import { checkName } from "../../engine/report/checks";
import type { NodeHistograms } from "../../engine/report/questions";
import type { Check, Finding, Histogram, ReportNode, Stats } from "../../engine/report/report";
import { byGravity } from "../../engine/report/severity";
import { summarize } from "../checks";
import { undiagnosedTitle } from "../diagnosis-words";
import { code, commandLink, linkedCommands, plain } from "../markdown";
import { describeSite } from "../places";
import type { Session } from "../session";
import { readableFormula } from "./formula";
import { histogramImage, histogramText, palettes } from "./histogram";
import { firstThatFit, rowsThatFit } from "./hover-room";
import type { LayerSubject, TensorSubject } from "./lookup";

/** Norms by iteration that fit in one line. */
const MOST_ITERATIONS = 5;
/** Letters of an operation, its derivative and its gain that fit in one line; and of a finding. */
const LONGEST_LINE = 50;
const LONGEST_FINDING = 44;

function themeName(): keyof typeof palettes {
  switch (vscode.window.activeColorTheme.kind) {
    case vscode.ColorThemeKind.Light:
      return "light";
    case vscode.ColorThemeKind.HighContrast:
      return "hc-dark";
    case vscode.ColorThemeKind.HighContrastLight:
      return "hc-light";
    default:
      return "dark";
  }
}

function share(count: number, size: number): string {
  if (count === 0) return "0";
  const percent = (100 * count) / size;
  return `${showCount(count)} (${percent < 1 ? "<1" : Math.round(percent)} %)`;
}

interface Row {
  readonly title: string;
  /** What is left out first when there is little room has the largest. */
  readonly rank: number;
  readonly show: (stats: Stats) => string;
}

const nonFiniteRow: Row = {
  title: "NaN or infinite",
  rank: 2,
  show: ({ nonFinite, size }) => share(nonFinite, size),
};
const zerosRow: Row = {
  title: "zeros",
  rank: 4,
  show: ({ zeros, size }) => share(zeros, size),
};
const rows: readonly Row[] = [
  { title: "norm", rank: 1, show: ({ norm }) => formatNumber(norm) },
  {
    title: "min … max",
    rank: 3,
    show: ({ min, max }) => `${formatNumber(min, 3)} … ${formatNumber(max, 3)}`,
  },
  {
    title: "mean ± std",
    rank: 5,
    show: ({ mean, std }) => `${formatNumber(mean, 3)} ± ${formatNumber(std, 3)}`,
  },
];
const itemRow: Row = { title: "", rank: 1, show: ({ item, mean }) => formatNumber(item ?? mean, 6) };

/** What there is to say of a tensor; that nothing is zero goes without saying. */
function rowsOf({ value, grad }: ReportNode): Row[] {
  if (value.size === 1) return [itemRow];
  const has = (key: "nonFinite" | "zeros") => value[key] > 0 || (grad?.[key] ?? 0) > 0;
  return [...(has("nonFinite") ? [nonFiniteRow] : []), ...rows, ...(has("zeros") ? [zerosRow] : [])];
}

/** Value and gradient side by side, as many rows as fit in beside so many lines of text. */
function table(node: ReportNode, lines: number, histograms: NodeHistograms | null): string {
  const { value, grad } = node;
  const head = `| | value | gradient |\n|:--|--:|--:|`;
  const none = "none";
  // Of a tensor without a finite element there is nothing to say but that.
  const cell = (stats: Stats, row: Row) =>
    stats.size > 1 && stats.nonFinite === stats.size && row !== nonFiniteRow ? "–" : row.show(stats);
  const numbers = rowsThatFit(rowsOf(node), lines).map(
    (row) => `| ${row.title} | ${cell(value, row)} | ${grad ? cell(grad, row) : none} |`,
  );
  const drawn = (of: "value" | "grad", stats: Stats | null) =>
    stats ? picture(of, stats, histograms?.[of] ?? null) : none;
  const pictures = histograms ? [`| | ${drawn("value", value)} | ${drawn("grad", grad)} |`] : [];
  return [head, ...pictures, ...numbers].join("\n");
}

/** The histogram; in the place of the picture, for those who do not see it, stands the same in letters. */
function picture(of: "value" | "grad", { nonFinite, size }: Stats, histogram: Histogram | null): string {
  if (nonFinite === size || !histogram) return "–";
  const what = of === "value" ? "Histogram of the values" : "Histogram of the gradient";
  const range = `${formatNumber(histogram.low, 3)} … ${formatNumber(histogram.high, 3)}`;
  const alt = `${what}, ${range}: ${histogramText(histogram)}`;
  return `![${alt}](${histogramImage(histogram, palettes[themeName()][of])})`;
}

function heading({ name, nodes }: TensorSubject, node: ReportNode, links: readonly string[]): string {
  const title = name ?? node.name ?? node.op;
  const kind = node.kind === "operation" ? "" : ` · ${node.kind}`;
  const times = nodes.length > 1 ? ` · iteration ${nodes.indexOf(node) + 1} of ${nodes.length}` : "";
  const shape = `${plain(node.dtype)} ${formatShape(node.shape)}`;
  return `**${plain(title)}** · ${shape}${kind}${times} &nbsp; ${links.join(" &nbsp; ")}`;
}

/** What made it, how that hands gradients back, and how much of them; what does not fit in one line is in the graph. */
function operation({ op, label, role, formula, gain, kind }: ReportNode): string {
  if (kind !== "operation") return "";
  const passes = gain === null || Number.isNaN(gain) ? "" : `gain ${formatNumber(gain, 3)}`;
  const made = label === "" ? op : label;
  const derivative = readableFormula(formula);
  const has = (parts: readonly string[]) => [made, ...parts, passes].join(" · ").length <= LONGEST_LINE;
  const parts = [
    code(made),
    has([role]) && (derivative === "" || has([role, derivative]) || !has([derivative])) ? plain(role) : "",
    derivative !== "" && has([derivative]) ? code(derivative) : "",
    passes,
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

/** The gradient's norm through the iterations; the middle ones are left out when there are many. */
function iterations({ nodes }: TensorSubject): string {
  if (nodes.length < 2) return "";
  const shown = nodes.length <= MOST_ITERATIONS ? nodes : [...nodes.slice(0, 2), null, ...nodes.slice(-2)];
  const norms = shown.map((node) => (node ? (node.grad ? formatNumber(node.grad.norm, 3) : "–") : "…"));
  return `‖∇‖ by iteration: ${norms.join(" → ")}`;
}

/** The gravest finding in one line; Problems and the panel have the whole text, and the others. */
function warning(findings: readonly Finding[], session: Session): string {
  const { kind } = session.last.diagnosis;
  if (kind === "running") return "$(loading~spin) diagnosing …";
  if (kind !== "ready") return `$(question) ${undiagnosedTitle}`;
  const [finding] = findings.toSorted(byGravity);
  if (!finding) return "";
  const icons = { error: "$(error)", warning: "$(warning)", info: "$(info)" };
  const more = findings.length > 1 ? `${findings.length} findings` : "more";
  const link = commandLink({
    title: more,
    command: "gradlens.showFindings",
    args: [session.file],
    hint: finding.message,
  });
  return `${icons[finding.severity]} ${plain(shorten(finding.message, LONGEST_FINDING))} ${link}`;
}

/** What gradient checks came to, as over the layer. */
function verdict(checks: readonly Check[]): string {
  return plain(shorten(summarize(checks), LONGEST_LINE));
}

/** As many whole words as fit. */
function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.lastIndexOf(" ", most);
  return `${text.slice(0, end < 0 ? most : end)} …`;
}

/** Markdown of ours: icons and our own commands, and nothing else may act. */
function markdown(parts: readonly string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString(parts.filter((part) => part !== "").join("\n\n"), true);
  text.isTrusted = { enabledCommands: linkedCommands };
  return text;
}

function staleNote(session: Session): string {
  if (!session.stale) return "";
  const again = commandLink({
    title: "Trace again",
    command: "gradlens.traceBackprop",
    args: [session.file],
  });
  return `$(history) *The file changed since this trace.* ${again}`;
}

function checkLink(title: string, path: string, session: Session): string {
  const hint = `Compare the gradients of ${path} with finite differences`;
  return commandLink({
    title,
    icon: "beaker",
    command: "gradlens.gradcheckLayer",
    args: [session.file, path],
    hint,
  });
}

function noGradient({ grad, requiresGrad }: ReportNode): string {
  if (grad) return "";
  return requiresGrad
    ? "No gradient: the loss does not depend on it."
    : "No gradient: it does not require one.";
}

/** The node of which a hover tells: of several iterations the last one. */
export function shownNode({ nodes }: TensorSubject): ReportNode {
  return nodes.at(-1) as ReportNode;
}

/** @param histograms of the shown node, as far as they are at hand */
export function describeTensor(
  subject: TensorSubject,
  session: Session,
  histograms: NodeHistograms | null,
): vscode.MarkdownString {
  const node = shownNode(subject);
  const ids = new Set(subject.nodes.map(({ id }) => id));
  const findings =
    session.report?.findings.filter(({ node: about }) => about !== null && ids.has(about)) ?? [];
  const scope = session.report?.scopes[node.scope]?.path;
  const links = [
    commandLink({
      title: "Graph",
      icon: "type-hierarchy",
      command: "gradlens.showGraph",
      args: [session.file, node.id],
      hint: "Show in the graph",
    }),
    scope && node.kind !== "input" ? checkLink("Check", scope, session) : "",
  ];
  const above = [heading(subject, node, links), staleNote(session), warning(findings, session)];
  const own = session.checks.filter((check) => node.kind === "parameter" && checkName(check) === node.name);
  const below = [operation(node), noGradient(node), verdict(own), iterations(subject)];
  const lines = [...above, ...below].filter((each) => each !== "").length;
  return markdown([...above, table(node, lines, histograms), ...below]);
}

export function describeLayer({ scope }: LayerSubject, session: Session): vscode.MarkdownString {
  const { path, type, site } = scope;
  const parameters = session.report?.parameters.filter(({ name }) => name.startsWith(`${path}.`)) ?? [];
  const none = "none";
  const norm = scope.gradNorm === null ? none : formatNumber(scope.gradNorm);
  const place = site && site.file !== session.file ? ` · ${plain(describeSite(site))}` : "";
  const above = [
    `**${plain(path)}** · ${plain(type)}${place} &nbsp; ${checkLink("Check", path, session)}`,
    staleNote(session),
    `${showCount(scope.parameters)} parameters, norm of their gradient ${norm}`,
    verdict(session.checks.filter((check) => `${checkName(check)}.`.startsWith(`${path}.`))),
  ].filter((each) => each !== "");
  const { shown, more } = firstThatFit(parameters, above.length);
  const lines = shown.map(
    ({ name, shape, gradNorm }) =>
      `| ${plain(name.slice(path.length + 1))} | ${formatShape(shape)} | ${gradNorm === null ? none : formatNumber(gradNorm)} |`,
  );
  if (more > 0) lines.push(`| … and ${more} more | | |`);
  const head = `| parameter | shape | ‖∇‖ |\n|:--|:--|--:|`;
  return markdown([...above, lines.length === 0 ? "" : [head, ...lines].join("\n")]);
}
