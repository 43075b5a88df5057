/** The table of layers or parameters: what of their gradients is lost, as they are and with the loss scale. */
import { formatNumber, showCount } from "../../engine/core/number-text";
import type { Fate, PrecisionReport } from "../../engine/report/precision";
import { showShare } from "../../engine/report/precision-words";
import { post } from "../bridge";
import { toCsv } from "../csv";
import { h } from "../dom";
import { linkButton, siteLink } from "../site-link";
import { drawTable, type TableCell, type TableColumn } from "../table";
import { type FateRow, fateParts, isScaled } from "./fates";

/** Longer tables are cut; the copy holds all rows. */
const LONGEST = 1000;

export function fateTable(title: string, rows: readonly FateRow[], found: PrecisionReport): HTMLElement {
  const rest = rows.length - LONGEST;
  const hasScale = isScaled(found);
  const columns: TableColumn[] = [
    { name: title },
    { name: "Elements", isNumber: true },
    ...fateColumns(found, hasScale ? "As they are" : undefined),
    ...(hasScale ? fateColumns(found, `Loss × ${formatNumber(found.lossScale?.scale ?? 1)}`) : []),
    { name: "Source" },
    { name: "Graph" },
  ];
  const caption = `What becomes of gradients in ${found.precision}, the worst first`;
  const cells = rows.slice(0, LONGEST).map((row) => cellsOf(row, found, hasScale));
  return h(
    "div",
    {},
    drawTable(caption, columns, cells),
    rest > 0 && h("p", { class: "dimmed" }, `${showCount(rest)} more rows are in the copy as CSV.`),
  );
}

function fateColumns({ range }: PrecisionReport, group?: string): TableColumn[] {
  const names = ["Lost", ...(range === null ? [] : ["Subnormal", "Too large"])];
  const columns = names.map((name) => ({ name, isNumber: true }));
  return group === undefined ? columns : columns.map((each) => ({ ...each, group }));
}

function cellsOf(row: FateRow, { range }: PrecisionReport, hasScale: boolean): TableCell[] {
  const { name, detail, site, node, counts } = row;
  const shares = ({ lost, subnormal, overflowed }: Fate) =>
    (range === null ? [lost] : [lost, subnormal, overflowed]).map((part, i) =>
      share(part, counts.nonZero, i !== 1),
    );
  return [
    h(
      "span",
      {},
      site ? siteLink(site, name) : name,
      " ",
      h("span", { class: "dimmed" }, detail),
      fateBar(row),
    ),
    showCount(counts.elements),
    ...shares(counts),
    ...(hasScale ? shares(counts.scaled) : []),
    site && siteLink(site),
    node === null
      ? null
      : linkButton("Show", () => post("show", { panel: "graph", node }), `Show ${name} in the graph`),
  ];
}

/** What harms stands out. */
function share(part: number, whole: number, isHarm: boolean): TableCell {
  const text = showShare(part, whole);
  return isHarm && part > 0 ? h("strong", {}, text) : text;
}

/** The same for the eye; the numbers beside it say it. */
function fateBar({ counts }: FateRow): HTMLElement {
  const parts = Object.entries(fateParts(counts, counts.nonZero));
  return h(
    "span",
    { class: "fate-bar", "aria-hidden": "true" },
    parts.map(([fate, part]) => {
      const piece = h("span", { class: fate });
      piece.style.width = `${100 * part}%`;
      return part > 0 && piece;
    }),
  );
}

export function fateCsv(rows: readonly FateRow[], { precision, lossScale }: PrecisionReport): string {
  const header = [
    "format",
    "name",
    "what",
    "elements",
    "not zero",
    "not finite",
    "lost",
    "subnormal",
    "too large",
  ];
  const scaled = ["lost", "subnormal", "too large"].map((each) => `${each} with loss scale`);
  return toCsv(
    [...header, "loss scale", ...scaled, "file", "line"],
    rows.map(({ name, detail, site, counts }) => [
      precision,
      name,
      detail,
      counts.elements,
      counts.nonZero,
      counts.nonFinite,
      ...numbersOf(counts),
      lossScale?.scale ?? null,
      ...numbersOf(counts.scaled),
      site?.file ?? null,
      site?.line ?? null,
    ]),
  );
}

function numbersOf({ lost, subnormal, overflowed }: Fate): number[] {
  return [lost, subnormal, overflowed];
}
