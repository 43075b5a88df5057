/** Turns whatever a model threw into a failure: what was found, where, what to do, and the person's own stack. */
import { types } from "node:util";
import { InternalError, isModelError } from "../core/error";
import { thrownInstancesOf } from "../core/instance";
import { printable, shortened } from "../core/printable";
import type { Failure, Site } from "../report/report";
import { SourceProblem } from "../source";
import { lastSite } from "./calls";
import { ModelProblem } from "./model-problem";
import { type ModelSources, siteAt } from "./model-sources";
import { ownFrames, type StackFrame, showFrames, stackOf } from "./stack";
import { suggestName } from "./suggestion";
import { causesOf, isError, sayError, showThrown, textOf } from "./thrown";

// A model may have put its own answer where `instanceof` asks.
const isSourceProblem = thrownInstancesOf(SourceProblem);
const isModelProblem = thrownInstancesOf(ModelProblem);
const isInternalError = thrownInstancesOf(InternalError);

const MAX_CHARACTERS = 2000;
const MAX_LINES = 12;

/** @param openSite id of the innermost call that was running; 0 when none was */
export function failureOf(error: unknown, sources: ModelSources, openSite: number): Failure {
  const failure = explain(error, sources, openSite);
  const stack: string[] = [];
  // Not with `map`: a model may have put its own in the place of it, for good.
  for (const frame of failure.stack) stack.push(shortened(printable(frame), MAX_CHARACTERS));
  return {
    ...failure,
    message: shown(failure.message),
    hint: failure.hint && shown(failure.hint),
    stack,
  };
}

function shown(text: string): string {
  return printable(shortened(text, MAX_CHARACTERS, MAX_LINES));
}

function explain(error: unknown, sources: ModelSources, openSite: number): Failure {
  // Nothing may be asked of a proxy: whatever it is asked, code of the model answers.
  const isOpaque = types.isProxy(error);
  if (isSourceProblem(error)) return ofSource(error);
  const all = isOpaque ? [] : ownFrames(error, sources);
  // Where exactly the stack ends is chance; the calls below are what repeats.
  const frames = isStackOverflow(error) && all.length > 1 ? all.slice(1) : all;
  const found = frames[0]?.site ?? sources.site(openSite) ?? sources.site(lastSite()) ?? firstLine(sources);
  const stack = showFrames(frames);
  if (isModelProblem(error)) {
    const { kind, message, hint, place, openSite: open } = error;
    return { kind, message, hint, site: place ?? sources.site(open) ?? found, stack };
  }
  if (isModelError(error)) {
    const { message, hint = null } = error;
    return { kind: "model", message, hint, site: sources.site(error.site) ?? found, stack };
  }
  const { message, hint } = describe(error, isRecursion(all));
  if (isInternalError(error) || (!isOpaque && isOurs(error, frames))) {
    return { kind: "internal", message, hint: hint ?? "please report this", site: found, stack };
  }
  return { kind: "model", message, hint, site: found, stack };
}

/** True for an exception that came out of the engine with no code of the model below it. */
function isOurs(error: unknown, frames: readonly unknown[]): boolean {
  return frames.length === 0 && stackOf(error).includes(__filename);
}

function ofSource({ error }: SourceProblem): Failure {
  const { message, hint, file, range } = error;
  return { kind: "syntax", message, hint: hint ?? null, site: siteAt(file, range), stack: [] };
}

/** Whether a call stands in the stack more than once. */
function isRecursion(frames: readonly StackFrame[]): boolean {
  return new Set(frames.map(({ site }) => `${site.file}:${site.line}:${site.column}`)).size < frames.length;
}

function describe(error: unknown, isRecursive: boolean): { message: string; hint: string | null } {
  if (!isError(error)) {
    const hint = types.isPromise(error)
      ? "is an await missing?"
      : "throw new Error(…) instead: it says where it comes from";
    return { message: `The model threw ${showThrown(error)}, which is no Error`, hint };
  }
  if (isStackOverflow(error)) {
    return {
      message: "The calls are nested too deep for the stack",
      hint: isRecursive
        ? "does a function call itself without an end?"
        : "`...` passes each element as an argument of its own: for long arrays write a loop, or reduce",
    };
  }
  const said = textOf(error, "message") ?? "";
  const early = textOf(error, "name") === "ReferenceError" && /before initialization$/.test(said);
  const isTooLarge = /^Invalid (typed )?array length|^Array buffer allocation failed/.test(said);
  const known = isTooLarge
    ? "it is too large to be made: is a size wrong?"
    : early
      ? "its line has not run yet; do two files import each other?"
      : suggestName(said);
  return { message: sayError(error), hint: known ?? causesOf(error) };
}

function isStackOverflow(error: unknown): boolean {
  return isError(error) && textOf(error, "message") === "Maximum call stack size exceeded";
}

function firstLine(sources: ModelSources): Site | null {
  const [source] = sources.files;
  return source ? { file: source.file, line: 1, column: 1, endLine: 1, endColumn: 1 } : null;
}
