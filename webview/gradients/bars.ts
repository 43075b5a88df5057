/** Gradient norms as bars over a logarithmic axis; zeros stand at a floor of their own, left of the axis. */

import { formatNumber } from "../../engine/core/number-text";
import { post } from "../bridge";
import { h } from "../dom";
import { colourAt, type Domain, logDomain, positionOf, toCss } from "../scale";
import { linkButton, siteLink } from "../site-link";
import { normText, type Row, type RuleLine } from "./series";

export function bars(title: string, rows: readonly Row[], thresholds: readonly RuleLine[]): HTMLElement {
  const domain = logDomain(rows.filter(({ kind }) => kind === "norm").map(({ norm }) => norm));
  const shown = thresholds.filter(
    ({ value }) => positionOf(value, domain) > 0 && positionOf(value, domain) < 1,
  );
  return h(
    "div",
    { class: "bars", role: "list", "aria-label": title },
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
  );
}

function bar(row: Row, domain: Domain, thresholds: readonly RuleLine[]): HTMLElement {
  const fill = h("span", { class: `fill ${row.kind}` });
  const position = positionOf(row.norm, domain);
  if (row.kind === "norm") {
    fill.style.width = `${Math.max(position * 100, 0.5)}%`;
    fill.style.backgroundColor = toCss(colourAt(position));
  }
  const text = normText(row, formatNumber);
  const place_ = row.site
    ? siteLink(row.site, row.name)
    : linkButton(row.name, () => post("show", { panel: "graph", node: row.node }));
  return h(
    "div",
    { class: "row bar", role: "listitem", title: `${row.name} ${row.detail}: ${text}` },
    h("span", { class: "name" }, place_, " ", h("span", { class: "dimmed" }, row.detail)),
    h(
      "span",
      { class: `floor ${row.kind === "zero" ? "is-zero" : ""}`, "aria-hidden": "true" },
      row.kind === "zero" ? "0" : "",
    ),
    h(
      "span",
      { class: "track", "aria-hidden": "true" },
      ticks(domain).map((exponent) => place(h("span", { class: "line" }), fraction(exponent, domain))),
      thresholds.map(({ value }) => place(h("span", { class: "limit" }), positionOf(value, domain))),
      fill,
    ),
    h("span", { class: "number" }, text),
  );
}
