/** How the watchdog's thread reaches the model's thread while that one does not listen. */
import { serialize } from "node:v8";
import type { Failure } from "../report";
import type { ModelSources } from "./model-sources";
import { wholeLine } from "./original-position";
import { showFrames } from "./stack";

/** A function call of the interrupted thread; lines from 1, which compiled code has as the original. */
export interface PausedFrame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export type LimitKind = "timeout" | "memory";

/** What the watchdog calls in the paused thread; answers are `TraceResult`s in base64. */
export interface Interrupt {
  /** Why and where the run ends; null: it may go on. */
  stop(kind: LimitKind, frames: readonly PausedFrame[]): string | null;
  /** The same with the report of what was recorded until then, which takes longer; null when there is nothing. */
  report(): string | null;
}

/** The name under which the watchdog finds its function. */
export const interruptName = "__gradlensInterrupt";

export function answerInBase64(result: unknown): string {
  return serialize(result).toString("base64");
}

/** The failure of a run that was ended at a place where nobody threw. */
export function stoppedAt(
  frames: readonly PausedFrame[],
  sources: ModelSources,
  about: Pick<Failure, "kind" | "message" | "hint">,
): Failure {
  const own = frames.flatMap(({ name, file, line }) => {
    const source = sources.find(file);
    return source ? [{ name, site: wholeLine(source, line) }] : [];
  });
  return { ...about, site: own[0]?.site ?? null, stack: showFrames(own.slice(0, 30)) };
}
