/** Turns whatever a model threw into a failure: what was found, where, what to do, and the person's own stack. */
import { inspect } from "node:util";
import { InternalError, isModelError } from "../error";
import type { Failure, Site } from "../report";
import { SourceProblem } from "../source";
import { ModelProblem } from "./model-problem";
import { type ModelSources, siteAt } from "./model-sources";
import { ownFrames, showFrames, stackOf } from "./stack";
import { suggestName } from "./suggestion";

const MAX_MESSAGE = 2000;

/** @param openSite id of the innermost call that was running; 0 when none was */
export function failureOf(error: unknown, sources: ModelSources, openSite: number): Failure {
  if (error instanceof SourceProblem) return ofSource(error);
  const all = ownFrames(error, sources);
  // Where exactly the stack ends is chance; the calls below are what repeats.
  const frames = isStackOverflow(error) ? all.slice(1) : all;
  const found = frames[0]?.site ?? sources.site(openSite) ?? firstLine(sources);
  const stack = showFrames(frames);
  if (error instanceof ModelProblem) {
    const { kind, message, hint, place, openSite: open } = error;
    return { kind, message: bounded(message), hint, site: place ?? sources.site(open) ?? found, stack };
  }
  if (isModelError(error)) {
    const { message, hint = null } = error;
    return { kind: "model", message: bounded(message), hint, site: sources.site(error.site) ?? found, stack };
  }
  const { message, hint } = describe(error);
  if (error instanceof InternalError || isOurs(error, frames)) {
    return {
      kind: "internal",
      message: bounded(message),
      hint: hint ?? "please report this",
      site: found,
      stack,
    };
  }
  return { kind: "model", message: bounded(message), hint, site: found, stack };
}

/** True for an exception that came out of the engine with no code of the model below it. */
function isOurs(error: unknown, frames: readonly unknown[]): boolean {
  return frames.length === 0 && stackOf(error).includes(__filename);
}

function ofSource({ error }: SourceProblem): Failure {
  const { message, hint, file, range } = error;
  return { kind: "syntax", message, hint: hint ?? null, site: siteAt(file, range), stack: [] };
}

function describe(error: unknown): { message: string; hint: string | null } {
  if (!isError(error)) {
    const hint = "throw new Error(…) instead: it says where it comes from";
    return { message: `The model threw ${show(error)}, which is no Error`, hint };
  }
  const name = text(() => error.name) ?? "Error";
  const said = text(() => error.message) ?? "";
  if (isStackOverflow(error)) {
    return {
      message: "The calls are nested too deep for the stack",
      hint: "does a function call itself without an end?",
    };
  }
  const early = name === "ReferenceError" && /before initialization$/.test(said);
  const hint = early ? "its line has not run yet; do two files import each other?" : suggestName(said);
  if (name === "Error" && said !== "") return { message: said, hint };
  return { message: said === "" ? name : `${name}: ${said}`, hint };
}

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && text(() => error.message) === "Maximum call stack size exceeded";
}

/** Also true for errors of another realm. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

function show(value: unknown): string {
  const shown = text(() =>
    inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 200 }),
  );
  if (shown === null) return "an object that cannot be shown";
  if (typeof value === "string") return `the string ${shown}`;
  return typeof value === "object" && value !== null ? `the object ${shown}` : shown;
}

/** What a getter gives, as text; null when it throws. */
function text(read: () => unknown): string | null {
  try {
    return String(read());
  } catch {
    return null;
  }
}

function bounded(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
}

function firstLine(sources: ModelSources): Site | null {
  const [source] = sources.files;
  return source ? { file: source.file, line: 1, column: 1, endLine: 1, endColumn: 1 } : null;
}
