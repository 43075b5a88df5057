/** What drawing is done on, and what is known while it is done. */
import type { Theme } from "../../theme";
import type { Area } from "./area";
import type { Pen } from "./pen";
import type { PlacedScene } from "./scene";
import type { Viewport } from "./viewport";

export interface Marks {
  readonly selected: number | null;
  readonly hovered: number | null;
  /** Boxes that match the search, or null without one. */
  readonly matches: ReadonlySet<number> | null;
  readonly isFocused: boolean;
}

export interface Label {
  /** In the drawing. */
  readonly area: Area;
  /** For each line what it may say, the longest first: the first that fits is written. */
  readonly lines: readonly (readonly string[])[];
  /** Of a frame: pixels at its top that are free of boxes. */
  readonly heading?: number;
  /** Pixels; the smallest that can be read without. */
  readonly size?: number;
  /** Colour of the text; that of the theme without. */
  readonly ink?: string;
  readonly alpha?: number;
}

/** What is drawn, where, and with what. */
export interface Sheet {
  readonly pen: Pen;
  readonly scene: PlacedScene;
  readonly view: Viewport;
  readonly theme: Theme;
  readonly marks: Marks;
  /** What of the drawing is on the screen. */
  readonly area: Area;
  /** Hops of edges of the selected box. */
  readonly marked: ReadonlySet<number>;
  /** Texts that are not as large as the drawing asks, because they could not be read. */
  readonly labels: Label[];
}
