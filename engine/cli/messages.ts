/** Mistakes and findings as good compilers show them: the message, the place, the line with a mark under it, a hint. */
import { readFileSync, statSync } from "node:fs";
import { relative } from "node:path";
import { printable } from "../core/printable";
import type { Failure, Finding, Severity, Site } from "../report/report";
import { currentFolder } from "./current-folder";
import type { Style } from "./terminal";

/** Longer lines are shown around the marked range only. */
const MAX_LINE = 160;
/** Larger files hold no lines that anybody wrote. */
const MAX_BYTES = 2 ** 26;

/** The file as a person would type it here. */
export function showPath(file: string): string {
  const path = relative(currentFolder ?? "/", file);
  return printable(path.startsWith("..") || path === "" ? file : path).replaceAll("\n", "\\n");
}

/** The line of a place, as its file reads; null where it is not shown. */
export type ReadLine = (site: Site) => string | null;

export function showFailure(failure: Failure, style: Style, lines: ReadLine = readLine): string {
  const { message, site, hint, stack, kind } = failure;
  // What follows the first line must not look like a message of its own.
  const said = message.replaceAll("\n", "\n  | ");
  const title = `${style.red(style.bold(kind === "internal" ? "internal error" : "error"))}${style.bold(`: ${said}`)}`;
  const parts = [title, ...(site ? [snippet(site, style, style.red, lines)] : [])];
  if (hint) parts.push(note("hint", hint, site, style));
  // The first frame is the place shown already.
  if (stack.length > 1) parts.push(...stack.map((frame) => style.dim(`    ${shortenPaths(frame)}`)));
  return parts.join("\n");
}

export function showFinding(
  { rule, severity, message, site, related, fixes }: Finding,
  style: Style,
  lines: ReadLine = readLine,
): string {
  const paint = paintOf(severity, style);
  const parts = [`${paint(style.bold(`${severity}[${rule}]`))}${style.bold(`: ${message}`)}`];
  if (site) parts.push(snippet(site, style, paint, lines));
  for (const { site: place, message: said } of related)
    parts.push(note("see", `${showPlace(place)}: ${said}`, site, style));
  for (const { title } of fixes) parts.push(note("fix", title, site, style));
  return parts.join("\n");
}

export function showPlace({ file, line, column }: Site): string {
  return `${showPath(file)}:${line}:${column}`;
}

/** The place, and its line with a mark under the range. */
export function snippet(
  site: Site,
  style: Style,
  paint: (text: string) => string,
  lines: ReadLine = readLine,
): string {
  const margin = " ".repeat(String(site.line).length);
  const edge = style.blue(`${margin} |`);
  const place = `${margin}${style.blue("-->")} ${showPlace(site)}`;
  const shown = lines(site);
  if (shown === null) return place;
  const line = shown.replace(controls, "\ufffd");
  const last = site.endLine > site.line ? line.trimEnd().length + 1 : site.endColumn;
  const { text, start, end } = window(line, site.column - 1, last - 1);
  const before = text.slice(0, start).replace(/[^\t]/g, " ");
  const marks = "^".repeat(Math.max(1, end - start));
  return [place, edge, `${style.blue(`${site.line} |`)} ${text}`, `${edge} ${before}${paint(marks)}`].join(
    "\n",
  );
}

/** Of the same width as before, so that the mark stands below what it marks. */
const controls = /(?!\t)[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** The part of a very long line that holds the marked range, with … where something was left out. */
function window(line: string, start: number, end: number): { text: string; start: number; end: number } {
  if (line.length <= MAX_LINE) return { text: line, start, end };
  const from = Math.max(0, Math.min(start - MAX_LINE / 4, line.length - MAX_LINE));
  const to = Math.min(line.length, from + MAX_LINE);
  const head = from > 0 ? "…" : "";
  const shift = head.length - from;
  const text = head + line.slice(from, to) + (to < line.length ? "…" : "");
  return { text, start: start + shift, end: Math.min(end, to) + shift };
}

function note(word: string, text: string, site: Site | null, style: Style): string {
  const margin = " ".repeat(site ? String(site.line).length : 0);
  return `${margin} ${style.blue("=")} ${style.bold(word)}: ${text.replaceAll("\n", `\n${margin}   | `)}`;
}

function paintOf(severity: Severity, style: Style): (text: string) => string {
  return { error: style.red, warning: style.yellow, info: style.blue }[severity];
}

/** The line as it reads now. */
export function readLine({ file, line }: Site): string | null {
  try {
    // A model may have put a pipe there, which nobody writes to.
    const stats = statSync(file);
    if (!stats.isFile() || stats.size > MAX_BYTES) return null;
    return readFileSync(file, "utf8").split(/\r\n|\n|\r/)[line - 1] ?? null;
  } catch {
    return null;
  }
}

function shortenPaths(frame: string): string {
  return currentFolder === null ? frame : frame.replaceAll(`${currentFolder}/`, "");
}
