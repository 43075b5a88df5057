/** What the hover over a tensor or a layer says, as markdown. */
import * as vscode from "vscode";
import { formatNumber, formatShape, showCount } from "../../engine/number-text";
import type { Finding, ReportNode, Stats } from "../../engine/report";
import { code, commandLink, linkedCommands, plain } from "../markdown";
import { describeSite } from "../places";
import type { Session } from "../session";
import { readableFormula } from "./formula";
import { histogramImage, histogramText, palettes } from "./histogram";
import type { LayerSubject, TensorSubject } from "./lookup";

const MOST_ITERATIONS = 8;

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

type Row = readonly [title: string, show: (stats: Stats) => string];

const rows: readonly Row[] = [
  [vscode.l10n.t("norm"), ({ norm }) => formatNumber(norm)],
  [vscode.l10n.t("mean ± std"), ({ mean, std }) => `${formatNumber(mean, 3)} ± ${formatNumber(std, 3)}`],
  [vscode.l10n.t("min … max"), ({ min, max }) => `${formatNumber(min, 3)} … ${formatNumber(max, 3)}`],
  [vscode.l10n.t("zeros"), ({ zeros, size }) => share(zeros, size)],
];

const nonFiniteRow: Row = [vscode.l10n.t("NaN or infinite"), ({ nonFinite, size }) => share(nonFinite, size)];
const itemRow: Row = ["", ({ item, mean }) => formatNumber(item ?? mean, 6)];
const textRow: Row = ["", ({ histogram }) => histogramText(histogram)];

/** Value and gradient side by side; of a single number only the number. */
function table({ value, grad }: ReportNode): string {
  const hasNonFinite = value.nonFinite > 0 || (grad?.nonFinite ?? 0) > 0;
  const numbers = value.size === 1 ? [itemRow] : [...(hasNonFinite ? [nonFiniteRow] : []), ...rows, textRow];
  const head = `| | ${vscode.l10n.t("value")} | ${vscode.l10n.t("gradient")} |\n|:--|--:|--:|`;
  const none = vscode.l10n.t("none");
  // Of a tensor without a finite element there is nothing to say but that.
  const cell = (stats: Stats, [, show]: Row) =>
    stats.size > 1 && stats.nonFinite === stats.size && show !== nonFiniteRow[1] ? "–" : show(stats);
  const lines = numbers.map(
    (row) => `| ${row[0]} | ${cell(value, row)} | ${grad ? cell(grad, row) : none} |`,
  );
  const pictures =
    value.size === 1 ? [] : [`| | ${picture("value", value)} | ${grad ? picture("grad", grad) : none} |`];
  return [head, ...pictures, ...lines].join("\n");
}

function picture(of: "value" | "grad", { histogram, nonFinite, size }: Stats): string {
  if (nonFinite === size) return "–";
  const what =
    of === "value" ? vscode.l10n.t("Histogram of the values") : vscode.l10n.t("Histogram of the gradient");
  const alt = `${what}, ${formatNumber(histogram.low)} … ${formatNumber(histogram.high)}`;
  return `![${alt}](${histogramImage(histogram, palettes[themeName()][of])})`;
}

function heading({ name, nodes }: TensorSubject, node: ReportNode, links: readonly string[]): string {
  const title = name ?? node.name ?? node.op;
  const kind = node.kind === "operation" ? "" : ` · ${node.kind}`;
  const times =
    nodes.length > 1
      ? ` · ${vscode.l10n.t("iteration {0} of {1}", nodes.indexOf(node) + 1, nodes.length)}`
      : "";
  const shape = `${plain(node.dtype)} ${formatShape(node.shape)}`;
  return `**${plain(title)}** · ${shape}${kind}${times} &nbsp; ${links.join(" &nbsp; ")}`;
}

