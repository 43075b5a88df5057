/** What is watched, and what is said when a run reaches a limit. */
import { BUDGET_GRACE_MS, type Limits } from "../report/questions";
import type { Failure } from "../report/report";
import { lastSite } from "./calls";
import { memoryHint, showBytes } from "./memory";
import { type ModelSources, siteAt } from "./model-sources";
import { outOfTime, reportMs, showSeconds } from "./time-limit";
import type { LimitKind, Watch } from "./watch";

const MIB = 2 ** 20;
/** Node itself, its compiled code and what the engine brings. */
const BASE_BYTES = 256 * MIB;

/** A thread that is free hears its own alarm, before the watchdog comes. */
const ALARM_MS = 100;

/** What is limited: a run by its time-out, the diagnosis by a part of that, a check by its budget. */
export interface Limited extends Pick<Limits, "memoryMiB"> {
  readonly what: "run" | "diagnosis" | "check";
  readonly ms: number;
}

export function runWith({ timeoutMs, memoryMiB }: Limits): Limited {
  return { what: "run", ms: timeoutMs, memoryMiB };
}

/** The diagnosis may take as long as the report, to which it belongs. */
export function diagnosisWith({ timeoutMs, memoryMiB }: Limits): Limited {
  return { what: "diagnosis", ms: reportMs(timeoutMs), memoryMiB };
}

/** What the watchdog looks after from now on. */
export function watchFor(limited: Limited): Watch {
  const blocked =
    "is there a call that nothing can interrupt, such as execSync, or a loop that does not end?";
  const late = limited.what === "check" ? BUDGET_GRACE_MS : ALARM_MS;
  return {
    deadline: Date.now() + limited.ms + late,
    maxBytes: limited.memoryMiB * MIB + BASE_BYTES,
    explain: {
      timeout: { ...explainLimit("timeout", limited), hint: blocked, site: null, stack: [] },
      memory: { ...explainLimit("memory", limited), site: null, stack: [] },
    },
  };
}

export function explainLimit(
  kind: LimitKind,
  { what, ms, memoryMiB }: Limited,
): Pick<Failure, "kind" | "message" | "hint"> {
  if (kind === "memory") {
    const message = `The ${what} needs more memory than its limit of ${showBytes(memoryMiB * MIB)}`;
    return { kind, message, hint: memoryHint };
  }
  return { kind, ...outOfTime[what](showSeconds(ms)) };
}

/** A run that waits: nothing runs that could be pointed at but the call before. */
export function waitingTooLong({ timeoutMs }: Limits, sources: ModelSources): Failure {
  const [file] = sources.files;
  const loss = file?.analysis.loss;
  const last = sources.site(lastSite());
  return {
    kind: "timeout",
    message: `The run took longer than its limit of ${showSeconds(timeoutMs)}: it waits for a promise that does not settle`,
    hint: last ? "the last call before it waited is marked" : "does everything settle that is awaited?",
    site: last ?? (file && loss ? siteAt(file.file, loss) : null),
    stack: [],
  };
}

export function noTensor(node: number, of: "value" | "grad"): Failure {
  const message = of === "grad" ? `Tensor ${node} has no gradient` : `The last run has no tensor ${node}`;
  return { kind: "internal", message, hint: null, site: null, stack: [] };
}
