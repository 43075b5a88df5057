/** A comparison as text: what it comes to, then weights, operations and findings, what differs most first. */
import { showCount, showNumber, showPair, showTimes } from "../core/number-text";
import { showShape } from "../core/shape";
import { isChanged, showChange, sizeOfChange } from "../report/compare";
import type { ComparedNorms, ComparedParameter, NodePair } from "../report/comparison";
import type { Finding, ReportNode } from "../report/report";
import type { CompareArguments, RunChoice } from "./compare-arguments";
import type { ComparedReports } from "./compare-json";
import { showPath } from "./messages";
import { type Style, type TextColumn, textTable } from "./terminal";
import { showLine } from "./trace-text";

/** Rows of a table, unless all are asked for. */
const MOST_ROWS = 20;

export function comparisonText(compared: ComparedReports, args: CompareArguments, style: Style): string {
  const most = args.all ? Number.POSITIVE_INFINITY : MOST_ROWS;
  const isShown = args.all || !compared.comparison.isIdentical;
  return [
    runsText(compared, args, style),
    ...compared.notes,
    summaryText(compared, style),
    ...(isShown ? [parametersText(compared, most, style), operationsText(compared, most, style)] : []),
    findingsText(compared, style),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** A row for each run: what it is, and what differs by the arguments. */
function runsText({ comparison }: ComparedReports, { runs }: CompareArguments, style: Style): string {
  const [x, y] = runs;
  const { a, b } = comparison;
  const losses = a.loss === null || b.loss === null ? null : showPair(a.loss, b.loss);
  const row = (
    which: string,
    { file, seed }: RunChoice,
    { operations, dtype, device }: typeof a,
    i: number,
  ) => [
    style.bold(which),
    showPath(file),
    losses === null ? "no loss" : `loss ${losses[i]}`,
    showTimes(operations, "operation"),
    [dtype, ...(a.device === b.device ? [] : [device]), ...(x.seed === y.seed ? [] : [`seed ${seed}`])].join(
      ", ",
    ),
  ];
  return alignedRows([row("A", x, a, 0), row("B", y, b, 1)]);
}

function alignedRows(rows: readonly (readonly string[])[]): string {
  const width = (i: number) => Math.max(...rows.map((row) => row[i]?.length ?? 0));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(width(i)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** One line that says whether they differ, and in what. */
function summaryText({ comparison, a, b }: ComparedReports, style: Style): string {
  const { parameters, pairs, onlyA, onlyB, factor, isIdentical } = comparison;
  if (isIdentical) return style.green("The same: every loss, value and gradient has the same norm.");
  const both = parameters.filter((row) => row.a !== null && row.b !== null);
  const changed = both.filter(({ gradient }) => isChanged(gradient)).length;
  const of = (change: NodePair["changes"][number]) =>
    pairs.filter(({ changes }) => changes.includes(change)).length;
  const operations = (ids: readonly number[], nodes: readonly ReportNode[]) =>
    ids.filter((id) => nodes[id]?.kind === "operation").length;
  const weights = (side: "a" | "b") => parameters.filter((row) => row[side] === null).length;
  const counts: readonly [number, string, string][] = [
    [of("op"), "operation", "replaced"],
    [operations(onlyA, a.nodes), "operation", "gone"],
    [operations(onlyB, b.nodes), "operation", "new"],
    [weights("b"), "weight", "gone"],
    [weights("a"), "weight", "new"],
    [of("shape"), "tensor", "of another shape"],
    [of("dtype"), "tensor", "of another type"],
  ];
  const parts = counts
    .filter(([count]) => count > 0)
    .map(([count, noun, what]) => `${showTimes(count, noun)} ${what}`);
  const times = `${showNumber(factor)} ×`;
  const gradients =
    changed === 0
      ? `no gradient of a weight by more than ${times}`
      : `the gradients of ${showCount(changed)} of ${showTimes(both.length, "weight")} by more than ${times}`;
  return `They differ: ${[...(both.length > 0 ? [gradients] : []), ...parts].join(" · ")}`;
}

function parametersText({ comparison }: ComparedReports, most: number, style: Style): string {
  const sorted = [...comparison.parameters].sort((x, y) => importance(y) - importance(x));
  if (sorted.length === 0) return "";
  const columns: TextColumn[] = [
    { title: "weight" },
    { title: "shape" },
    { title: "‖gradient‖ A", align: "right" },
    { title: "B", align: "right" },
    { title: "B / A" },
  ];
  const rows = sorted.map((row) => [
    fromTo(row.a, row.b),
    fromTo(row.shapes.a && showShape(row.shapes.a), row.shapes.b && showShape(row.shapes.b)),
    ...normCells(row.gradient, row.a !== null, row.b !== null),
  ]);
  return boundedTable(columns, rows, most, style);
}

function importance({ a, b, gradient }: ComparedParameter): number {
  return a === null || b === null ? Number.POSITIVE_INFINITY : sizeOfChange(gradient);
}

/** "relu", "sigmoid → relu", and what only one of them has. */
function fromTo(a: string | null, b: string | null): string {
  return a === b || b === null ? (a ?? "") : a === null ? b : `${a} → ${b}`;
}

function normCells(gradient: ComparedNorms, isInA: boolean, isInB: boolean): string[] {
  const { a, b } = gradient;
  if (!isInA || !isInB)
    return [showNorm(a, isInA), showNorm(b, isInB), isInA ? "gone: only in A" : "new: only in B"];
  const [first, second] = a === null || b === null ? [showNorm(a), showNorm(b)] : showPair(a, b);
  return [first, second, showChange(gradient)];
}

function showNorm(norm: number | null, isThere = true): string {
  return !isThere ? "" : norm === null ? "–" : showNumber(norm);
}

/** Operations that were replaced, are gone or new, and those whose gradient changed. */
function operationsText(compared: ComparedReports, most: number, style: Style): string {
  const { comparison, a, b } = compared;
  const { pairs, onlyA, onlyB } = comparison;
  const rows = pairs
    .filter(({ changes }) => changes.includes("op") || changes.includes("gradient"))
    .map((pair) => ({ x: a.nodes[pair.a], y: b.nodes[pair.b], pair }))
    .filter(({ y }) => y?.kind === "operation");
  const size = ({ pair }: { readonly pair: NodePair }) =>
    (pair.changes.includes("op") ? 1e3 : 0) + Math.min(sizeOfChange(pair.gradient), 999);
  const alone = (ids: readonly number[], nodes: readonly ReportNode[]) =>
    ids.flatMap((id) => (nodes[id]?.kind === "operation" ? [nodes[id]] : []));
  const cells = [
    ...alone(onlyA, a.nodes).map((x) => [
      ...nameCells(compared, x, undefined),
      showNorm(x.grad?.norm ?? null),
      "",
      "gone: only in A",
    ]),
    ...alone(onlyB, b.nodes).map((y) => [
      ...nameCells(compared, undefined, y),
      "",
      showNorm(y.grad?.norm ?? null),
      "new: only in B",
    ]),
    ...rows
      .sort((p, q) => size(q) - size(p))
      .map(({ x, y, pair }) => [...nameCells(compared, x, y), ...normCells(pair.gradient, true, true)]),
  ];
  if (cells.length === 0) return "";
  const columns: TextColumn[] = [
    { title: "operation" },
    { title: "tensor" },
    { title: "line A", align: "right" },
    { title: "B", align: "right" },
    { title: "‖gradient‖ A", align: "right" },
    { title: "B", align: "right" },
    { title: "B / A" },
  ];
  return boundedTable(columns, cells, most, style);
}

/** What an operation is, and where it stands. */
function nameCells(
  { a: { file: fileA }, b: { file: fileB } }: ComparedReports,
  x: ReportNode | undefined,
  y: ReportNode | undefined,
): string[] {
  const line = (node: ReportNode | undefined, file: string) => (node?.site ? showLine(node.site, file) : "");
  const op = fromTo(x?.op ?? null, y?.op ?? null);
  return [op, fromTo(x?.name ?? null, y?.name ?? null), line(x, fileA), line(y, fileB)];
}

function boundedTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  most: number,
  style: Style,
): string {
  // One row more takes no more room than the sentence about it.
  const shown = rows.length <= most + 1 ? rows : rows.slice(0, most);
  const more = rows.length - shown.length;
  const rest = more === 0 ? "" : `\n${style.dim(`… ${showCount(more)} more, --all shows them`)}`;
  return textTable(columns, shown, style) + rest;
}

function findingsText({ comparison }: ComparedReports, style: Style): string {
  const { gone, new: fresh, kept } = comparison.findings;
  const line = (mark: string, paint: (text: string) => string) => (finding: Finding) =>
    `${paint(mark)} ${finding.severity}[${finding.rule}]: ${finding.headline}${finding.site ? style.dim(` (line ${finding.site.line})`) : ""}`;
  return [
    ...gone.map(line("gone ", style.green)),
    ...fresh.map(line("new  ", style.red)),
    ...kept.map(line("still", style.yellow)),
  ].join("\n");
}
