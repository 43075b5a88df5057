/** Gradient norms as bars over a logarithmic axis; zeros stand at a floor of their own, left of the axis. */

import { formatNumber } from "../../engine/core/number-text";
import { post } from "../bridge";
import { h } from "../dom";
import { colourAt, type Domain, positionOf, toCss } from "../scale";
import { linkButton, siteLink } from "../site-link";
import { type BesideRow, domainOf } from "./beside-rows";
import { normText, type Row, type RuleLine } from "./series";

/** @param isCompared whether there is a run before, whose norms are marked on the bars */
export function bars(
  title: string,
  rows: readonly BesideRow[],
  thresholds: readonly RuleLine[],
  isCompared: boolean,
): HTMLElement {
  const domain = domainOf(rows);
  const shown = thresholds.filter(
    ({ value }) => positionOf(value, domain) > 0 && positionOf(value, domain) < 1,
  );
  return h(
    "div",
    { class: `bars ${isCompared ? "is-compared" : ""}`, role: "list", "aria-label": title },
    axis(domain, shown),
    rows.map((row) => bar(row, domain, shown)),
  );
}

/** At most six powers of ten. */
function ticks({ low, high }: Domain): number[] {
  const every = Math.ceil((high - low) / 5);
  const count = Math.floor((high - low) / every) + 1;
  return Array.from({ length: count }, (_, i) => high - i * every).reverse();
}

function place(element: HTMLElement, part: number): HTMLElement {
  element.style.insetInlineStart = `${part * 100}%`;
  return element;
}

const fraction = (exponent: number, { low, high }: Domain) => (exponent - low) / (high - low);

function axis(domain: Domain, thresholds: readonly RuleLine[]): HTMLElement {
  return h(
    "div",
    { class: "row axis", role: "presentation" },
    h("span", { class: "name" }),
    h("span", { class: "floor", title: "Exactly zero" }, "0"),
    h(
      "span",
      { class: "track" },
      ticks(domain).map((exponent) =>
        place(
          h("span", { class: "tick" }, "10", h("sup", {}, String(exponent).replace("-", "\u2212"))),
          fraction(exponent, domain),
        ),
      ),
      thresholds.map(({ name, value }) =>
        place(
          h("span", { class: "limit-name", title: `${name}: ${formatNumber(value)}` }, name),
          positionOf(value, domain),
        ),
      ),
    ),
    h("span", { class: "number" }),
    h("span", { class: "change" }),
  );
}

function bar(
  { row, before, change, isChanged }: BesideRow,
  domain: Domain,
  thresholds: readonly RuleLine[],
): HTMLElement {
  const isGone = change === "gone";
  const fill = h("span", { class: `fill ${isGone ? "none" : row.kind}` });
  const position = positionOf(row.norm, domain);
  if (row.kind === "norm" && !isGone) {
    fill.style.width = `${Math.max(position * 100, 0.5)}%`;
    fill.style.backgroundColor = toCss(colourAt(position));
  }
  const text = isGone ? "" : normText(row, formatNumber);
  const was = before === null ? "" : `before: ${normText(before, formatNumber)}`;
  const said = [text, change, was].filter((part) => part !== "").join(", ");
  return h(
    "div",
    {
      class: `row bar ${isGone ? "is-gone" : ""}`,
      role: "listitem",
      title: `${row.name} ${row.detail}: ${said}`,
    },
    h("span", { class: "name" }, nameOf(row, isGone), " ", h("span", { class: "dimmed" }, row.detail)),
    h(
      "span",
      { class: `floor ${row.kind === "zero" && !isGone ? "is-zero" : ""}`, "aria-hidden": "true" },
      row.kind === "zero" && !isGone ? "0" : "",
    ),
    h(
      "span",
      { class: "track", "aria-hidden": "true" },
      ticks(domain).map((exponent) => place(h("span", { class: "line" }), fraction(exponent, domain))),
      thresholds.map(({ value }) => place(h("span", { class: "limit" }), positionOf(value, domain))),
      fill,
      before?.kind === "norm" && place(h("span", { class: "was" }), positionOf(before.norm, domain)),
    ),
    h("span", { class: "number" }, text),
    h("span", { class: `change ${isChanged ? "is-changed" : "dimmed"}` }, change),
  );
}

/** Leads to the line, or to the node in the graph; nowhere where it is gone. */
function nameOf(row: Row, isGone: boolean): HTMLElement {
  if (isGone) return h("s", {}, row.name);
  if (row.site) return siteLink(row.site, row.name);
  return linkButton(row.name, () => post("show", { panel: "graph", node: row.node }));
}
