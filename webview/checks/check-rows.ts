/** The table of all parameters by layer; each row opens to its details. */

import { formatNumber, formatPair, showCount, showDuration, showTimes } from "../../engine/core/number-text";
import { showIndex } from "../../engine/report/element-index";
import type { Check } from "../../engine/report/report";
import { post } from "../bridge";
import { h, icon, on } from "../dom";
import { capitalize } from "../format";
import { siteLink } from "../site-link";
import { button } from "../toolkit";
import { pictures } from "./pictures";
import { type CheckGroup, type CheckRow, rowKey, unchecked } from "./rows";

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

const numberClass = (column: number) => (numbers.has(column) ? "number" : null);

export function checkTable(groups: readonly CheckGroup[], opened: Opened): HTMLElement {
  const head = columns.map((name, i) => h("th", { scope: "col", class: numberClass(i) }, name));
  return h(
    "div",
    { class: "table-box", tabindex: 0, role: "region", "aria-label": "Gradient checks by parameter" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head)),
      groups.map((group) =>
        h(
          "tbody",
          {},
          groupHeading(group),
          group.rows.flatMap((row) => rowParts(rowKey(group, row), row, opened)),
        ),
      ),
    ),
  );
}

function groupHeading({ target, site }: CheckGroup): HTMLElement {
  const name = target || "Parameters of no layer";
  const what = target ? "Gradcheck This Layer" : "Gradcheck";
  const check = button(what, () => post("check", { target: target || null }), { runs: true });
  check.setAttribute("aria-label", `${check.textContent}: ${name}`);
  const content = h("div", {}, h("h2", {}, name), site && siteLink(site), check);
  return h("tr", { class: "group" }, h("th", { scope: "rowgroup", colspan: columns.length }, content));
}

function rowParts(key: string, { parameter, elements, check, nth }: CheckRow, opened: Opened): HTMLElement[] {
  if (!check) {
    const cells = [unchecked, `0 / ${showCount(elements)}`, "", "", "", "", ""];
    return [
      h(
        "tr",
        { class: "unchecked" },
        h("th", { scope: "row" }, parameter),
        cells.map((cell, i) => h("td", { class: numberClass(i + 1) }, cell)),
      ),
    ];
  }
  const shown = pictures(check, nth);
  const details = h(
    "tr",
    { class: "details", hidden: !opened.isOpen(key) },
    h("td", { colspan: columns.length }, h("div", { class: "opened" }, detailsOf(check), shown.element)),
  );
  return [
    summaryRow(disclosure(key, parameter || "whole layer", details, opened, shown.load), check),
    details,
  ];
}

/** A button that shows and hides the details. */
function disclosure(
  key: string,
  text: string,
  details: HTMLElement,
  opened: Opened,
  load: () => void,
): HTMLElement {
  const chevron = icon("chevron-right");
  const name = h("button", { type: "button", class: "link disclosure" }, chevron, text);
  const update = () => {
    name.setAttribute("aria-expanded", String(!details.hidden));
    if (!details.hidden) load();
    chevron.className = `codicon codicon-chevron-${details.hidden ? "right" : "down"}`;
  };
  update();
  return on(name, {
    click() {
      details.hidden = !details.hidden;
      update();
      opened.toggle(key, !details.hidden);
    },
  });
}

function summaryRow(name: HTMLElement, check: Check): HTMLElement {
  const { look, outcome, complete, worst, checked, elements, method, culprit } = check;
  // Where the two agree, digits that tell them apart would only be noise; the error says it.
  const pair = outcome === "pass" || !complete ? formatAlike : formatPair;
  const [analytic, numeric] = worst ? pair(worst.analytic, worst.numeric, 5) : ["", ""];
  const cells = [
    h("span", { class: "verdict" }, icon(look.icon, look.tone), capitalize(look.title)),
    elements === 0
      ? ""
      : method === "random-directions"
        ? showTimes(checked, "direction")
        : `${showCount(checked)} / ${showCount(elements)}`,
    worst ? formatNumber(worst.relError, 2) : "",
    worst ? showIndex(worst.index) : "",
    analytic,
    numeric,
    culprit?.op ?? "",
  ];
  return h(
    "tr",
    { class: look.tone },
    h("th", { scope: "row" }, name),
    cells.map((cell, i) => h("td", { class: numberClass(i + 1) }, cell)),
  );
}

function formatAlike(a: number, b: number, digits: number): [string, string] {
  return [formatNumber(a, digits), formatNumber(b, digits)];
}

function detailsOf(check: Check): HTMLElement {
  const { message, worst, culprit, site, intents, step, durationMs, method } = check;
  const [analytic, numeric] = worst ? formatPair(worst.analytic, worst.numeric, 8) : ["", ""];
  const how = method === "every-element" ? "every element" : "random directions";
  const line = (name: string, ...content: (string | HTMLElement)[]) => [
    h("dt", {}, name),
    h("dd", {}, ...content),
  ];
  const operation = culprit && [culprit.op, " ", culprit.site ? siteLink(culprit.site) : ""];
  return h(
    "div",
    {},
    h("p", {}, message),
    h(
      "dl",
      {},
      operation ? line("Operation", ...operation) : [],
      worst
        ? line(
            "Worst element",
            `${[showIndex(worst.index), "gradient"].filter(Boolean).join(": ")} ${analytic}, difference ${numeric}, `,
            `apart by ${formatNumber(worst.absError)} (${formatNumber(worst.relError)} relative)`,
          )
        : [],
      intents.length > 0 ? line("Intended by", ...intents.map((each) => siteLink(each))) : [],
      check.checked === 0
        ? []
        : line(
            "Method",
            `finite differences in float64, ${how}, step ${formatNumber(step)}, ${showDuration(durationMs)}`,
          ),
      site ? line("Source", siteLink(site)) : [],
    ),
  );
}
