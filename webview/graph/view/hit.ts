/** What of a graph is at a point: only what is in the frames around it is looked at. */
import { type Area, areaOf } from "../drawing/area";
import { closeSign } from "../drawing/draw-frame";
import type { PlacedScene } from "../drawing/scene";
import type { Point } from "../drawing/viewport";
import { frameHeading } from "../layout/layout";

const isIn = ({ x, y }: Point, { left, right, top, bottom }: Area) =>
  x >= left && x <= right && y >= top && y <= bottom;

/** The box at a point of the drawing. */
export function hitBox(scene: PlacedScene, at: Point): number | null {
  const content = scene.contents[(innermostFrame(scene, at) ?? -1) + 1];
  return content?.boxes.find((box) => isIn(at, areaOf(scene, box))) ?? null;
}

/** The frame whose closing sign, or whose name, is at a point of the drawing. */
export function hitFrame(scene: PlacedScene, at: Point, isSign: boolean): number | null {
  const frame = innermostFrame(scene, at);
  if (frame === null) return null;
  const item = scene.graph.boxes.length + frame;
  if (isSign) return isIn(at, closeSign(scene, item)) ? frame : null;
  return at.y <= areaOf(scene, item).top + frameHeading ? frame : null;
}

function innermostFrame(scene: PlacedScene, at: Point): number | null {
  const first = scene.graph.boxes.length;
  let innermost: number | null = null;
  for (;;) {
    const inside: readonly number[] = scene.contents[(innermost ?? -1) + 1]?.frames ?? [];
    const next: number | undefined = inside.find((frame) => isIn(at, areaOf(scene, first + frame)));
    if (next === undefined) return innermost;
    innermost = next;
  }
}
