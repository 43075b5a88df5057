/** Draws a placed graph on a canvas: only what is on the screen, and texts only where they can be read. */
import type { Theme } from "../theme";
import { drawBox, type Marks, readable, textFont } from "./draw-box";
import { gapY } from "./layout";
import { boxHeight, type PlacedScene } from "./scene";
import { type Size, toDrawing, toScreen, type Viewport } from "./viewport";

interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function draw(
  context: CanvasRenderingContext2D,
  scene: PlacedScene,
  view: Viewport,
  screen: Size,
  theme: Theme,
  marks: Marks,
) {
  const pixels = devicePixelRatio;
  context.setTransform(pixels, 0, 0, pixels, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, screen.width, screen.height);
  context.setTransform(pixels * view.scale, 0, 0, pixels * view.scale, pixels * view.x, pixels * view.y);
  const { x: left, y: top } = toDrawing(view, { x: 0, y: 0 });
  const { x: right, y: bottom } = toDrawing(view, { x: screen.width, y: screen.height });
  const area = { left, top, right, bottom };
  drawEdges(context, scene, view, area, theme, marks);
  scene.boxes.forEach((box, index) => {
    if (isVisible(scene, index, area)) drawBox(context, scene, index, box, view, theme, marks);
  });
  drawNames(context, scene, view, area, theme);
}

function isVisible({ layout, input }: PlacedScene, index: number, area: Area): boolean {
  const x = layout.x[index] ?? 0;
  const y = layout.y[index] ?? 0;
  const half = (input.widths[index] ?? 0) / 2 + 8;
  return (
    x + half > area.left && x - half < area.right && y + boxHeight > area.top && y - boxHeight < area.bottom
  );
}

function drawEdges(
  context: CanvasRenderingContext2D,
  scene: PlacedScene,
  view: Viewport,
  area: Area,
  theme: Theme,
  { selected }: Marks,
) {
  scene.graph.edges.forEach(({ from, to }, index) => {
    const points = edgePoints(scene, index, from, to);
    if (!touches(points, area)) return;
    const position = scene.edgePositions[index] ?? -1;
    const isMarked = selected !== null && (from === selected || to === selected);
    const plain = Number.isNaN(position) ? theme.error : theme.foreground;
    context.strokeStyle = isMarked ? theme.focus : plain;
    context.globalAlpha = isMarked || theme.isHighContrast ? 1 : 0.45;
    context.lineWidth = Math.max(
      position >= 0 ? 1 + 3.5 * position : Number.isNaN(position) ? 2.5 : 1,
      0.6 / view.scale,
    );
    context.setLineDash(position < 0 ? [4, 4] : []);
    context.beginPath();
    tracePath(context, points);
    context.stroke();
    if (view.scale >= readable / 2) drawArrow(context, points, context.lineWidth);
  });
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/** Where boxes are too small for texts but rows still wide enough apart, names stand beside the boxes. */
function drawNames(
  context: CanvasRenderingContext2D,
  scene: PlacedScene,
  view: Viewport,
  area: Area,
  theme: Theme,
) {
  const pitch = (boxHeight + gapY) * view.scale;
  if (view.scale >= readable || pitch < 13) return;
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context.font = textFont(theme);
  context.fillStyle = theme.foreground;
  context.textBaseline = "middle";
  const { x: edge } = toScreen(view, { x: area.right, y: 0 });
  scene.boxes.forEach(({ text, change }, index) => {
    if (!isVisible(scene, index, area)) return;
    const { x, y } = toScreen(view, { x: scene.layout.x[index] ?? 0, y: scene.layout.y[index] ?? 0 });
    const half = ((scene.input.widths[index] ?? 0) / 2) * view.scale + 10;
    const isLeft = scene.isFirst[index] === 1;
    const free = isLeft ? Number.POSITIVE_INFINITY : (scene.room[index] ?? 0) * view.scale - 16;
    // What the edge of the panel would cut off is left out.
    const room = Math.min(free, isLeft ? x - half : edge - x - half);
    const isShort = (words: string) => context.measureText(words).width <= room;
    const parts = [text.title, change, text.right].filter((part) => part !== "");
    const words = [3, 2, 1].map((count) => parts.slice(0, count).join("   ")).find(isShort);
    context.textAlign = isLeft ? "right" : "left";
    if (words !== undefined) context.fillText(words, isLeft ? x - half : x + half, y);
  });
}

/** x, y pairs from the bottom of one box over the bends to the top of the other. */
function edgePoints({ layout }: PlacedScene, index: number, from: number, to: number): number[] {
  const bends = layout.routes.subarray(
    2 * (layout.routeStart[index] ?? 0),
    2 * (layout.routeStart[index + 1] ?? 0),
  );
  const start = [layout.x[from] ?? 0, (layout.y[from] ?? 0) + boxHeight / 2];
  const end = [layout.x[to] ?? 0, (layout.y[to] ?? 0) - boxHeight / 2];
  return [...(layout.isBranch[index] ? [] : start), ...bends, ...end];
}

function touches(points: readonly number[], area: Area): boolean {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i] ?? 0);
    right = Math.max(right, points[i] ?? 0);
    top = Math.min(top, points[i + 1] ?? 0);
    bottom = Math.max(bottom, points[i + 1] ?? 0);
  }
  return right >= area.left && left <= area.right && bottom >= area.top && top <= area.bottom;
}

/** Curves that leave and arrive vertically. */
function tracePath(context: CanvasRenderingContext2D, points: readonly number[]) {
  let [x, y] = [points[0] ?? 0, points[1] ?? 0];
  context.moveTo(x, y);
  for (let i = 2; i < points.length; i += 2) {
    const nextX = points[i] ?? 0;
    const nextY = points[i + 1] ?? 0;
    const middle = (y + nextY) / 2;
    context.bezierCurveTo(x, middle, nextX, middle, nextX, nextY);
    [x, y] = [nextX, nextY];
  }
}

function drawArrow(context: CanvasRenderingContext2D, points: readonly number[], width: number) {
  const x = points.at(-2) ?? 0;
  const y = points.at(-1) ?? 0;
  const size = 4 + width;
  context.setLineDash([]);
  context.fillStyle = context.strokeStyle;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - size * 0.7, y - size * 1.4);
  context.lineTo(x + size * 0.7, y - size * 1.4);
  context.fill();
}
