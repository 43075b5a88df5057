/** Draws a box: its shape says what it is, its fill and outline what its gradient is. */
import { colourAt, textOn, toCss } from "../scale";
import type { Theme } from "../theme";
import { drawChange } from "./draw-change";
import { boxHeight, type PlacedScene, type SceneBox } from "./scene";
import type { Viewport } from "./viewport";

export interface Marks {
  readonly selected: number | null;
  readonly hovered: number | null;
  /** Boxes that match the search, or null without one. */
  readonly matches: ReadonlySet<number> | null;
  readonly isFocused: boolean;
}

/** Below this scale boxes are plain colours. */
export const readable = 0.42;

/** Draws one box with its texts; `index` is its number in the scene. */
export function drawBox(
  context: CanvasRenderingContext2D,
  scene: PlacedScene,
  index: number,
  sceneBox: SceneBox,
  view: Viewport,
  theme: Theme,
  marks: Marks,
) {
  const width = scene.input.widths[index] ?? 0;
  const left = (scene.layout.x[index] ?? 0) - width / 2;
  const top = (scene.layout.y[index] ?? 0) - boxHeight / 2;
  const outline = (grow: number) => {
    const radius = (sceneBox.shape === "leaf" ? boxHeight / 2 : 5) + grow;
    context.beginPath();
    context.roundRect(left - grow, top - grow, width + 2 * grow, boxHeight + 2 * grow, radius);
  };
  context.globalAlpha = marks.matches && !marks.matches.has(index) ? 0.25 : 1;
  if (sceneBox.shape === "layer") drawStack(context, left, top, width, theme);
  const ink = fillBox(context, sceneBox, outline, { left, top, width }, theme, view.scale);
  const isReadable = view.scale >= readable;
  if (isReadable) drawText(context, sceneBox, left, top, width, ink, theme);
  if (index === marks.hovered || index === marks.selected) {
    outline(3);
    context.strokeStyle = index === marks.selected ? theme.focus : theme.foreground;
    context.lineWidth = Math.max(index === marks.selected ? 3 : 1.5, 2 / view.scale);
    context.setLineDash(index === marks.selected && !marks.isFocused ? [6, 3] : []);
    context.stroke();
    context.setLineDash([]);
  }
  drawChange(context, sceneBox, { left, top, width }, theme, isReadable, view.scale);
  context.globalAlpha = 1;
}

/** The corners of two more cards behind a collapsed layer. */
function drawStack(
  context: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  theme: Theme,
) {
  context.strokeStyle = theme.foreground;
  context.fillStyle = theme.background;
  context.lineWidth = 1;
  for (const shift of [6, 3]) {
    context.beginPath();
    context.roundRect(left + shift, top + shift, width, boxHeight, 5);
    context.fill();
    context.stroke();
  }
}

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/** Fills and outlines a box as its gradient asks; gives the colour for texts on it. */
function fillBox(
  context: CanvasRenderingContext2D,
  { gradient, position, isLoss }: SceneBox,
  outline: (grow: number) => void,
  frame: Frame,
  theme: Theme,
  scale: number,
): string {
  const colour = colourAt(position);
  context.fillStyle = gradient === "norm" ? toCss(colour) : theme.background;
  outline(0);
  context.fill();
  if (gradient === "zero" || gradient === "nonFinite")
    hatch(context, outline, frame, gradient === "nonFinite", theme, scale >= readable);
  outline(0);
  context.strokeStyle = gradient === "nonFinite" ? theme.error : theme.foreground;
  context.lineWidth = Math.max(gradient === "nonFinite" ? 3 : isLoss ? 2.5 : 1, 0.8 / scale);
  context.setLineDash(gradient === "none" ? [5, 4] : []);
  context.stroke();
  context.setLineDash([]);
  return gradient === "norm" ? toCss(textOn(colour)) : theme.foreground;
}

/** Lines over the box's left end, or over all of it when there is no text to disturb; crossed for non-finite gradients. */
function hatch(
  context: CanvasRenderingContext2D,
  outline: (grow: number) => void,
  { left, top, width }: Frame,
  isCrossed: boolean,
  theme: Theme,
  isReadable: boolean,
) {
  context.save();
  outline(0);
  context.clip();
  const end = isReadable ? left + 11 : left + width;
  context.beginPath();
  context.rect(left, top, end - left, boxHeight);
  context.clip();
  context.beginPath();
  for (let x = left - boxHeight; x < end + boxHeight; x += 6) {
    context.moveTo(x, top + boxHeight);
    context.lineTo(x + boxHeight, top);
    if (isCrossed) {
      context.moveTo(x, top);
      context.lineTo(x + boxHeight, top + boxHeight);
    }
  }
  context.strokeStyle = isCrossed ? theme.error : theme.foreground;
  context.lineWidth = 1.5;
  context.stroke();
  context.restore();
}

export const titleFont = (theme: Theme) => `600 13px ${theme.font}`;
export const textFont = (theme: Theme) => `12px ${theme.font}`;

function drawText(
  context: CanvasRenderingContext2D,
  { text }: SceneBox,
  left: number,
  top: number,
  width: number,
  ink: string,
  theme: Theme,
) {
  context.fillStyle = ink;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.font = titleFont(theme);
  context.fillText(text.title, left + 14, top + 15);
  context.font = textFont(theme);
  context.fillText(text.left, left + 14, top + 33);
  context.textAlign = "right";
  context.fillText(text.detail, left + width - 14, top + 15);
  context.fillText(text.right, left + width - 14, top + 33);
}
