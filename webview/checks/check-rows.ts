/** The table of one layer's parameters; each row opens to its details. */
import type { Check } from "../../engine/report";
import { h, icon, on } from "../dom";
import { formatCount, formatDuration, formatIndex, formatNumber } from "../format";
import { siteLink } from "../site-link";
import { type CheckGroup, type CheckRow, verdictLooks } from "./rows";

/** Which rows are open, by key. */
export interface Opened {
  isOpen(key: string): boolean;
  toggle(key: string, isOpen: boolean): void;
}

const columns = [
  "Parameter",
  "Verdict",
  "Checked",
  "Worst error",
  "At",
  "Gradient",
  "Difference",
  "Operation",
];
const numbers = new Set([2, 3, 5, 6]);

export function checkRows({ target, rows }: CheckGroup, opened: Opened): HTMLElement {
  const head = columns.map((name, i) =>
    h("th", { scope: "col", class: numbers.has(i) ? "number" : null }, name),
  );
  return h(
    "div",
    { class: "table-box", tabindex: 0, role: "region", "aria-label": `Checks of ${target || "the model"}` },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head)),
      h(
        "tbody",
        {},
        rows.flatMap((row) => rowParts(`${target}.${row.parameter}`, row, opened)),
      ),
    ),
  );
}

function rowParts(key: string, { parameter, elements, check }: CheckRow, opened: Opened): HTMLElement[] {
  if (!check) {
    const cells = ["not checked", `0 / ${formatCount(elements)}`, "", "", "", "", ""];
    return [
      h(
        "tr",
        { class: "unchecked" },
        h("th", { scope: "row" }, parameter),
        cells.map((cell, i) => h("td", { class: numbers.has(i + 1) ? "number" : null }, cell)),
      ),
    ];
  }
  const details = h(
    "tr",
    { class: "details", hidden: !opened.isOpen(key) },
    h("td", { colspan: 8 }, detailsOf(check)),
  );
  const chevron = icon(opened.isOpen(key) ? "chevron-down" : "chevron-right");
  const name = h(
    "button",
    { type: "button", class: "link", "aria-expanded": opened.isOpen(key) ? "true" : "false" },
    chevron,
    parameter,
  );
  on(name, {
    click() {
      const isOpen = details.hidden;
      details.hidden = !isOpen;
      name.setAttribute("aria-expanded", String(isOpen));
      chevron.className = `codicon codicon-chevron-${isOpen ? "down" : "right"}`;
      opened.toggle(key, isOpen);
    },
  });
  return [summaryRow(name, check), details];
}

function summaryRow(
  name: HTMLElement,
  { verdict, worst, checked, elements, method, culprit }: Check,
): HTMLElement {
  const look = verdictLooks[verdict];
  const count =
    method === "random-directions"
      ? `${formatCount(checked)} directions`
      : `${formatCount(checked)} / ${formatCount(elements)}`;
  const cells = [
    h("span", { class: "verdict" }, icon(look.icon, look.tone), look.word),
    count,
    worst ? formatNumber(worst.relError, 2) : "",
    worst ? formatIndex(worst.index) : "",
    worst ? formatNumber(worst.analytic, 5) : "",
    worst ? formatNumber(worst.numeric, 5) : "",
    culprit?.op ?? "",
  ];
  return h(
    "tr",
    { class: look.tone },
    h("th", { scope: "row" }, name),
    cells.map((cell, i) => h("td", { class: numbers.has(i + 1) ? "number" : null }, cell)),
  );
}

function detailsOf(check: Check): HTMLElement {
  const { message, worst, culprit, site, step, durationMs, method } = check;
  const how = method === "every-element" ? "every element" : "random directions";
  const line = (name: string, ...content: (string | HTMLElement)[]) => [
    h("dt", {}, name),
    h("dd", {}, ...content),
  ];
  return h(
    "div",
    {},
    h("p", {}, message),
    h(
      "dl",
      {},
      culprit ? line("Operation", culprit.op, " ", culprit.site ? siteLink(culprit.site) : "") : [],
      worst
        ? line(
            "Worst element",
            `${formatIndex(worst.index)}: gradient ${formatNumber(worst.analytic, 8)}, difference ${formatNumber(worst.numeric, 8)}, `,
            `apart by ${formatNumber(worst.absError)} (${formatNumber(worst.relError)} relative)`,
          )
        : [],
      line(
        "Method",
        `central differences in float64, ${how}, step ${formatNumber(step)}, ${formatDuration(durationMs)}`,
      ),
      site ? line("Source", siteLink(site)) : [],
    ),
  );
}
