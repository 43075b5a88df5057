/** Draws a box: its shape says what it is, its fill and outline what its gradient is. */
import { colourAt, textOn, toCss } from "../../scale";
import type { Theme } from "../../theme";
import { type Area, areaOf } from "./area";
import { dotWidth, markWidth, noteGap, noteMiddle, padding } from "./box-size";
import { drawChange } from "./draw-change";
import { drawMark } from "./draw-mark";
import { textFont, titleFont } from "./fonts";
import { isNatural } from "./labels";
import type { Pen } from "./pen";
import type { Note, SceneBox } from "./scene";
import type { Sheet } from "./sheet";

/** Pixels; a smaller box is a plain colour. */
const smallestOutline = 5;

/** Draws one box with its texts; `index` is its number in the scene. */
export function drawBox(drawing: Sheet, index: number) {
  const { pen, scene, view, theme, marks } = drawing;
  const sceneBox = scene.boxes[index];
  if (!sceneBox) return;
  const area = areaOf(scene, index);
  const isFaint = marks.matches !== null && !marks.matches.has(index);
  pen.globalAlpha = isFaint ? 0.25 : 1;
  if ((area.bottom - area.top) * view.scale < smallestOutline) fillPlain(drawing, sceneBox, area);
  else {
    if (sceneBox.shape === "group") drawStack(pen, area, theme);
    const ink = fillBox(drawing, sceneBox, area);
    if (isNatural(view)) drawText(drawing, sceneBox, area, ink);
    else labelBox(drawing, sceneBox, area, ink, isFaint ? 0.25 : 1);
  }
  if (index === marks.hovered || index === marks.selected) {
    const isSelected = index === marks.selected;
    outline(pen, sceneBox, area, 3);
    pen.strokeStyle = isSelected ? theme.focus : theme.foreground;
    pen.lineWidth = Math.max(isSelected ? 3 : 1.5, 2 / view.scale);
    pen.setLineDash(isSelected && !marks.isFocused ? [6, 3] : []);
    pen.stroke();
    pen.setLineDash([]);
  }
  drawMark(drawing, sceneBox, area);
  drawChange(drawing, sceneBox, area);
  pen.globalAlpha = 1;
}

function fillPlain({ pen, theme }: Sheet, { gradient, position }: SceneBox, area: Area) {
  const plain = gradient === "nonFinite" ? theme.error : theme.dimmed;
  pen.fillStyle = gradient === "norm" ? toCss(colourAt(position)) : plain;
  pen.fillRect(area.left, area.top, area.right - area.left, area.bottom - area.top);
}

function outline(pen: Pen, { shape }: SceneBox, { left, right, top, bottom }: Area, grow: number) {
  const radius = (shape === "leaf" ? (bottom - top) / 2 : 5) + grow;
  pen.beginPath();
  pen.roundRect(left - grow, top - grow, right - left + 2 * grow, bottom - top + 2 * grow, radius);
}

/** The corners of two more cards behind a closed group. */
function drawStack(pen: Pen, { left, right, top, bottom }: Area, theme: Theme) {
  pen.strokeStyle = theme.foreground;
  pen.fillStyle = theme.background;
  pen.lineWidth = 1;
  for (const shift of [6, 3]) {
    pen.beginPath();
    pen.roundRect(left + shift, top + shift, right - left, bottom - top, 5);
    pen.fill();
    pen.stroke();
  }
}

/** Fills and outlines a box as its gradient asks; gives the colour for texts on it. */
function fillBox(drawing: Sheet, sceneBox: SceneBox, area: Area): string {
  const { pen, theme, view } = drawing;
  const { gradient, position, isLoss } = sceneBox;
  const colour = colourAt(position);
  pen.fillStyle = gradient === "norm" ? toCss(colour) : theme.background;
  outline(pen, sceneBox, area, 0);
  pen.fill();
  if (gradient === "zero" || gradient === "nonFinite") hatch(drawing, sceneBox, area);
  outline(pen, sceneBox, area, 0);
  pen.strokeStyle = gradient === "nonFinite" ? theme.error : sceneBox.isOff ? theme.dimmed : theme.foreground;
  pen.lineWidth = Math.max(gradient === "nonFinite" ? 3 : isLoss ? 2.5 : 1, 0.8 / view.scale);
  pen.setLineDash(gradient === "none" ? [5, 4] : []);
  pen.stroke();
  pen.setLineDash([]);
  if (gradient === "norm") return toCss(textOn(colour));
  return sceneBox.isOff ? theme.dimmed : theme.foreground;
}

