/** The fonts of a graph, in its natural size. */
import type { Theme } from "../../theme";

/** Pixels of the smaller one. */
export const textSize = 12;
/** Pixels on the screen; nothing smaller is written. */
export const smallestText = 11;

export const titleFont = (theme: Theme) => `600 13px ${theme.font}`;
export const textFont = (theme: Theme) => `${textSize}px ${theme.font}`;
