/** Draws a placed graph: only what is on the screen, and no more detail than can be seen. */
import { colourAt, toCss } from "../../scale";
import type { Theme } from "../../theme";
import { areaOf } from "./area";
import { drawBox } from "./draw-box";
import { drawFrame } from "./draw-frame";
import { drawHops, markedHops } from "./draw-hops";
import { drawLabels } from "./labels";
import type { Pen } from "./pen";
import type { PlacedScene } from "./scene";
import type { Marks, Sheet } from "./sheet";
import { type Size, toDrawing, type Viewport } from "./viewport";

/** On the screen smaller frames are drawn as one block. */
const smallestFrame = 12;

export function draw(
  pen: Pen,
  scene: PlacedScene,
  view: Viewport,
  screen: Size,
  theme: Theme,
  marks: Marks,
  pixels: number,
) {
  pen.setTransform(pixels, 0, 0, pixels, 0, 0);
  pen.globalAlpha = 1;
  pen.fillStyle = theme.background;
  pen.fillRect(0, 0, screen.width, screen.height);
  pen.setTransform(pixels * view.scale, 0, 0, pixels * view.scale, pixels * view.x, pixels * view.y);
  const { x: left, y: top } = toDrawing(view, { x: 0, y: 0 });
  const { x: right, y: bottom } = toDrawing(view, { x: screen.width, y: screen.height });
  const marked = markedHops(scene, marks.selected);
  const drawing = { pen, scene, view, theme, marks, area: { left, top, right, bottom }, marked, labels: [] };
  // Frames before what is in them.
  const waiting = [0];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    drawHops(drawing, index);
    const { boxes, frames } = scene.contents[index] ?? { boxes: [], frames: [] };
    for (const box of boxes) if (isVisible(drawing, box)) drawBox(drawing, box);
    for (const frame of frames) {
      const item = scene.graph.boxes.length + frame;
      if (!isVisible(drawing, item)) continue;
      if (isTiny(drawing, item)) drawBlock(drawing, frame, item);
      else {
        drawFrame(drawing, frame, item);
        waiting.push(frame + 1);
      }
    }
  }
  pen.setTransform(pixels, 0, 0, pixels, 0, 0);
  drawLabels(drawing);
}

/** What stands out beside a box: its outline when it is selected, the corners behind a closed group. */
const overhang = 12;

function isVisible({ scene, area }: Sheet, item: number): boolean {
  const { left, right, top, bottom } = areaOf(scene, item);
  return (
    right + overhang > area.left &&
    left - overhang < area.right &&
    bottom + overhang > area.top &&
    top - overhang < area.bottom
  );
}

function isTiny({ scene: { layout }, view }: Sheet, item: number): boolean {
  return (
    Math.max(layout.widths[item] ?? 0, layout.heights[item] ?? 0) * view.scale < 2 * smallestFrame ||
    Math.min(layout.widths[item] ?? 0, layout.heights[item] ?? 0) * view.scale < smallestFrame / 3
  );
}

function drawBlock({ pen, scene, view, theme }: Sheet, frame: number, item: number) {
  const shown = scene.frames[frame];
  const { left, right, top, bottom } = areaOf(scene, item);
  pen.fillStyle =
    shown?.gradient === "norm"
      ? toCss(colourAt(shown.position))
      : shown?.gradient === "nonFinite"
        ? theme.error
        : theme.background;
  pen.strokeStyle = theme.foreground;
  pen.lineWidth = 0.6 / view.scale;
  // At least a pixel, so that it does not vanish.
  const least = 1 / view.scale;
  pen.fillRect(left, top, Math.max(least, right - left), Math.max(least, bottom - top));
  if (shown?.gradient !== "norm") pen.strokeRect(left, top, right - left, bottom - top);
}
