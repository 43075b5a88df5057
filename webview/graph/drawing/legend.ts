/** What the colours and outlines of the boxes mean. */
import { h, svg } from "../../dom";
import { colourAt, type Domain, type GradientKind, toCss } from "../../scale";

/** Ten to a power, with the power written small. */
function power(exponent: number): HTMLElement {
  return h("span", {}, "10", h("sup", {}, String(exponent).replace("-", "\u2212")));
}

/** The scale for a domain, of the other kinds those that occur, and the shapes. */
export function graphLegend(
  domain: Domain,
  kinds: ReadonlySet<GradientKind>,
  hasGroups: boolean,
  hasMarks: boolean,
): HTMLElement {
  const middle = Math.round((domain.low + domain.high) / 2);
  return h(
    "div",
    { class: "legend", role: "group", "aria-label": "Legend" },
    h(
      "div",
      { class: "scale" },
      h("span", {}, "Gradient norm "),
      h(
        "div",
        {},
        gradientBar(),
        h("div", { class: "ticks" }, power(domain.low), power(middle), power(domain.high)),
      ),
    ),
    kinds.has("zero") && key("zero", "zero"),
    kinds.has("nonFinite") && key("nonFinite", "not finite"),
    kinds.has("none") && key("none", "no gradient"),
    h(
      "span",
      { class: "shapes" },
      shapeKey("operation", svg("rect", { x: 1, y: 1, width: 22, height: 12, rx: 2 })),
      shapeKey("parameter or data", svg("rect", { x: 1, y: 1, width: 22, height: 12, rx: 6 })),
      hasGroups &&
        shapeKey(
          "closed: a layer, or steps of a loop",
          svg("path", { d: "M5 13 h18 v-9" }),
          svg("rect", { x: 1, y: 1, width: 19, height: 9, rx: 2 }),
        ),
      shapeKey("parameter or number it takes", svg("circle", { cx: 12, cy: 7, r: 4.5 })),
      hasMarks && shapeKey("blamed by a finding", svg("path", { d: "M12 1 l7 12 h-14 z M12 5 v4" })),
      shapeKey("thick lines carry large gradients", svg("path", { d: "M1 7 h22", "stroke-width": 4 })),
    ),
  );
}

function shapeKey(name: string, ...shape: SVGElement[]): HTMLElement {
  return h(
    "span",
    { class: "key" },
    svg("svg", { class: "swatch", viewBox: "0 0 24 14", "aria-hidden": "true" }, ...shape),
    name,
  );
}

function gradientBar(): SVGElement {
  const stops = Array.from({ length: 13 }, (_, i) =>
    svg("stop", { offset: i / 12, "stop-color": toCss(colourAt(i / 12)) }),
  );
  return svg(
    "svg",
    {
      class: "ramp",
      viewBox: "0 0 160 10",
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": "Dark violet is the smallest, light yellow the largest gradient norm",
    },
    svg("linearGradient", { id: "ramp" }, ...stops),
    svg("rect", { width: 160, height: 10, fill: "url(#ramp)" }),
  );
}

function key(kind: GradientKind, name: string): HTMLElement {
  const lines = [-6, 0, 6, 12, 18].map((x) =>
    svg("path", { d: kind === "nonFinite" ? `M${x} 14 l14 -14 M${x} 0 l14 14` : `M${x} 14 l14 -14` }),
  );
  return h(
    "span",
    { class: "key" },
    svg(
      "svg",
      { class: `swatch ${kind}`, viewBox: "0 0 24 14", "aria-hidden": "true" },
      ...(kind === "none" ? [] : lines),
      svg("rect", { x: 1, y: 1, width: 22, height: 12, rx: 2 }),
    ),
    name,
  );
}
