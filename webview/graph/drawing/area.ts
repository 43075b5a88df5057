/** Rectangles of a drawing. */
import type { PlacedScene } from "./scene";

export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of a box, or of a frame by its number after all boxes. */
export function areaOf({ layout }: PlacedScene, item: number): Area {
  const [x = 0, y = 0, width = 0, height = 0] = [
    layout.x[item],
    layout.y[item],
    layout.widths[item],
    layout.heights[item],
  ];
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
}
