/** The cells of a heat map: how large they are, what they look like, and which one is at a place. */
import { h } from "../dom";
import { colourAt, type Domain, positionOf, toCss } from "../scale";
import type { Theme } from "../theme";
import { type Cells, cellsOf, type Plane } from "./errors";
import { liveCanvas } from "./live-canvas";

/** The same for every tensor: right ones are dark, wrong ones light. */
const domain: Domain = { low: -12, high: 0 };
const tallest = 320;
const largest = 26;
/** A vector is a band that can be pointed at. */
const shortest = 16;

export interface HeatLayout {
  readonly cells: Cells;
  /** Width and height of a cell in CSS pixels. */
  readonly side: number;
  readonly tall: number;
}

export function layOut(errors: Float64Array, plane: Plane, shown: number, width: number): HeatLayout {
  const cells = cellsOf(errors, plane, shown, tallest / 2, Math.floor((width - 2) / 2));
  const side = Math.min(largest, (width - 2) / cells.columns);
  return { cells, side, tall: Math.min(largest, Math.max(side, shortest), tallest / cells.rows) };
}

/** The flat index of the worst element in the cell at a place; -1 for none. */
export function elementAt({ cells, side, tall }: HeatLayout, x: number, y: number): number {
  const row = Math.floor((y - 1) / tall);
  const column = Math.floor((x - 1) / side);
  const isInside = row >= 0 && column >= 0 && row < cells.rows && column < cells.columns;
  return isInside ? (cells.worst[row * cells.columns + column] ?? -1) : -1;
}

/** Frames an element, given by its index within the plane. */
export function markElement(
  context: CanvasRenderingContext2D,
  { cells, side, tall }: HeatLayout,
  columns: number,
  at: number,
  colour: string,
) {
  const row = Math.floor(Math.floor(at / columns) / cells.down);
  const column = Math.floor((at % columns) / cells.across);
  outline(context, 1 + column * side, 1 + row * tall, Math.max(5, side), Math.max(5, tall), colour);
}

export function drawCells(
  context: CanvasRenderingContext2D,
  { cells, side, tall }: HeatLayout,
  errors: Float64Array,
  theme: Theme,
) {
  const gap = side > 7 && tall > 7 ? 1 : 0;
  cells.worst.forEach((index, i) => {
    const x = 1 + (i % cells.columns) * side;
    const y = 1 + Math.floor(i / cells.columns) * tall;
    if (index < 0) {
      context.strokeStyle = theme.dimmed;
      context.beginPath();
      context.moveTo(x + 1, y + tall - 1);
      context.lineTo(x + side - 1, y + 1);
      context.stroke();
      return;
    }
    const error = errors[index] ?? 0;
    if (error === 0) {
      drawEmpty(context, x, y, side, tall, theme);
      return;
    }
    context.fillStyle = toCss(colourAt(positionOf(error, domain)));
    // Half a pixel more closes the seams between small cells.
    context.fillRect(x, y, side - gap + (gap ? 0 : 0.5), tall - gap + (gap ? 0 : 0.5));
  });
  if (theme.isHighContrast) {
    context.strokeStyle = theme.border;
    context.strokeRect(0.5, 0.5, cells.columns * side + 1, cells.rows * tall + 1);
  }
}

/** Both numbers are the same, mostly 0: no error, which a logarithmic scale cannot show. */
function drawEmpty(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  theme: Theme,
) {
  if (width < 4 || height < 4) return;
  context.strokeStyle = theme.border;
  context.lineWidth = 0.5;
  context.strokeRect(x + 0.5, y + 0.5, width - 2, height - 2);
  context.lineWidth = 1;
}

/** Two lines, one of each brightness: seen on every colour of the scale. */
function outline(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  colour: string,
) {
  context.lineWidth = 4;
  context.strokeStyle = "black";
  context.strokeRect(x, y, width - 1, height - 1);
  context.lineWidth = 2;
  context.strokeStyle = "white";
  context.strokeRect(x, y, width - 1, height - 1);
  context.lineWidth = 1;
  context.strokeStyle = colour;
  context.strokeRect(x - 2, y - 2, width + 3, height + 3);
}

export function heatLegend(errors: Float64Array): HTMLElement {
  const notes = [
    errors.includes(0) ? "Empty: both numbers are the same." : "",
    errors.some(Number.isNaN) ? "Struck through: not compared." : "",
  ];
  return h("div", {}, scale(domain), h("p", { class: "readout note" }, notes.join(" ")));
}

function scale({ low, high }: Domain): HTMLElement {
  const { canvas } = liveCanvas({
    label: `Colours from 1e${low}, dark, to ${10 ** high}, light`,
    height: () => 10,
    draw(context, width, height) {
      for (let x = 0; x < width; x++) {
        context.fillStyle = toCss(colourAt(x / Math.max(1, width - 1)));
        context.fillRect(x, 0, 1, height);
      }
    },
  });
  canvas.setAttribute("role", "img");
  return h(
    "div",
    { class: "scale" },
    h("span", {}, `1e${low} or less`),
    h("div", { class: "canvas-box" }, canvas),
    h("span", {}, "1"),
  );
}
