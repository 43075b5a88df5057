/** The forms of what an engine process sends: nothing of another form reaches who asked. */
import type { Failure, Report, Stats } from "../report/report";
import { count, type Form, floats, listOf, nullable, number, object, oneOf, oneOrOther, text } from "./forms";
import type {
  CheckCurveResult,
  CheckDetailsResult,
  Checked,
  CheckResult,
  OutputParams,
  ProgressParams,
  TraceResult,
  ValuesResult,
} from "./protocol";
import { check, failure, finding, report, stats } from "./report-form";

type Without<T> = Exclude<T, { readonly failure: Failure }>;

const failed = object<{ readonly failure: Failure }>({ failure });
const shape = listOf(count, 1000);

export const traceResult: Form<TraceResult> = oneOrOther(
  failed,
  object<{ readonly report: Report }>({ report }),
);
export const checkResult: Form<CheckResult> = oneOrOther(
  failed,
  object<Checked>({ checks: listOf(check), findings: listOf(finding) }),
);
export const detailsResult: Form<CheckDetailsResult> = oneOrOther(
  failed,
  object<Without<CheckDetailsResult>>({ analytic: floats, numeric: floats, shape }),
);
export const curveResult: Form<CheckCurveResult> = oneOrOther(
  failed,
  object<Without<CheckCurveResult>>({ steps: floats, numeric: floats, analytic: number, chosen: number }),
);
export const valuesResult: Form<ValuesResult> = object<ValuesResult>({ values: floats, shape });
export const statsResult: Form<Stats | null> = nullable(stats);
export const progress: Form<ProgressParams> = object<ProgressParams>({
  message: text,
  fraction: nullable(number),
});
export const output: Form<OutputParams> = object<OutputParams>({
  stream: oneOf({ stdout: true, stderr: true }),
  text,
});
export const retirement: Form<{ readonly reason: string }> = object<{ readonly reason: string }>({
  reason: text,
});
