/** Draws the depth of a finding as SVG, in the theme's own colours, anew for every width. */
import { h, svg } from "../dom";
import { positionOf } from "../scale";
import { axisTitle, type Depth, valueText, wordsFor } from "./depth";

const HEIGHT = 190;
const margin = { left: 44, right: 14, top: 26, bottom: 30 };

export function depthPlot(depth: Depth): HTMLElement {
  const box = h("div", { class: "plot-box" });
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width > 0) box.replaceChildren(draw(depth, width));
  }).observe(box);
  return box;
}

/** Where things lie, in pixels. */
interface Places {
  readonly width: number;
  x(index: number): number;
  y(value: number): number;
  readonly bottom: number;
}

function draw(depth: Depth, width: number): Element {
  const { rows, domain } = depth;
  // Below the lowest power of ten is a line for zeros.
  const bottom = HEIGHT - margin.bottom;
  const low = bottom - 16;
  const step = (width - margin.left - margin.right) / rows.length;
  const places: Places = {
    width,
    bottom,
    x: (index) => margin.left + (index + 0.5) * step,
    y: (value) => low - positionOf(value, domain) * (low - margin.top),
  };
  return svg(
    "svg",
    { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": wordsFor(depth) },
    svg("text", { x: 0, y: 11, class: "title" }, axisTitle(depth)),
    ...grid(depth, places),
    ...limitLine(depth, places),
    ...culpritLine(depth, places),
    line(depth, places),
    ...rows.map((_, i) => point(depth, i, places)),
    ...layerNames(depth, places, step),
  );
}

function grid({ domain: { low, high } }: Depth, { y, width, bottom }: Places): Element[] {
  const every = Math.ceil((high - low) / 4);
  const exponents = Array.from({ length: Math.floor((high - low) / every) + 1 }, (_, i) => high - i * every);
  const across = { x1: margin.left, x2: width - margin.right };
  return [
    ...exponents.flatMap((exponent) => {
      const at = y(10 ** exponent);
      return [
        svg("line", { ...across, y1: at, y2: at, class: "grid" }),
        svg("text", { x: margin.left - 6, y: at + 4, "text-anchor": "end" }, `1e${exponent}`),
      ];
    }),
    svg("line", { ...across, y1: bottom, y2: bottom, class: "axis" }),
    svg("text", { x: margin.left - 6, y: bottom + 4, "text-anchor": "end" }, "0"),
  ];
}

function limitLine({ limit }: Depth, { y, width }: Places): Element[] {
  if (limit === null) return [];
  const at = y(limit);
  return [
    svg("line", { x1: margin.left, x2: width - margin.right, y1: at, y2: at, class: "limit" }),
    svg("text", { x: margin.left + 4, y: at - 4 }, "limit"),
  ];
}

/** Stands between the layers around the operation. */
function culpritLine({ culprit, rows }: Depth, { x, bottom, width }: Places): Element[] {
  if (culprit === null) return [];
  const { after, op } = culprit;
  const at = after >= rows.length ? x(rows.length - 1) : (x(after - 1) + x(after)) / 2;
  const isRight = at > width / 2;
  const end = isRight ? "end" : "start";
  return [
    svg("line", { x1: at, x2: at, y1: margin.top - 6, y2: bottom, class: "culprit" }),
    svg(
      "text",
      { x: at + (isRight ? -6 : 6), y: bottom - 24, class: "culprit-name", "text-anchor": end },
      isRight ? `${op} here ▸` : `◂ ${op} here`,
    ),
  ];
}

/** Joins layers of which both neighbours have a norm. */
function line({ rows }: Depth, { x, y }: Places): Element {
  let path = "";
  rows.forEach(({ kind, norm }, i) => {
    if (kind === "norm") path += `${rows[i - 1]?.kind === "norm" ? "L" : "M"}${x(i)} ${y(norm)}`;
  });
  return svg("path", { d: path, class: "line" });
}

/** A dot; a ring on the lowest line for zero, a cross at the top for what is not finite. The shape tells, not the colour alone. */
function point({ rows, named }: Depth, index: number, { x, y, bottom }: Places): Element | null {
  const row = rows[index];
  if (row === undefined || row.kind === "none") return null;
  const at = x(index);
  const title = svg("title", {}, `${row.name}: ${valueText(row)}`);
  if (row.kind === "nonFinite") {
    const top = margin.top;
    const d = `M${at - 4} ${top - 4}l8 8m0 -8l-8 8`;
    return svg("path", { d, class: "cross" }, title);
  }
  const cy = row.kind === "zero" ? bottom : y(row.norm);
  const isNamed = named.has(index);
  const kind = row.kind === "zero" ? "zero" : isNamed ? "named" : "";
  const dot = svg("circle", { cx: at, cy, r: isNamed ? 5 : 3.5, class: `dot ${kind}` }, title);
  if (!isNamed) return dot;
  const label = { x: at, y: cy + labelBelow(rows, index), class: "value" };
  const end = isLate(index, rows) ? "end" : "start";
  return svg("g", {}, dot, svg("text", { ...label, "text-anchor": end }, valueText(row)));
}

const isLate = (index: number, rows: Depth["rows"]) => index > rows.length / 2;

/** How far below a dot its number stands: on the side where the line does not run. */
function labelBelow(rows: Depth["rows"], index: number): number {
  const late = isLate(index, rows);
  const [left, right] = late ? [rows[index - 1], rows[index]] : [rows[index], rows[index + 1]];
  const rises = (right?.norm ?? 0) > (left?.norm ?? 0);
  return rises === late ? -10 : 18;
}

/** As many names as there is room for: those that the finding names first, and what fits between them. */
function layerNames({ rows, named }: Depth, { x, bottom }: Places, step: number): Element[] {
  const last = rows.length - 1;
  const taken: number[] = [];
  const order = [...named, 0, last, ...rows.keys()];
  const room = Math.max(1, Math.ceil(86 / step));
  for (const index of order) if (taken.every((each) => Math.abs(each - index) >= room)) taken.push(index);
  return taken.map((index) =>
    svg(
      "text",
      {
        x: index === 0 ? margin.left : x(index),
        y: bottom + 18,
        "text-anchor": index === 0 ? "start" : index === last ? "end" : "middle",
      },
      rows[index]?.short ?? "",
    ),
  );
}
