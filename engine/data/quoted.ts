/** What stands in a file, as a message may show it: on one line, and short. */

const LONGEST = 80;

/** A text in quotation marks. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

/** A value of a JSON header; what is nested is named, not shown. */
export function shown(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) {
    const isPlain = value.length <= 8 && value.every((each) => typeof each !== "object" || each === null);
    return isPlain ? `[${value.map(shown).join(", ")}]` : `an array of ${value.length}`;
  }
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
