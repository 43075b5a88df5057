/** The diagnosis of a run, which follows its trace, and both together. */
import type { Diagnosis, Report } from "./report";
import type { Trace, TraceHead } from "./trace";

/** What the diagnosis said of a run. */
export function diagnosisOf({ findings, ignored, lookedFor, measures }: Diagnosis): Diagnosis {
  return { findings, measures, ...(ignored && { ignored }), ...(lookedFor && { lookedFor }) };
}

export function diagnosedHead({ isUndiagnosed: _, ...head }: TraceHead, diagnosis: Diagnosis): TraceHead {
  return { ...head, ...diagnosisOf(diagnosis) };
}

/** A trace with the diagnosis of its run. */
export function diagnosedTrace(trace: Trace, diagnosis: Diagnosis): Trace {
  return { ...trace, head: diagnosedHead(trace.head, diagnosis) };
}

/** The same of a report: what was computed of it stays so, the rest is still computed when it is asked for. */
export function withDiagnosis<R extends Report>(report: R, diagnosis: Diagnosis): R {
  const { isUndiagnosed: _, ...fields } = Object.getOwnPropertyDescriptors(report);
  return Object.assign(Object.defineProperties({} as R, fields), diagnosisOf(diagnosis));
}
