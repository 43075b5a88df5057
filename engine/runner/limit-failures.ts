/** What is watched, and what is said when a run reaches a limit. */
import type { Failure } from "../report";
import { memoryHint, showBytes } from "./memory";
import type { ModelSources } from "./model-sources";
import type { Limits } from "./protocol";
import { lastSite } from "./runtime";
import { showSeconds, timeoutHint } from "./time-limit";
import type { LimitKind, Watch } from "./watch";

const MIB = 2 ** 20;
/** Node itself, its compiled code and what the engine brings. */
const BASE_BYTES = 256 * MIB;

/** A thread that is free hears its own alarm, before the watchdog comes. */
const ALARM_MS = 100;

/** What the watchdog looks after from now on. */
export function watchFor(limits: Limits): Watch {
  const blocked = "the model waits in a call that nothing can interrupt, such as execSync";
  return {
    deadline: Date.now() + limits.timeoutMs + ALARM_MS,
    maxBytes: limits.memoryMiB * MIB + BASE_BYTES,
    explain: {
      timeout: { ...explainLimit("timeout", limits), hint: blocked, site: null, stack: [] },
      memory: { ...explainLimit("memory", limits), site: null, stack: [] },
    },
  };
}

export function explainLimit(
  kind: LimitKind,
  { timeoutMs, memoryMiB }: Limits,
): Pick<Failure, "kind" | "message" | "hint"> {
  const message =
    kind === "timeout"
      ? `The run took longer than its limit of ${showSeconds(timeoutMs)}`
      : `The run needs more memory than its limit of ${showBytes(memoryMiB * MIB)}`;
  return { kind, message, hint: kind === "timeout" ? timeoutHint : memoryHint };
}

/** A run that waits: nothing runs that could be pointed at but the call before. */
export function waitingTooLong({ timeoutMs }: Limits, sources: ModelSources): Failure {
  return {
    kind: "timeout",
    message: `The run took longer than its limit of ${showSeconds(timeoutMs)}: it waits for a promise that does not settle`,
    hint: "the last call before it waited is marked",
    site: sources.site(lastSite()),
    stack: [],
  };
}

export function noRun(): Failure {
  const message = "There is no run to ask about";
  return { kind: "internal", message, hint: "run Trace Backprop first", site: null, stack: [] };
}
