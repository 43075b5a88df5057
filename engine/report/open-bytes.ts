/** Traces as they cross a border or lie on a disk: opened only when they have their form. */
import { changeHead, decodeTrace } from "./codec";
import { diagnosedHead, withDiagnosis } from "./diagnosis";
import { openTrace } from "./open-trace";
import type { Diagnosis, Report } from "./report";
import type { Trace } from "./trace";
import { misfitOfFindings, traceMisfit } from "./trace-form";

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

/**
 * The report of a run whose diagnosis came after it, in its bytes, too.
 * @throws Error for a finding about no node of the run
 */
export function diagnosedReport(report: OpenReport, diagnosis: Diagnosis): OpenReport {
  const misfit = misfitOfFindings(diagnosis, report.nodes.length);
  if (misfit) throw new Error(`diagnosis${misfit.at} is not ${misfit.expected}`);
  const bytes = changeHead(report.bytes, (head) => diagnosedHead(head, diagnosis));
  return Object.assign(withDiagnosis(report, diagnosis), { bytes });
}

/** The report of bytes that were looked at on their way already, as panels get them. */
export function openChecked(bytes: Uint8Array): OpenReport {
  return Object.assign(openTrace(decodeTrace(bytes)), { bytes });
}
