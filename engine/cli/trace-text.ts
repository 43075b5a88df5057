/** The report of a run as text: layers and parameters by gradient norm, operations of small models, findings. */
import { dirname, relative } from "node:path";
import { showCount, showNumber, showTimes } from "../core/number-text";
import type { Ignored, Report, Site, Stats } from "../report/report";
import { type ReadLine, showFinding, showPath } from "./messages";
import { logBars, type Style, textTable } from "./terminal";

/** Models with more operations are too large for a row each. */
const MAX_OPERATIONS = 24;

export function showReport(report: Report, style: Style, lines?: ReadLine): string {
  const parts = [title(report, style)];
  if (report.parameters.length > 0) parts.push(layers(report, style));
  const operations = report.nodes.filter(({ kind }) => kind === "operation");
  if (operations.length > MAX_OPERATIONS) {
    const count = showCount(operations.length);
    parts.push(style.dim(`${count} operations are too many for a table; --json lists them all.`));
  } else if (operations.length > 0) parts.push(tensors(report, style));
  parts.push(...report.findings.map((finding) => showFinding(finding, style, lines)));
  if (report.isUndiagnosed) parts.push("Not diagnosed: the diagnosis of this run was stopped or failed.");
  else if (report.findings.length === 0 && !report.failure) parts.push("No findings.");
  if (report.ignored?.length) parts.push(style.dim(ignoredText(report.ignored, report.file)));
  return parts.join("\n\n");
}

function title({ file, loss, dtype, device, durationMs, nodes }: Report, style: Style): string {
  const operations = nodes.filter(({ kind }) => kind === "operation").length;
  const facts = [
    ...(loss ? [`loss ${showNumber(loss.value)}`] : []),
    `${showCount(operations)} ${operations === 1 ? "operation" : "operations"}`,
    dtype,
    device.used,
    `${showNumber(Math.round(durationMs))} ms`,
  ];
  const gpu =
    device.requested !== "cpu" && device.requested !== "auto"
      ? `\n${style.dim(`${device.used}: ${device.reason}`)}`
      : "";
  return `${style.bold(showPath(file))}  ${facts.join(" · ")}${gpu}`;
}

/** What comments leave out is counted, with rule and line. */
function ignoredText(ignored: readonly Ignored[], own: string): string {
  const places = ignored.map(
    ({ finding: { rule, site }, comment }) => `${rule} in line ${showLine(site ?? comment, own)}`,
  );
  return `${showTimes(ignored.length, "finding")} ignored, as comments say: ${places.join(", ")}.`;
}

/** A row for each layer that has parameters of its own, and one for each of these. */
function layers({ parameters, scopes }: Report, style: Style): string {
  const rows: { readonly cells: string[]; readonly norm: number | null }[] = [];
  let scope: number | null = null;
  for (const each of parameters) {
    const layer = scopes[each.scope];
    if (each.scope !== scope && layer && layer.path !== "") {
      const cells = [layer.path, layer.type, "", showCount(layer.parameters), showNorm(layer.gradNorm)];
      rows.push({ cells, norm: layer.gradNorm });
    }
    scope = each.scope;
    const indented = layer && layer.path !== "" ? `  ${shortName(each.name, layer.path)}` : each.name;
    const count = each.shape.reduce((a, b) => a * b, 1);
    const cells = [indented, "", `[${each.shape.join(", ")}]`, showCount(count), showNorm(each.gradNorm)];
    rows.push({ cells, norm: each.gradNorm });
  }
  const { axis, bars } = logBars(rows.map(({ norm }) => norm));
  const columns = [
    { title: "layer" },
    { title: "type" },
    { title: "shape" },
    { title: "parameters", align: "right" },
    { title: "‖gradient‖", align: "right" },
    { title: axis },
  ] as const;
  return textTable(
    columns,
    rows.map(({ cells }, i) => [...cells, bars[i] ?? ""]),
    style,
  );
}

function shortName(name: string, path: string): string {
  return name.startsWith(`${path}.`) ? name.slice(path.length + 1) : name;
}

function tensors({ nodes, file }: Report, style: Style): string {
  const columns = [
    { title: "line", align: "right" },
    { title: "tensor" },
    { title: "operation" },
    { title: "role" },
    { title: "shape" },
    { title: "value", align: "right" },
    { title: "gradient", align: "right" },
  ] as const;
  const rows = nodes.map(({ site, name, op, label, role, shape, value, grad }) => [
    site ? showLine(site, file) : "",
    name ?? "",
    label === "" || label === op ? op : `${op}  ${label}`,
    role,
    `[${shape.join(", ")}]`,
    item(value),
    grad ? item(grad) : "–",
  ]);
  return textTable(columns, rows, style);
}

/** A line of the model's own file is a number; of another one the path from there stands before it. */
export function showLine({ file, line }: Site, own: string): string {
  return file === own ? String(line) : `${relative(dirname(own), file).replaceAll("\\", "/")}:${line}`;
}

function showNorm(norm: number | null): string {
  return norm === null ? "–" : showNumber(norm);
}

/** The number itself, or the norm of several: of the finite ones, and how many are not. */
function item({ item: value, norm, nonFinite, size }: Stats): string {
  if (value !== undefined) return showNumber(value);
  const finite = nonFinite < size ? `‖${showNumber(norm)}‖` : "";
  return nonFinite === 0 ? finite : `${finite} ${showCount(nonFinite)} not finite`.trim();
}
