/** Text from a model as others show it: bounded, and unable to steer a terminal or to turn the direction of writing. */

/** Control characters but tabs and line ends, and what overrides the direction of text. */
const steering = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The text with such characters written out, "\u001b". */
export function printable(text: string): string {
  return text.replace(steering, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The beginning of a long text: so many characters, and so many lines. */
export function shortened(text: string, characters: number, lines = 1): string {
  const short = text.length > characters ? `${text.slice(0, characters)}…` : text;
  const all = short.split("\n");
  const more = all.length - lines;
  return more <= 0 ? short : [...all.slice(0, lines), "…"].join(lines > 1 ? "\n" : " ");
}

/** Longer names tell nobody more. */
const LONGEST_NAME = 120;
const plainName = new RegExp(`^(?:(?!${steering.source})[^\\t\\n])*$`, "u");

/** A name that a model gave, in one line; "" for what is no text. */
export function shortName(name: unknown): string {
  if (typeof name !== "string") return "";
  if (name.length <= LONGEST_NAME && plainName.test(name)) return name;
  return printable(shortened(name.slice(0, LONGEST_NAME + 1).replace(/[\t\n]+/g, " "), LONGEST_NAME));
}

const ESC = "\u001b";
const colour = new RegExp(`${ESC}\\[[\\d;:]*m`, "g");
const colourOrReturn = new RegExp(`${colour.source}|\\r`, "g");

/**
 * What a model printed, for a terminal that goes on being used: colours stay, or are left out, and nothing else moves the
 * cursor, names the window or writes to the clipboard.
 */
export function printed(text: string, isColoured: boolean): string {
  if (!isColoured) return printable(text.replace(colour, "").replace(/\r\n?/g, "\n"));
  let at = 0;
  let shown = "";
  for (const { 0: found, index } of text.matchAll(colourOrReturn)) {
    shown += printable(text.slice(at, index)) + found;
    at = index + found.length;
  }
  return shown + printable(text.slice(at));
}
