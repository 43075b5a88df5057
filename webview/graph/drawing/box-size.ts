/** How large a box is, and where its texts stand: on lines of its own, or on one where many boxes are to be seen at once. */
import type { BoxText } from "./box-text";

/** "compact": one line in each box, so that a deep network can be read as a whole. */
export type Density = "roomy" | "compact";

/** Width in pixels of a text in one of the two fonts of a box. */
export type TextMeasure = (text: string, isTitle: boolean) => number;

interface Sized {
  readonly text: BoxText;
  readonly notes: readonly { readonly name: string }[];
  readonly mark: unknown;
}

/** Room between a box's outline and its texts. */
export const padding = 12;
/** Room that a finding's mark takes before the title. */
export const markWidth = 16;
/** From one dot to the next or to its name, and from a name to the next dot. */
export const dotWidth = 11;
export const noteGap = 9;
const columnGap = 18;
const smallestWidth = 92;
const heights = { roomy: 40, compact: 24 };
/** Of a line of notes. */
const noteHeight = 17;

/** Height between rows. */
export const rowGaps: Readonly<Record<Density, number>> = { roomy: 24, compact: 16 };

export function boxHeight({ notes }: Sized, density: Density): number {
  return heights[density] + (density === "roomy" && notes.length > 0 ? noteHeight : 0);
}

/** From the top of a box to the middle of its notes. */
export const noteMiddle = heights.roomy - 1 + noteHeight / 2 - 3;

export function boxWidth({ text, notes, mark }: Sized, density: Density, measure: TextMeasure): number {
  const marked = mark === null ? 0 : markWidth;
  const title = measure(text.title, true) + marked;
  const detail = text.detail === "" ? 0 : columnGap / 2 + measure(text.detail, false);
  const right = columnGap + measure(text.right, false);
  if (density === "compact") {
    const dots = notes.length * dotWidth;
    return Math.max(smallestWidth, title + detail + dots + right + 2 * padding);
  }
  const foot = measure(text.left, false) + right;
  const noted = notes.reduce((sum, { name }) => sum + dotWidth + measure(name, false) + noteGap, -noteGap);
  return Math.max(smallestWidth, Math.max(title + detail, foot, noted) + 2 * padding);
}
