/** Texts of a graph that is smaller than its natural size: as large as can be read, where there is room for them. */

import type { Area } from "./area";
import { smallestText, textSize } from "./fonts";
import type { Sheet } from "./sheet";
import type { Viewport } from "./viewport";

const lineHeight = 13;
const margin = 4;

/** Texts are drawn as large as the drawing asks. */
export const isNatural = ({ scale }: Viewport) => scale * textSize >= smallestText - 0.01;

/** Writes the labels; those of frames that have no heading come over what is in them, where no other label stands. */
export function drawLabels({ pen, view, theme, labels }: Sheet) {
  const taken: Area[] = [];
  pen.font = `${smallestText}px ${theme.font}`;
  pen.textBaseline = "middle";
  for (const { area, lines, heading, ink = theme.foreground, alpha = 1 } of labels) {
    const [left, right] = [area.left * view.scale + view.x, area.right * view.scale + view.x];
    const [top, bottom] = [area.top * view.scale + view.y, area.bottom * view.scale + view.y];
    const room = right - left - 2 * margin;
    const height = bottom - top;
    const count = heading === undefined ? Math.min(lines.length, Math.floor(height / lineHeight)) : 1;
    const fitting = lines
      .slice(0, count)
      .map((choices) => choices.find((text) => text.trim() !== "" && pen.measureText(text).width <= room));
    const words = fitting.filter((text) => text !== undefined);
    if (words.length === 0) continue;
    const isOver = heading !== undefined && heading < lineHeight;
    if (isOver && height < 2 * lineHeight) continue;
    pen.textAlign = heading !== undefined && !isOver ? "left" : "center";
    const x = pen.textAlign === "left" ? left + 2 * margin : (left + right) / 2;
    const middle = heading !== undefined && !isOver ? top + lineHeight / 2 + 1 : (top + bottom) / 2;
    if (isOver) {
      const width = pen.measureText(words[0] ?? "").width / 2 + margin;
      const own = { left: x - width, right: x + width, top: middle - 8, bottom: middle + 8 };
      if (taken.some((other) => meets(own, other))) continue;
      taken.push(own);
      pen.globalAlpha = 0.85;
      pen.fillStyle = theme.background;
      pen.fillRect(own.left, own.top, own.right - own.left, own.bottom - own.top);
    }
    pen.globalAlpha = alpha;
    pen.fillStyle = ink;
    words.forEach((text, i) => {
      pen.fillText(text, x, middle + (i - (words.length - 1) / 2) * lineHeight);
    });
  }
  pen.globalAlpha = 1;
}

function meets(a: Area, b: Area): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