/** Lines over the box's left end, or over all of it when there is no text to disturb; crossed for non-finite gradients. */
function hatch({ pen, theme, view }: Sheet, sceneBox: SceneBox, { left, right, top, bottom }: Area) {
  const isCrossed = sceneBox.gradient === "nonFinite";
  const height = bottom - top;
  pen.save();
  outline(pen, sceneBox, { left, right, top, bottom }, 0);
  pen.clip();
  const end = height * view.scale > 12 ? left + 9 : right;
  pen.beginPath();
  pen.rect(left, top, end - left, height);
  pen.clip();
  pen.beginPath();
  for (let x = left - height; x < end + height; x += 6) {
    pen.moveTo(x, bottom);
    pen.lineTo(x + height, top);
    if (!isCrossed) continue;
    pen.moveTo(x, top);
    pen.lineTo(x + height, bottom);
  }
  pen.strokeStyle = isCrossed ? theme.error : theme.foreground;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.restore();
}

function drawText({ pen, scene, theme }: Sheet, { text, notes, mark }: SceneBox, area: Area, ink: string) {
  const { left, right, top } = area;
  const isCompact = scene.density === "compact";
  const [first, second] = [top + (isCompact ? 12 : 13), top + (isCompact ? 12 : 29)];
  const start = left + padding + (mark ? markWidth : 0);
  pen.fillStyle = ink;
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  pen.font = titleFont(theme);
  pen.fillText(text.title, start, first);
  const title = pen.measureText(text.title).width;
  pen.font = textFont(theme);
  if (!isCompact) pen.fillText(text.left, left + padding, second);
  else if (text.detail !== "") pen.fillText(text.detail, start + title + padding - 3, first);
  pen.textAlign = "right";
  if (!isCompact) pen.fillText(text.detail, right - padding, first);
  pen.fillText(text.right, right - padding, second);
  pen.textAlign = "left";
  pen.lineWidth = 1;
  let x = left + padding;
  if (isCompact)
    x = start + title + (text.detail === "" ? 0 : padding - 3 + pen.measureText(text.detail).width) + 7;
  for (const note of notes) {
    drawDot(pen, note, x, isCompact ? first : top + noteMiddle, ink, theme);
    x += dotWidth;
    if (isCompact) continue;
    pen.fillStyle = ink;
    pen.fillText(note.name, x, top + noteMiddle);
    x += pen.measureText(note.name).width + noteGap;
  }
}

/** A parameter or constant, with the colour of its own gradient. */
function drawDot(
  pen: Pen,
  { gradient, position }: Note,
  x: number,
  middle: number,
  ink: string,
  theme: Theme,
) {
  pen.beginPath();
  pen.roundRect(x, middle - 4, 8, 8, 4);
  pen.fillStyle = gradient === "norm" ? toCss(colourAt(position)) : theme.background;
  pen.fill();
  pen.strokeStyle = gradient === "nonFinite" ? theme.error : ink;
  pen.stroke();
}

/** What can be written on a box that is smaller than its natural size. */
function labelBox({ labels }: Sheet, { text, isLoss }: SceneBox, area: Area, ink: string, alpha: number) {
  const { title, detail, left, right } = text;
  const short = title.slice(title.lastIndexOf(".") + 1);
  labels.push({
    area,
    lines: [
      [...(detail === "" ? [] : [`${title}  ${detail}`]), title, short, detail, ...(isLoss ? ["loss"] : [])],
      [`${left}  ${right}`, right, left],
    ],
    ink,
    alpha,
  });
}
