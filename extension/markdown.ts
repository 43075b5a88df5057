/** The one owner of what becomes Markdown: names and messages of a person's file are text in it and nothing else. */

/** The commands that a link of ours may run; nothing else in our Markdown is trusted. */
export const linkedCommands = [
  "gradlens.showGraph",
  "gradlens.showFindings",
  "gradlens.gradcheckLayer",
  "gradlens.traceBackprop",
] as const;

export type LinkedCommand = (typeof linkedCommands)[number];

/** A name that is longer tells nobody more. */
const LONGEST = 300;

/** What moves a cursor, turns the direction of writing or breaks a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const unseen = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

/** A text in one line, bounded, without characters that nobody sees. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 4 * LONGEST)
    .replace(unseen, " ")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Text as text: every sign that could mean something is escaped. A `$` as an entity, for `$(…)` is an icon even when escaped. */
export function plain(text: string): string {
  return oneLine(text).replace(/[!-/:-@[-`{-~]/g, (sign) => (sign === "$" ? "&#36;" : `\\${sign}`));
}

/** Text in a code span. */
export function code(text: string): string {
  // A space inside of it keeps an icon from being one: entities stand there for themselves.
  const inner = oneLine(text).replaceAll("`", "'").replaceAll("$(", "$ (").replaceAll("|", "\u2223");
  return inner === "" ? "" : `\`${inner}\``;
}

export interface CommandLink {
  readonly title: string;
  /** Name of a codicon in front of the title. */
  readonly icon?: string;
  readonly command: LinkedCommand;
  readonly args: readonly unknown[];
  /** What resting the mouse on it says; the title where it is left out. */
  readonly hint?: string;
}

/** A link that runs a command of ours. */
export function commandLink({ title, icon, command, args, hint = title }: CommandLink): string {
  const sign = icon ? `$(${icon}) ` : "";
  return `[${sign}${plain(title)}](command:${command}?${encode(args)} "${plain(hint)}")`;
}

/** Also the signs that may stand in an address but end a link. */
function encode(args: readonly unknown[]): string {
  return encodeURIComponent(JSON.stringify(args)).replace(
    /[!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
