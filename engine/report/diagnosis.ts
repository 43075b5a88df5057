/** The diagnosis of a run as it follows its trace, and both together. */
import { changeHead } from "./codec";
import type { OpenReport } from "./open-bytes";
import type { Diagnosis, Report } from "./report";
import type { Trace, TraceHead } from "./trace";
import { misfitOfFindings } from "./trace-form";

/** What the diagnosis said of a run; nothing while it is not made. */
export function diagnosisOf({ findings, ignored, lookedFor, measures }: Diagnosis): Diagnosis {
  return { findings, measures, ...(ignored && { ignored }), ...(lookedFor && { lookedFor }) };
}

function diagnosedHead({ isUndiagnosed: _, ...head }: TraceHead, diagnosis: Diagnosis): TraceHead {
  return { ...head, ...diagnosisOf(diagnosis) };
}

/** A trace with the diagnosis of its run. */
export function diagnosedTrace(trace: Trace, diagnosis: Diagnosis): Trace {
  return { ...trace, head: diagnosedHead(trace.head, diagnosis) };
}

/** The same of a report: what was computed of it stays so. @throws Error for a finding about no node of the run */
export function diagnosedReport(report: OpenReport, diagnosis: Diagnosis): OpenReport {
  const misfit = misfitOfFindings(diagnosis, report.nodes.length);
  if (misfit) throw new Error(`diagnosis${misfit.at} is not ${misfit.expected}`);
  const bytes = changeHead(report.bytes, (head) => diagnosedHead(head, diagnosis));
  return Object.assign(withDiagnosis(report, diagnosis), { bytes });
}

/** A copy whose fields are still computed when they are asked for. */
export function withDiagnosis<R extends Report>(report: R, diagnosis: Diagnosis): R {
  const { isUndiagnosed: _, ...fields } = Object.getOwnPropertyDescriptors(report);
  return Object.assign(Object.defineProperties({} as R, fields), diagnosisOf(diagnosis));
}
