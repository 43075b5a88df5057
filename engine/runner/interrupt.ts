/** How the watchdog's thread reaches the model's thread while that one does not listen. */
import { serialize } from "node:v8";
import type { Failure } from "../report/report";
import type { ModelSources } from "./model-sources";
import { wholeLine } from "./original-position";
import { showFrames } from "./stack";
import type { PausedFrame } from "./watch";

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
