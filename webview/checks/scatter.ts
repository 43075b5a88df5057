/** The gradient of the backward pass against the differences, a point an element; right ones lie on the diagonal. */

import { formatNumber, showCount } from "../../engine/core/number-text";
import type { CheckDetails } from "../../engine/report/questions";
import { h } from "../dom";
import type { Theme } from "../theme";
import { symmetricLog } from "./errors";
import { liveCanvas } from "./live-canvas";

/** Relative error from which a point is drawn as one that is off. */
const off = 1e-3;
const margin = 26;
/** Points beyond these are drawn every n-th; those that are off always. */
const most = 20_000;

export function drawScatter({ analytic, numeric }: CheckDetails, errors: Float64Array): HTMLElement {
  let largest = 0;
  let wrong = 0;
  for (let i = 0; i < analytic.length; i++) {
    if (Number.isNaN(errors[i])) continue;
    for (const v of [analytic[i] ?? 0, numeric[i] ?? 0])
      if (Number.isFinite(v)) largest = Math.max(largest, Math.abs(v));
    if ((errors[i] ?? 0) > off) wrong += 1;
  }
  const words = `${showCount(wrong)} of ${showCount(analytic.length)} elements lie off the diagonal`;
  const { canvas } = liveCanvas({
    label: `Gradient against difference: ${words}`,
    height: (width) => Math.min(width, 300),
    draw(context, width, height, theme) {
      const side = Math.min(width, height) - 2 * margin;
      const scale = symmetricLog(largest);
      const x = (value: number) => margin + ((scale(value) + 1) / 2) * side;
      const y = (value: number) => margin + ((1 - scale(value)) / 2) * side;
      drawAxes(context, side, largest, theme);
      const every = Math.ceil(analytic.length / most);
      analytic.forEach((a, i) => {
        const n = numeric[i] ?? Number.NaN;
        const isOff = (errors[i] ?? 0) > off;
        if (Number.isFinite(a) && Number.isFinite(n) && (isOff || i % every === 0))
          drawPoint(context, x(n), y(a), isOff, theme);
      });
    },
  });
  canvas.setAttribute("role", "img");
  return h(
    "figure",
    {},
    h("figcaption", {}, "Gradient against difference"),
    h("div", { class: "canvas-box" }, canvas),
    h("p", { class: "readout" }, `${words}. Both axes are logarithmic on both sides of 0.`),
  );
}

function drawAxes(context: CanvasRenderingContext2D, side: number, largest: number, theme: Theme) {
  const end = margin + side;
  const middle = margin + side / 2;
  context.strokeStyle = theme.border;
  context.strokeRect(margin + 0.5, margin + 0.5, side, side);
  context.beginPath();
  for (const [fromX, fromY, toX, toY] of [
    [middle, margin, middle, end],
    [margin, middle, end, middle],
  ] as const) {
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
  }
  context.stroke();
  context.strokeStyle = theme.dimmed;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(margin, end);
  context.lineTo(end, margin);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = theme.foreground;
  context.font = `11px ${theme.font}`;
  context.textAlign = "center";
  context.fillText("difference", middle, end + 20);
  context.fillText("0", middle, end + 11);
  context.textAlign = "left";
  context.fillText(`gradient, up to ±${formatNumber(largest, 2)}`, margin, margin - 8);
}

/** A dot, or a cross where the numbers differ: the shape tells, not the colour alone. */
function drawPoint(context: CanvasRenderingContext2D, x: number, y: number, isOff: boolean, theme: Theme) {
  if (!isOff) {
    context.fillStyle = theme.accent;
    context.fillRect(x - 1.5, y - 1.5, 3, 3);
    return;
  }
  context.strokeStyle = theme.error;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x - 4, y - 4);
  context.lineTo(x + 4, y + 4);
  context.moveTo(x - 4, y + 4);
  context.lineTo(x + 4, y - 4);
  context.stroke();
  context.lineWidth = 1;
}
