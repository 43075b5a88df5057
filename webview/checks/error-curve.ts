/** The error of the difference over its step, on two logarithmic axes: truncation to one side, rounding to the other. */

import { formatNumber } from "../../engine/core/number-text";
import type { CheckCurve } from "../../engine/report/questions";
import { h, svg } from "../dom";

const width = 320;
const height = 220;
const left = 44;
const bottom = 34;
const top = 14;

export interface DrawnPoint {
  readonly step: number;
  readonly error: number;
}

/** Finite points with a positive step; errors are distances to the gradient of the backward pass. */
export function curvePoints({ steps, numeric, analytic }: CheckCurve): DrawnPoint[] {
  return [...steps]
    .map((step, i) => ({ step, error: Math.abs((numeric[i] ?? Number.NaN) - analytic) }))
    .filter(({ step, error }) => step > 0 && Number.isFinite(error));
}

/** A coordinate, as exact as a screen is. */
function tenth(value: number): number {
  return Math.round(10 * value) / 10;
}

/** @param title the element: "[3, 7]" */
export function drawErrorCurve(curve: CheckCurve, title: string): HTMLElement {
  const points = curvePoints(curve);
  const best = points.reduce<DrawnPoint | null>((a, b) => (a === null || b.error < a.error ? b : a), null);
  const words =
    best === null
      ? "No step gave a finite difference"
      : `The error is smallest, ${formatNumber(best.error, 2)}, at step ${formatNumber(best.step, 2)}; the check used ${formatNumber(curve.chosen, 2)}`;
  return h(
    "figure",
    {},
    h("figcaption", {}, `Error over the step${title === "" ? "" : `, element ${title}`}`),
    points.length > 1 ? plot(points, curve.chosen, words) : null,
    h("p", { class: "readout" }, `${words}.`),
  );
}

function plot(points: readonly DrawnPoint[], chosen: number, words: string): SVGElement {
  const steps = points.map(({ step }) => Math.log10(step));
  const errors = points.filter(({ error }) => error > 0).map(({ error }) => Math.log10(error));
  const [fromX, toX] = [Math.floor(Math.min(...steps)), Math.ceil(Math.max(...steps))];
  const lowest = errors.length > 0 ? Math.floor(Math.min(...errors)) : -16;
  const [fromY, toY] = [lowest - 1, Math.max(lowest + 1, Math.ceil(Math.max(...errors, lowest + 1)))];
  const x = (exponent: number) => left + ((exponent - fromX) / (toX - fromX)) * (width - left - 8);
  const y = (exponent: number) => top + ((toY - exponent) / (toY - fromY)) * (height - top - bottom);
  const at = ({ step, error }: DrawnPoint) =>
    `${tenth(x(Math.log10(step)))},${tenth(y(error > 0 ? Math.log10(error) : fromY))}`;
  const line = svg("polyline", { points: points.map(at).join(" "), class: "line" });
  const dots = points.map((point) => {
    const [cx = "", cy = ""] = at(point).split(",");
    const tip = `step ${formatNumber(point.step, 2)}: error ${formatNumber(point.error, 2)}`;
    return svg("circle", { cx, cy, r: 3, class: "dot" }, svg("title", {}, tip));
  });
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, class: "curve", role: "img", "aria-label": words },
    ticks(fromX, toX).flatMap((e) => [
      svg("line", { x1: x(e), x2: x(e), y1: top, y2: height - bottom, class: "grid" }),
      svg("text", { x: x(e), y: height - bottom + 13, "text-anchor": "middle" }, `1e${e}`),
    ]),
    ticks(fromY, toY).flatMap((e) => [
      svg("line", { x1: left, x2: width - 8, y1: y(e), y2: y(e), class: "grid" }),
      svg("text", { x: left - 5, y: y(e) + 4, "text-anchor": "end" }, e === fromY ? "0" : `1e${e}`),
    ]),
    svg("text", { x: (left + width) / 2, y: height - 4, "text-anchor": "middle" }, "step"),
    line,
    dots,
    markOf(Math.log10(chosen), x, fromX, toX),
  );
}

/** Where the check stood. */
function markOf(exponent: number, x: (exponent: number) => number, from: number, to: number) {
  if (!(exponent >= from && exponent <= to)) return null;
  const place = x(exponent);
  const isRight = place > width - 80;
  return [
    svg("line", { x1: place, x2: place, y1: top, y2: height - bottom, class: "chosen" }),
    svg(
      "text",
      { x: place + (isRight ? -4 : 4), y: top - 4, "text-anchor": isRight ? "end" : "start" },
      "step of the check",
    ),
  ];
}

/** Whole exponents, six at most. */
function ticks(from: number, to: number): number[] {
  const every = Math.max(1, Math.ceil((to - from) / 6));
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => from + i * every);
}
