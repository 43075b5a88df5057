/** Traces as they cross a border or lie on a disk: opened only when they have their form. */
import { decodeTrace } from "./codec";
import { openTrace } from "./open-trace";
import type { Report } from "./report";
import type { Trace } from "./trace";
import { traceMisfit } from "./trace-form";

/** A report with the bytes that it was opened from, which go on to whoever else asks. */
export interface OpenReport extends Report {
  readonly bytes: Uint8Array;
}

/** @throws Error that says what is wrong with the bytes */
export function readTrace(bytes: Uint8Array): Trace {
  const trace = decodeTrace(bytes);
  const misfit = traceMisfit(trace);
  if (misfit) throw new Error(`trace${misfit.at} is not ${misfit.expected}`);
  return trace;
}

/** @throws Error that says what is wrong with the bytes */
export function openBytes(bytes: Uint8Array): OpenReport {
  // Not spread: that would compute all that is only computed when it is asked for.
  return Object.assign(openTrace(readTrace(bytes)), { bytes });
}

/** The same for bytes that were looked at on their way already, as panels get them. */
export function openChecked(bytes: Uint8Array): OpenReport {
  return Object.assign(openTrace(decodeTrace(bytes)), { bytes });
}
