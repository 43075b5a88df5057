/** The picture of the error over a tensor: a cell an element, the worst one marked, to be walked over by keys. */

import { formatNumber } from "../../engine/core/number-text";
import { showIndex, unravel } from "../../engine/report/element-index";
import type { CheckDetails } from "../../engine/report/questions";
import { h, on } from "../dom";
import { iconButton } from "../toolkit";
import { type Plane, planeOf, worstOf } from "./errors";
import { drawCells, elementAt, type HeatLayout, heatLegend, layOut, markElement } from "./heat-cells";
import { liveCanvas } from "./live-canvas";

/** What the picture shows now. */
interface View {
  /** Which plane of the tensor. */
  shown: number;
  /** Flat index of the element that is read out; -1 for none. */
  cursor: number;
  layout: HeatLayout | null;
}

/**
 * @param worst flat index of the element to mark; -1 for none
 * @param choose gets the flat index of an element that was clicked, or chosen by Enter
 */
export function heatMap(
  details: CheckDetails,
  errors: Float64Array,
  worst: number,
  choose: (index: number) => void,
): HTMLElement {
  const plane = planeOf(details.shape);
  const size = plane.rows * plane.columns;
  const view: View = { shown: Math.max(0, Math.floor(worst / size)), cursor: -1, layout: null };
  const { canvas, redraw } = liveCanvas({
    label: "Relative error of each element. Arrow keys move, Enter shows the error curve of the element.",
    height(width) {
      view.layout = layOut(errors, plane, view.shown, width);
      return view.layout.cells.rows * view.layout.tall + 2;
    },
    draw(context, _width, _height, theme) {
      const { layout, shown, cursor } = view;
      if (!layout) return;
      drawCells(context, layout, errors, theme);
      const marks = [
        { index: worst, colour: theme.foreground },
        { index: cursor, colour: theme.focus },
      ];
      for (const { index, colour } of marks)
        if (index >= 0 && Math.floor(index / size) === shown)
          markElement(context, layout, plane.columns, index % size, colour);
    },
  });
  const readout = h("p", { class: "readout", "aria-live": "polite" });
  const tell = (index: number) => {
    readout.textContent = index < 0 ? "Nothing was compared here." : textOf(details, errors, index);
  };
  const moveTo = (index: number) => {
    view.cursor = index;
    canvas.title = index < 0 ? "" : textOf(details, errors, index);
    tell(index);
    redraw();
  };
  const turnTo = (shown: number) => {
    Object.assign(view, { shown, cursor: -1 });
    tell(worstOf(errors, shown * size, (shown + 1) * size));
    redraw();
  };
  tell(worst);
  makeWalkable(canvas, view, plane, { worst, moveTo, choose });
  return h(
    "figure",
    {},
    h("figcaption", {}, "Relative error of each element"),
    plane.count > 1 && planePicker(details.shape, plane, view, turnTo),
    h("div", { class: "canvas-box" }, canvas),
    heatLegend(errors),
    readout,
  );
}

interface Steps {
  readonly worst: number;
  moveTo(index: number): void;
  choose(index: number): void;
}

function makeWalkable(canvas: HTMLCanvasElement, view: View, plane: Plane, steps: Steps) {
  const size = plane.rows * plane.columns;
  const pointed = ({ offsetX, offsetY }: MouseEvent) =>
    view.layout ? elementAt(view.layout, offsetX, offsetY) : -1;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  on(canvas, {
    mousemove(event: MouseEvent) {
      const index = pointed(event);
      if (index >= 0 && index !== view.cursor) steps.moveTo(index);
    },
    click(event: MouseEvent) {
      const index = pointed(event);
      if (index >= 0) steps.choose(index);
    },
    keydown(event: KeyboardEvent) {
      if (event.key === "Enter" && view.cursor >= 0) return steps.choose(view.cursor);
      const { columns } = plane;
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: 0 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      const first = view.shown * size;
      const isWorstShown = Math.floor(steps.worst / size) === view.shown;
      const from = view.cursor < 0 || by === 0 ? (isWorstShown ? steps.worst : first) : view.cursor + by;
      steps.moveTo(Math.max(first, Math.min(first + size - 1, from)));
    },
  });
}

function planePicker(
  shape: readonly number[],
  { count }: Plane,
  view: View,
  turnTo: (shown: number) => void,
) {
  const nameOf = () => `[${[...unravel(view.shown, shape.slice(0, -2)), ":", ":"].join(", ")}]`;
  const name = h("span", { role: "status" }, nameOf());
  const turn = (by: number) => {
    turnTo((view.shown + by + count) % count);
    name.textContent = nameOf();
  };
  return h(
    "div",
    { class: "pages" },
    iconButton("Previous slice", "chevron-left", () => turn(-1)),
    name,
    iconButton("Next slice", "chevron-right", () => turn(1)),
  );
}

/** "[3, 7]: gradient 0.41, difference 0.82, relative error 0.5" */
function textOf({ analytic, numeric, shape }: CheckDetails, errors: Float64Array, index: number): string {
  const [a = 0, n = 0, error = 0] = [analytic[index], numeric[index], errors[index]];
  const place = shape.length === 0 ? "" : `${showIndex(unravel(index, shape))}: `;
  if (Number.isNaN(n)) return `${place}gradient ${formatNumber(a, 6)}, not compared`;
  return `${place}gradient ${formatNumber(a, 6)}, difference ${formatNumber(n, 6)}, relative error ${formatNumber(error, 2)}`;
}
