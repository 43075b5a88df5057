/** Text from a model as others show it: bounded, and unable to steer a terminal or to turn the direction of writing. */

/** Control characters but tabs and line ends, and what overrides the direction of text. */
const steering = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The text with such characters written out, "\u001b". */
export function printable(text: string): string {
  return text.replace(steering, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The beginning of a long text: so many characters, and so many lines. */
export function bounded(text: string, characters: number, lines = 1): string {
  const short = text.length > characters ? `${text.slice(0, characters)}…` : text;
  const all = short.split("\n");
  const more = all.length - lines;
  return more <= 0 ? short : [...all.slice(0, lines), `… (${more} more lines)`].join(lines > 1 ? "\n" : " ");
}
