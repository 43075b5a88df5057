/** Which part of the drawing is on the screen: a scale and the screen place of the drawing's origin. */

export interface Viewport {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

const smallest = 0.01;
const largest = 3;
const margin = 24;

/** The whole drawing in the middle, never larger than a quarter over its natural size. */
export function fitAll(drawing: Size, screen: Size): Viewport {
  const scale = Math.max(
    smallest,
    Math.min(
      1.25,
      (screen.width - 2 * margin) / Math.max(1, drawing.width),
      (screen.height - 2 * margin) / Math.max(1, drawing.height),
    ),
  );
  return {
    scale,
    x: (screen.width - drawing.width * scale) / 2,
    y: (screen.height - drawing.height * scale) / 2,
  };
}

/** Smaller than this nothing can be told apart. */
const telling = 0.14;

/** What is shown at first: everything, or the surroundings of one point when everything would be too small. */
export function firstView(drawing: Size, screen: Size, at: Point): Viewport {
  const all = fitAll(drawing, screen);
  if (all.scale >= telling) return all;
  const scale = 0.7;
  return { scale, x: screen.width / 2 - at.x * scale, y: screen.height * 0.8 - at.y * scale };
}

/** The same with the point `at` of the screen kept in its place. */
export function zoomAt(view: Viewport, factor: number, at: Point): Viewport {
  const scale = Math.min(largest, Math.max(smallest, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

export function toDrawing(view: Viewport, at: Point): Point {
  return { x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale };
}

export function toScreen(view: Viewport, at: Point): Point {
  return { x: at.x * view.scale + view.x, y: at.y * view.scale + view.y };
}

/** A point of the drawing in the middle of the screen, large enough to be read. */
export function centreOn(view: Viewport, at: Point, screen: Size): Viewport {
  const scale = Math.max(view.scale, 0.8);
  return { scale, x: screen.width / 2 - at.x * scale, y: screen.height / 2 - at.y * scale };
}

/** Part of the way from one view to another. */
export function between(from: Viewport, to: Viewport, part: number): Viewport {
  const mix = (a: number, b: number) => a + (b - a) * part;
  return { scale: mix(from.scale, to.scale), x: mix(from.x, to.x), y: mix(from.y, to.y) };
}
