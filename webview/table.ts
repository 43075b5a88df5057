/** Tables with a caption, headers that screen readers announce, and numbers at the right. */
import { h } from "./dom";

export type TableCell = string | number | Node | null;

export interface TableColumn {
  readonly name: string;
  readonly isNumber?: boolean;
  /** A name above those of neighbours that have the same one. */
  readonly group?: string;
}

/** The first cell of each row is its header. Wide tables scroll within their own box, by keyboard too. */
export function drawTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
) {
  const groups = groupsOf(columns);
  const head = columns.map(({ name, isNumber }) =>
    h("th", { scope: "col", class: isNumber ? "number" : null }, name),
  );
  const body = rows.map((cells) =>
    h(
      "tr",
      {},
      cells.map((cell, i) =>
        h(
          i === 0 ? "th" : "td",
          { scope: i === 0 ? "row" : null, class: columns[i]?.isNumber ? "number" : null },
          cell,
        ),
      ),
    ),
  );
  return h(
    "div",
    { class: "table-box", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "hidden" }, caption),
      h("thead", {}, groups.length > 1 && h("tr", {}, groups), h("tr", {}, head)),
      h("tbody", {}, body),
    ),
  );
}

/** Cells above the names of columns; those without a group have an empty one. */
function groupsOf(columns: readonly TableColumn[]): HTMLElement[] {
  const starts = columns.flatMap(({ group }, i) => (i > 0 && group === columns[i - 1]?.group ? [] : [i]));
  return starts.map((start, i) => {
    const span = (starts[i + 1] ?? columns.length) - start;
    const group = columns[start]?.group;
    return group === undefined
      ? h("td", { colspan: span })
      : h("th", { scope: "colgroup", colspan: span, class: "group" }, group);
  });
}
