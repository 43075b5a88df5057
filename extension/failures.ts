/** Failures as a session knows and shows them. */
import type { Failure } from "../engine/report/report";
import type { TraceState } from "../webview/protocol";
import { log } from "./log";

/** What to say where the engine that knew it has ended. */
export function goneText(): string {
  return "The run is over and its values are gone. Trace again to see them.";
}

/** The state after a failure. */
export function failed({ kind, message, site, hint }: Failure): TraceState {
  return { kind: "failed", reason: kind, message, site, hint };
}

/** A failure of ours. */
export function internal(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  log.error("The engine process could not answer", error instanceof Error ? error : message);
  return { kind: "internal", message, hint: null, site: null, stack: [] };
}
