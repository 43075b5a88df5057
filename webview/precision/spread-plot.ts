/** Draws how sizes are spread as SVG: a strip for the gradients as they are, one with the loss scale, over the range of the format. */
import { showCount } from "../../engine/core/number-text";
import { h, svg } from "../dom";
import { fateWords, powerText, type Spread, type Strip, ticksOf } from "./spread";

const TALL = 76;
const TITLE = 18;
const GAP = 10;
const AXIS = 20;
const SIDE = 8;
const TICK_ROOM = 46;

/** Drawn anew for every width. */
export function spreadPlot(spread: Spread): HTMLElement {
  const box = h("div", { class: "plot-box" });
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width > 0) box.replaceChildren(draw(spread, width));
  }).observe(box);
  return box;
}

function draw(spread: Spread, width: number): Element {
  const { low, high, strips } = spread;
  const inner = width - 2 * SIDE;
  const x = (exponent: number) => SIDE + ((exponent - low) / (high - low)) * inner;
  const height = strips.length * (TITLE + TALL) + (strips.length - 1) * GAP + AXIS;
  const words = strips.map(({ title, words }) => `${title}: ${words}`).join(". ");
  return svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words },
    strips.flatMap((strip, i) => drawStrip(spread, strip, i * (TITLE + TALL + GAP), x)),
    ticksOf(spread, TICK_ROOM / inner).map((exponent) =>
      tick(x(exponent), height - AXIS, powerText(exponent)),
    ),
  );
}

function drawStrip(
  { zones, low, high }: Spread,
  { title, bars }: Strip,
  top: number,
  x: (exponent: number) => number,
): Element[] {
  const from = top + TITLE;
  const bottom = from + TALL;
  const most = Math.max(...bars.map(({ count }) => count));
  const step = x(1) - x(0);
  const gap = step > 4 ? 1 : 0;
  const areas = zones.map((zone) =>
    svg(
      "rect",
      {
        x: x(zone.from),
        y: from,
        width: x(zone.to) - x(zone.from),
        height: TALL,
        class: `zone ${zone.fate}`,
      },
      svg("title", {}, fateWords[zone.fate]),
    ),
  );
  const edges = zones
    .slice(1)
    .map(({ from: at }) => svg("line", { x1: x(at), x2: x(at), y1: from, y2: bottom, class: "edge" }));
  const drawn = bars.map(({ exponent, count, fate }) => {
    // What holds anything stays visible beside what holds nearly everything.
    const tall = Math.max(2, (count / most) * (TALL - 4));
    const said = `${powerText(exponent)} to ${powerText(exponent + 1)}: ${showCount(count)}, ${fateWords[fate]}`;
    return svg(
      "rect",
      {
        x: x(exponent),
        y: bottom - tall,
        width: Math.max(1, step - gap),
        height: tall,
        class: `size ${fate}`,
      },
      svg("title", {}, said),
    );
  });
  return [
    svg("text", { x: SIDE, y: top + 12, class: "title" }, title),
    ...areas,
    ...drawn,
    ...edges,
    svg("line", { x1: x(low), x2: x(high), y1: bottom, y2: bottom, class: "axis" }),
  ];
}

function tick(at: number, bottom: number, text: string): Element {
  return svg(
    "g",
    {},
    svg("line", { x1: at, x2: at, y1: bottom, y2: bottom + 4, class: "axis" }),
    svg("text", { x: at, y: bottom + 16, "text-anchor": "middle" }, text),
  );
}
