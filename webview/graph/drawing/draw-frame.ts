/** Draws an open group: a frame with its name, and a sign that closes it. */
import { frameHeading } from "../layout/layout";
import { type Area, areaOf } from "./area";
import { smallestText, textSize } from "./fonts";
import { isNatural } from "./labels";
import type { PlacedScene } from "./scene";
import type { Sheet } from "./sheet";

export function drawFrame(sheet: Sheet, frame: number, item: number) {
  const { pen, scene, view, theme, labels } = sheet;
  const { left, right, top, bottom } = areaOf(scene, item);
  pen.beginPath();
  pen.roundRect(left, top, right - left, bottom - top, 6);
  if (!theme.isHighContrast) {
    pen.globalAlpha = 0.035;
    pen.fillStyle = theme.foreground;
    pen.fill();
  }
  pen.globalAlpha = theme.isHighContrast ? 1 : 0.55;
  pen.strokeStyle = theme.foreground;
  pen.lineWidth = Math.max(1, 0.8 / view.scale);
  pen.stroke();
  pen.globalAlpha = 1;
  const { title = "", detail = "" } = scene.frames[frame] ?? {};
  const heading = (frameHeading + 14) * view.scale;
  const size = isNatural(view) ? Math.max(smallestText, textSize * view.scale) : smallestText;
  labels.push({
    area: { left, right, top, bottom },
    lines: [[`${title}   ${detail}`, title]],
    heading,
    size,
  });
  if (isNatural(view)) drawSign(sheet, closeSign(scene, item));
}

/** Where a click closes a frame, in the drawing. */
export function closeSign(scene: PlacedScene, item: number): Area {
  const { right, top } = areaOf(scene, item);
  return { left: right - 22, right: right - 6, top: top + 4, bottom: top + 20 };
}

/** A minus in a box. */
function drawSign({ pen, theme }: Sheet, { left, right, top, bottom }: Area) {
  pen.lineWidth = 1.2;
  pen.strokeStyle = theme.foreground;
  pen.beginPath();
  pen.roundRect(left + 2, top + 2, right - left - 4, bottom - top - 4, 2);
  pen.moveTo(left + 5, (top + bottom) / 2);
  pen.lineTo(right - 5, (top + bottom) / 2);
  pen.stroke();
}

/** Smaller than this the sign is not there. */
export function hasSign(scale: number): boolean {
  return scale * textSize >= smallestText;
}
