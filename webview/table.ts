/** Tables with a caption, headers that screen readers announce, and numbers at the right. */
import { h } from "./dom";

export type TableCell = string | number | Node | null;

export interface TableColumn {
  readonly name: string;
  readonly isNumber?: boolean;
}

/** The first cell of each row is its header. Wide tables scroll within their own box, by keyboard too. */
export function drawTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
) {
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
      h("thead", {}, h("tr", {}, head)),
      h("tbody", {}, body),
    ),
  );
}
