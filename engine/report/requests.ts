/**
 * Everything that can be asked of an engine, for both borders: its process, and the panels. To add a question, add an entry
 * here, and where the compiler misses it: in work.ts, and its answer in the engine's session. Whoever stands between forwards
 * all of them.
 */
import {
  checked,
  curve,
  curveParams,
  details,
  detailsParams,
  diagnosed,
  elements,
  histograms,
  histogramsParams,
  precisionParams,
  precisionReport,
  saved,
  traced,
  valuesParams,
} from "./answer-forms";
import type { Form } from "./forms";
import type { PrecisionReport } from "./precision";
import type {
  CheckCurve,
  CheckCurveParams,
  CheckDetails,
  CheckDetailsParams,
  Checked,
  CheckParams,
  DiagnoseParams,
  Elements,
  Failed,
  Histograms,
  HistogramsParams,
  PrecisionParams,
  SavedBytes,
  SaveParams,
  TraceAnswer,
  TraceParams,
  ValuesParams,
} from "./questions";
import type { Diagnosis } from "./report";

export interface Question<P, A extends object> {
  /** The form of an answer; one of another form is refused. */
  readonly answer: Form<A>;
  /** What panels may ask; null when they may not. */
  readonly fromPanels: Form<P> | null;
}

interface PanelQuestion<P, A extends object> extends Question<P, A> {
  readonly fromPanels: Form<P>;
}

const entries = {
  /** Runs a model file and keeps its tape for later questions. */
  trace: own<TraceParams, TraceAnswer>({ answer: traced }),
  /** What the rules find in the last run, whose trace was answered without. Cancellation is honoured between rules. */
  diagnose: own<DiagnoseParams, Diagnosis>({ answer: diagnosed }),
  /** Checks gradients of the last run. Cancellation is honoured between elements. */
  check: own<CheckParams, Checked>({ answer: checked }),
  /** The numbers behind a row of a check; a row that the last check did not have is checked again. */
  checkDetails: open<CheckDetailsParams, CheckDetails>({
    answer: details,
    fromPanels: detailsParams,
  }),
  /** The differences of one element over their step. */
  checkCurve: open<CheckCurveParams, CheckCurve>({ answer: curve, fromPanels: curveParams }),
  /** Elements of a tensor of the last run. */
  values: open<ValuesParams, Elements>({ answer: elements, fromPanels: valuesParams }),
  /** How the elements of some nodes of the last run are spread. */
  histograms: open<HistogramsParams, Histograms>({
    answer: histograms,
    fromPanels: histogramsParams,
  }),
  /** What the gradients of the last run would lose in a number format of fewer bits. */
  precision: open<PrecisionParams, PrecisionReport>({
    answer: precisionReport,
    fromPanels: precisionParams,
  }),
  /** The last run as the bytes of a file. */
  save: own<SaveParams, SavedBytes>({ answer: saved }),
} as const;

/** A question that panels do not ask. */
function own<P, A extends object>(question: Omit<Question<P, A>, "fromPanels">): Question<P, A> {
  return { ...question, fromPanels: null };
}

function open<P, A extends object>(question: PanelQuestion<P, A>): PanelQuestion<P, A> {
  return question;
}

type Entries = typeof entries;
export type RequestName = keyof Entries;
/** The questions that panels may ask. */
export type PanelRequest = {
  [N in RequestName]: Entries[N] extends PanelQuestion<infer _, infer __> ? N : never;
}[RequestName];

/** Those about the last run and its last check. */
export type LaterRequest = Exclude<RequestName, "trace" | "diagnose" | "check">;

type Shapes = {
  [N in RequestName]: Entries[N] extends Question<infer P, infer A> ? { params: P; answer: A } : never;
};
export type Params<N extends RequestName> = Shapes[N]["params"];
export type Answer<N extends RequestName> = Shapes[N]["answer"];
/** What comes back: what cannot be answered says why. */
export type Answered<N extends RequestName> = Answer<N> | Failed;

export const requests: { readonly [N in RequestName]: Question<Params<N>, Answer<N>> } = entries;

export const requestNames = Object.keys(requests) as readonly RequestName[];
export const panelRequests = requestNames.filter(isForPanels);

function isForPanels(name: RequestName): name is PanelRequest {
  return requests[name].fromPanels !== null;
}
