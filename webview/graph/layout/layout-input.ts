/** What is laid out. */
import type { Edges } from "./neighbours";

/** Boxes, then frames, then edges between boxes. Plain arrays of numbers, so that it can be sent to a worker. */
export interface LayoutInput extends Edges {
  /** Of boxes; of frames the least they need for their names. */
  readonly widths: Float64Array;
  /** Of boxes; those of frames are not read. */
  readonly heights: Float64Array;
  /** How many of them are boxes. */
  readonly boxes: number;
  /** The frame around each, by its number among frames; -1 for none. Frames come after the one around them. */
  readonly frames: Int32Array;
  /** Height between rows. */
  readonly gap: number;
}
