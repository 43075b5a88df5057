/** Why the client has no answer, where the process itself does not say it. */
import type { Failure } from "../report/report";
import { outOfTime, showSeconds } from "./time-limit";

export function cancelled(): Failure {
  return { kind: "cancelled", message: "Cancelled", hint: null, site: null, stack: [] };
}

/** Work that went on beyond its limit. */
export function tooLong(what: keyof typeof outOfTime, ms: number): Failure {
  return { kind: "timeout", ...outOfTime[what](showSeconds(ms)), site: null, stack: [] };
}

/** A process that sent what none of ours sends. */
export function misfitting(what: string): Failure {
  return {
    kind: "internal",
    message: `The engine process sent what it should not: ${what}`,
    hint: "the next run starts a new one",
    site: null,
    stack: [],
  };
}
