/** What an engine process answered, held against its form: a process that answers anything else is ended. */
import { failed } from "../report/answer-forms";
import { type Form, oneOrOther } from "../report/forms";
import { diagnosedReport, type OpenReport, openBytes } from "../report/open-bytes";
import { type Failed, isFailed, type TraceAnswer, type TraceResult } from "../report/questions";
import type { Diagnosis } from "../report/report";
import { type Answered, type RequestName, requests } from "../report/requests";
import { misfitting } from "./client-failures";
import type { EndAnswer, EngineChild } from "./engine-child";

/** What a question may be answered with. */
export function formOf<N extends RequestName>(name: N): Form<Answered<N>> {
  return oneOrOther(failed, requests[name].answer);
}

/** An answer of the right form; a process that gives another one is ended. */
export function hold<R>(answer: unknown, form: Form<R>, child: EngineChild): R | Failed {
  const misfit = form.misfit(answer);
  return misfit
    ? refuse(`${`answer${misfit.at}`.slice(0, 200)} is not ${misfit.expected}`, child)
    : (answer as R);
}

/** The report of a trace that came. */
export function openAnswer(answer: EndAnswer, child: EngineChild): TraceResult {
  if (isFailed(answer)) return answer;
  try {
    return { report: openBytes(answer.trace) };
  } catch (error) {
    return refuse(reasonOf(error), child);
  }
}

/** A report with the diagnosis that came after it. */
export function openDiagnosis(report: OpenReport, diagnosis: Diagnosis, child: EngineChild): TraceResult {
  try {
    return { report: diagnosedReport(report, diagnosis) };
  } catch (error) {
    return refuse(reasonOf(error), child);
  }
}

function reasonOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).slice(0, 300);
}

function refuse(what: string, child: EngineChild): Failed {
  const failure = misfitting(what);
  child.kill(failure);
  return { failure };
}

/** What a process leaves that ends in the middle of its work. */
export function isTrace(result: object): result is TraceAnswer {
  return "trace" in result;
}
