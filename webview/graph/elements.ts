/** The elements of a tensor and of its gradient, side by side, a page at a time. */

import { formatNumber, showCount } from "../../engine/core/number-text";
import { showIndex, unravel } from "../../engine/report/element-index";
import type { ReportNode } from "../../engine/report/report";
import { h } from "../dom";
import { drawTable } from "../table";
import { button } from "../toolkit";
import { requestValues } from "../values";

const pageSize = 32;

/** A button that fetches the first page; then the table with buttons for the next and the previous one. */
export function elementsSection(node: ReportNode): HTMLElement {
  const box = h("div", { class: "elements", "aria-live": "polite" });
  box.append(button(`Show ${showCount(node.value.size)} elements`, () => void load(box, node, 0)));
  return box;
}

async function load(box: HTMLElement, node: ReportNode, start: number) {
  try {
    const [value, grad] = await Promise.all([
      requestValues(node.id, "value", start, pageSize),
      node.grad ? requestValues(node.id, "grad", start, pageSize) : null,
    ]);
    const rows = Array.from(value.values, (element, i) => [
      showIndex(unravel(start + i, node.shape)),
      formatNumber(element, 5),
      formatNumber(grad?.values[i] ?? Number.NaN, 5),
    ]);
    const columns = [
      { name: "Index" },
      { name: "Value", isNumber: true },
      { name: "Gradient", isNumber: true },
    ];
    const shown = grad ? columns : columns.slice(0, 2);
    const end = Math.min(start + pageSize, node.value.size);
    box.replaceChildren(
      drawTable(
        "Elements",
        shown,
        rows.map((row) => row.slice(0, shown.length)),
      ),
      h(
        "div",
        { class: "pager" },
        start > 0 && button("Previous", () => void load(box, node, start - pageSize)),
        h("span", {}, `${showCount(start + 1)} to ${showCount(end)} of ${showCount(node.value.size)}`),
        end < node.value.size && button("Next", () => void load(box, node, end)),
      ),
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    box.replaceChildren(
      h("p", { role: "alert" }, `The elements could not be fetched: ${message}`),
      button("Try Again", () => void load(box, node, start)),
    );
  }
}
