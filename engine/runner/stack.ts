/** The person's own part of an exception's stack. */
import type { Site } from "../report/report";
import type { ModelSources } from "./model-sources";
import { siteAtPlace } from "./original-position";

export interface StackFrame {
  readonly name: string;
  readonly site: Site;
}

/** Deeper stacks, as those of an endless recursion, are cut. */
const MAX_FRAMES = 30;
/** Characters of a stack that are looked at: a model may write its own. */
const MAX_STACK = 100_000;
/** No frame of ours is longer. */
const MAX_LINE = 2000;

/** The frames in model files, innermost first, at their original places. */
export function ownFrames(error: unknown, sources: ModelSources): StackFrame[] {
  const stack = stackOf(error);
  const frames: StackFrame[] = [];
  for (const line of stack.split("\n")) {
    const frame = line.length > MAX_LINE ? null : parse(line, sources);
    if (frame) frames.push(frame);
    if (frames.length === MAX_FRAMES) break;
  }
  return frames;
}

/** The stack as lines; a frame that repeats, as in a recursion, stands once. */
export function showFrames(frames: readonly StackFrame[]): string[] {
  const lines: string[] = [];
  let times = 1;
  let last: string | null = null;
  // Not with `map`: a model may have put its own in the place of it, for good.
  for (const frame of frames) {
    const line = showFrame(frame);
    times = line === last ? times + 1 : 1;
    last = line;
    if (times === 1) lines.push(line);
    else lines[lines.length - 1] = `${line} (${times} times)`;
  }
  return lines;
}

function showFrame({ name, site }: StackFrame): string {
  const place = `${site.file}:${site.line}:${site.column}`;
  return name === "" ? `at ${place}` : `at ${name} (${place})`;
}

/** The stack of an exception, without what it says before its frames; "" when it has none that can be read. */
export function stackOf(error: unknown): string {
  try {
    const { stack, message } = error as { stack?: unknown; message?: unknown };
    if (typeof stack !== "string") return "";
    const said = typeof message === "string" ? stack.indexOf(message) : -1;
    const from = said < 0 ? 0 : said + (message as string).length;
    return stack.slice(from, from + MAX_STACK);
  } catch {
    return "";
  }
}

function parse(line: string, sources: ModelSources): StackFrame | null {
  const [, name, inside, bare] = /^\s+at (?:(.*?) \((.*)\)|(?:async )?(.*))$/.exec(line) ?? [];
  const [, file, row, column] = /^(.*):(\d+):(\d+)$/.exec(inside ?? bare ?? "") ?? [];
  const source = file === undefined ? null : sources.find(file);
  if (!source) return null;
  const place = { line: Number(row), column: Number(column) };
  return { name: tidy(name ?? ""), site: siteAtPlace(source, place) };
}

/** V8 puts "Module." and "Object." before functions that belong to nothing a person named. */
function tidy(name: string): string {
  return name.replace(/^(async )?(?:Module|Object)\./, "$1").replace(/^<anonymous>$/, "");
}
