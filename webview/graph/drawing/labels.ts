/** Texts of a graph that is smaller than its natural size: as large as can be read, where there is room for them. */

import type { Area } from "./area";
import { smallestText, textSize } from "./fonts";
import type { Label, Sheet } from "./sheet";
import type { Viewport } from "./viewport";

const lineHeight = 13;
const margin = 4;

/** Texts are drawn as large as the drawing asks. */
export const isNatural = ({ scale }: Viewport) => scale * textSize >= smallestText - 0.01;

/** Writes the labels; those of frames that have no heading come over what is in them, where no other label stands. */
export function drawLabels(sheet: Sheet) {
  const taken: Area[] = [];
  sheet.pen.textBaseline = "middle";
  for (const label of sheet.labels) {
    if (label.heading === undefined) drawInBox(sheet, label);
    else drawOnFrame(sheet, label, label.heading, taken);
  }
  sheet.pen.globalAlpha = 1;
}

function onScreen({ view: { scale, x, y } }: Sheet, { left, right, top, bottom }: Area): Area {
  return {
    left: left * scale + x,
    right: right * scale + x,
    top: top * scale + y,
    bottom: bottom * scale + y,
  };
}

function drawInBox(sheet: Sheet, { area, lines, ink, alpha = 1 }: Label) {
  const { pen, theme } = sheet;
  const { left, right, top, bottom } = onScreen(sheet, area);
  pen.font = `${smallestText}px ${theme.font}`;
  const words = lines.slice(0, Math.floor((bottom - top) / lineHeight)).flatMap((choices) => {
    const fitting = choices.find(
      (text) => text.trim() !== "" && pen.measureText(text).width <= right - left - 2 * margin,
    );
    return fitting ?? [];
  });
  pen.textAlign = "center";
  pen.globalAlpha = alpha;
  pen.fillStyle = ink ?? theme.foreground;
  words.forEach((text, i) => {
    const y = (top + bottom) / 2 + (i - (words.length - 1) / 2) * lineHeight;
    pen.fillText(text, (left + right) / 2, y);
  });
}

/** At the top of a frame, or in its middle where the top has no room; over a ground of its own, so that no edge crosses it. */
function drawOnFrame(
  sheet: Sheet,
  { area, lines, size = smallestText }: Label,
  heading: number,
  taken: Area[],
) {
  const { pen, theme } = sheet;
  const { left, right, top, bottom } = onScreen(sheet, area);
  const isOver = heading < lineHeight;
  if (isOver && bottom - top < 2 * lineHeight) return;
  pen.font = `${isOver ? "" : "600 "}${size}px ${theme.font}`;
  const room = right - left - 2 * margin - (isOver ? 0 : 2 * size);
  const text = lines[0]?.find((choice) => pen.measureText(choice).width <= room);
  if (text === undefined) return;
  const half = pen.measureText(text).width / 2 + margin;
  const x = isOver ? (left + right) / 2 : left + half + margin;
  const y = isOver ? (top + bottom) / 2 : top + size / 2 + Math.min(5, (heading - lineHeight) / 3);
  const own = { left: x - half, right: x + half, top: y - size / 2 - 2, bottom: y + size / 2 + 2 };
  if (taken.some((other) => meets(own, other))) return;
  taken.push(own);
  pen.globalAlpha = 0.85;
  pen.fillStyle = theme.background;
  pen.fillRect(own.left, own.top, own.right - own.left, own.bottom - own.top);
  pen.globalAlpha = 1;
  pen.fillStyle = theme.foreground;
  pen.textAlign = "center";
  pen.fillText(text, x, y);
}

function meets(a: Area, b: Area): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
