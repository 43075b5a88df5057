/** Which part of the drawing is on the screen: a scale and the screen place of the drawing's origin. */
import { smallestText, textSize } from "./fonts";

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

const largest = 3;
const margin = 16;

/** The whole drawing in the middle, never larger than a quarter over its natural size. */
export function fitAll(drawing: Size, screen: Size): Viewport {
  const scale = Math.min(
    1.25,
    Math.max(1, screen.width - 2 * margin) / Math.max(1, drawing.width),
    Math.max(1, screen.height - 2 * margin) / Math.max(1, drawing.height),
  );
  return {
    scale,
    x: (screen.width - drawing.width * scale) / 2,
    y: (screen.height - drawing.height * scale) / 2,
  };
}

/** In the first picture texts can be read: 11 pixels at least. */
const readable = smallestText / textSize;

/** All of it is seen in a size that can be read. */
export function fitsReadably(drawing: Size, screen: Size): boolean {
  return fitAll(drawing, screen).scale >= readable;
}

/**
 * What is shown at first: everything, or, where texts could not be read then, as much around one point as can be; all of
 * the width or the height where that fits.
 */
export function firstView(drawing: Size, screen: Size, at: Point): Viewport {
  const all = fitAll(drawing, screen);
  if (all.scale >= readable) return all;
  const scale = readable;
  const along = (length: number, room: number, place: number) => {
    const size = length * scale;
    if (size <= room - 2 * margin) return (room - size) / 2;
    return Math.min(margin, Math.max(room - margin - size, room / 2 - place * scale));
  };
  return {
    scale,
    x: along(drawing.width, screen.width, at.x),
    y: along(drawing.height, screen.height, at.y),
  };
}

/** The same with the point `at` of the screen kept in its place. */
export function zoomAt(view: Viewport, factor: number, at: Point): Viewport {
  const scale = Math.min(largest, view.scale * factor);
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

/** A point of the drawing is on the screen, not at its very edge, and what is there is not too small. */
export function isInside(view: Viewport, place: Point, screen: Size, smallestScale: number): boolean {
  const { x, y } = toScreen(view, place);
  const isAcross = x > 40 && x < screen.width - 40;
  return isAcross && y > 30 && y < screen.height - 30 && view.scale > smallestScale;
}
