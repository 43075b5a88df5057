/** Marks a box that changed since the run before: a badge with the words, or an outline where words cannot be read. */
import type { Area } from "./area";
import { isNatural } from "./labels";
import type { Pen } from "./pen";
import type { SceneBox } from "./scene";
import type { Sheet } from "./sheet";

const height = 17;
const padding = 6;

/** The badge stands on the upper edge, at the right end; text that is wider than the box keeps its beginning. */
export function drawChange(
  { pen: context, theme, view }: Sheet,
  { change }: SceneBox,
  { left, right, top, bottom }: Area,
) {
  if (change === "") return;
  const width = right - left;
  context.strokeStyle = theme.accent;
  if (!isNatural(view)) {
    context.lineWidth = 2 / view.scale;
    context.strokeRect(left - 4, top - 4, width + 8, bottom - top + 8);
    return;
  }
  context.font = `600 11px ${theme.font}`;
  const text = fitting(context, change, width - 2 * padding);
  const badge = context.measureText(text).width + 2 * padding;
  const x = left + width - badge + 4;
  const y = top - height + 5;
  context.beginPath();
  context.roundRect(x, y, badge, height, height / 2);
  context.fillStyle = theme.background;
  context.fill();
  context.lineWidth = 1.5;
  context.stroke();
  context.fillStyle = theme.foreground;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, x + padding, y + height / 2 + 0.5);
}

function fitting(context: Pen, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  const [first = text, ...more] = text.split(", ");
  if (more.length > 0) return fitting(context, more.at(-1) ?? first, room);
  return text;
}