/** What made it, how that hands gradients back, and how much of them. */
function operation({ op, label, role, formula, gain, kind }: ReportNode): string {
  if (kind !== "operation") return "";
  const passes = gain === null || Number.isNaN(gain) ? "" : vscode.l10n.t("gain {0}", formatNumber(gain, 3));
  const derivative = formula === "" ? "" : code(readableFormula(formula));
  return [code(label === "" ? op : label), plain(role), derivative, passes]
    .filter((part) => part !== "")
    .join(" · ");
}

/** The gradient's norm through the iterations; the middle ones are left out when there are many. */
function iterations({ nodes }: TensorSubject): string {
  if (nodes.length < 2) return "";
  const shown = nodes.length <= MOST_ITERATIONS ? nodes : [...nodes.slice(0, 4), null, ...nodes.slice(-3)];
  const norms = shown.map((node) => (node ? (node.grad ? formatNumber(node.grad.norm, 3) : "–") : "…"));
  return `${vscode.l10n.t("‖∇‖ by iteration")}: ${norms.join(" → ")}`;
}

function warnings(findings: readonly Finding[]): string {
  const icons = { error: "$(error)", warning: "$(warning)", info: "$(info)" };
  // Problems has the whole text; here the first sentence leaves room for the numbers.
  const brief = (message: string) => plain(message.split(/(?<=\.) /)[0] ?? message);
  return findings.map(({ severity, message }) => `${icons[severity]} ${brief(message)}`).join("\n\n");
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
    title: vscode.l10n.t("Trace again"),
    command: "gradlens.traceBackprop",
    args: [session.file],
  });
  return `$(history) *${vscode.l10n.t("The file changed since this trace.")}* ${again}`;
}

function checkLink(title: string, path: string, session: Session): string {
  const hint = vscode.l10n.t("Compare the gradients of {0} with finite differences", path);
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
    ? vscode.l10n.t("No gradient: the loss does not depend on it.")
    : vscode.l10n.t("No gradient: it does not require one.");
}

export function describeTensor(subject: TensorSubject, session: Session): vscode.MarkdownString {
  const node = subject.nodes.at(-1) as ReportNode;
  const ids = new Set(subject.nodes.map(({ id }) => id));
  const findings =
    session.report?.findings.filter(({ node: about }) => about !== null && ids.has(about)) ?? [];
  const scope = session.report?.scopes[node.scope]?.path;
  const links = [
    commandLink({
      title: vscode.l10n.t("Graph"),
      icon: "type-hierarchy",
      command: "gradlens.showGraph",
      args: [session.file, node.id],
      hint: vscode.l10n.t("Show in the graph"),
    }),
    scope && node.kind !== "input" ? checkLink(vscode.l10n.t("Check"), scope, session) : "",
  ];
  return markdown([
    heading(subject, node, links),
    staleNote(session),
    warnings(findings),
    table(node),
    operation(node),
    noGradient(node),
    iterations(subject),
  ]);
}

export function describeLayer({ scope }: LayerSubject, session: Session): vscode.MarkdownString {
  const parameters = session.report?.parameters.filter(({ name }) => name.startsWith(`${scope.path}.`)) ?? [];
  const norm = scope.gradNorm === null ? vscode.l10n.t("none") : formatNumber(scope.gradNorm);
  const lines = parameters.map(
    ({ name, shape, gradNorm }) =>
      `| ${plain(name)} | ${formatShape(shape)} | ${gradNorm === null ? vscode.l10n.t("none") : formatNumber(gradNorm)} |`,
  );
  const place = scope.site ? ` · ${plain(describeSite(scope.site))}` : "";
  return markdown([
    `**${plain(scope.path)}** · ${plain(scope.type)}${place}`,
    vscode.l10n.t("{0} parameters, norm of their gradient {1}", showCount(scope.parameters), norm),
    lines.length === 0
      ? ""
      : `| ${vscode.l10n.t("parameter")} | ${vscode.l10n.t("shape")} | ‖∇‖ |\n|:--|:--|--:|\n${lines.slice(0, 12).join("\n")}`,
    staleNote(session),
    checkLink(vscode.l10n.t("Gradcheck {0}", scope.path), scope.path, session),
  ]);
}
