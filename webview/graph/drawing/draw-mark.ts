/** Marks a box that a finding blames: a triangle at its beginning, or an outline where that could not be seen. */
import type { Area } from "./area";
import { isNatural } from "./labels";
import type { SceneBox } from "./scene";
import type { Sheet } from "./sheet";

export function drawMark(
  { pen, theme, view }: Sheet,
  { mark }: SceneBox,
  { left, right, top, bottom }: Area,
) {
  if (mark === null) return;
  const colour = mark.severity === "error" ? theme.error : theme.warning;
  if (!isNatural(view)) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2.5 / view.scale;
    const grow = 2.5 / view.scale;
    pen.strokeRect(left - grow, top - grow, right - left + 2 * grow, bottom - top + 2 * grow);
    return;
  }
  const [x, y] = [left + 17, top + 12];
  pen.beginPath();
  pen.moveTo(x, y - 7);
  pen.lineTo(x + 8, y + 6);
  pen.lineTo(x - 8, y + 6);
  pen.lineTo(x, y - 7);
  pen.fillStyle = theme.background;
  pen.fill();
  pen.strokeStyle = colour;
  pen.lineWidth = 1.8;
  pen.stroke();
  pen.beginPath();
  pen.moveTo(x, y - 2);
  pen.lineTo(x, y + 2);
  pen.moveTo(x, y + 3.4);
  pen.lineTo(x, y + 4.6);
  pen.strokeStyle = theme.foreground;
  pen.lineWidth = 1.6;
  pen.stroke();
}
