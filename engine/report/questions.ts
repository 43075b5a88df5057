/** What the questions to an engine take, and what they answer: plain data. The map of them is requests.ts. */
import type { OpenReport } from "./open-bytes";
import type { Precision } from "./precision";
import type { PresetName } from "./preset-names";
import type { Check, CheckMethod, DeviceChoice, Failure, Finding, Histogram } from "./report";

/** Why a question has no answer. */
export interface Failed {
  readonly failure: Failure;
}

export function isFailed(answer: object): answer is Failed {
  return "failure" in answer;
}

export interface Limits {
  /** Wall clock of a run, in milliseconds; the process is killed afterwards. A check has a budget of its own. */
  readonly timeoutMs: number;
  /** Heap and tensors together, in MiB. */
  readonly memoryMiB: number;
  readonly maxOperations: number;
}

/** How to diagnose; what is left out is as usual. */
export interface DiagnosisSettings {
  /** Whose rules; Gradlens' own. */
  readonly preset?: PresetName;
  /** Limits by `rule.limit`, and rules that are off: `{ "vanishing-gradient.ratio": 1e-4, "dead-units": false }`. */
  readonly limits?: Readonly<Record<string, unknown>>;
  /** Also says what gradients would lose in this number format. */
  readonly precision?: Precision;
}

export interface TraceParams {
  /** Absolute path of the model file. */
  readonly file: string;
  /** Text of files that differ from the disk (unsaved editors), by absolute path. */
  readonly overlays: Readonly<Record<string, string>>;
  readonly device: DeviceChoice;
  /** Default element type for the run. */
  readonly dtype: "float32" | "float64";
  /** Where random numbers begin, until the model itself says where; 0. */
  readonly seed?: number;
  /** Added to the seeds that the model sets: for runs that are to show what does not depend on them. */
  readonly seedShift?: number;
  /** Rules of the diagnosis whose measure is wanted though they may find nothing. */
  readonly measures?: readonly string[];
  readonly diagnosis?: DiagnosisSettings;
  readonly limits: Limits;
}

/** A trace as bytes; codec.ts says how they are made, open-bytes.ts makes a report of them. */
export interface TraceAnswer {
  readonly trace: Uint8Array;
}

/** Of the last run; nothing else is to be said. */
export type DiagnoseParams = Readonly<Record<never, never>>;

/** What became of a run. A failure may come with the trace of what ran before: then it stands in the report. */
export type TraceResult = { readonly report: OpenReport } | Failed;

/** What to check: everything, a layer by path, or whatever was constructed or declared at a line. */
export type CheckTarget =
  | { readonly kind: "all" }
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "line"; readonly file: string; readonly line: number };

/** How to check; what is left out has the defaults of `CheckOptions` in engine/check. */
export interface CheckSettings {
  readonly rtol?: number;
  readonly atol?: number;
  readonly limit?: number;
  readonly seed?: number;
  readonly method?: CheckMethod;
  /** Wall clock of a check in milliseconds; what was not compared by then is said. Default 60,000. */
  readonly budgetMs?: number;
  /** Also checks the gradient of the gradient. */
  readonly secondOrder?: boolean;
}

/** The budget of a check that was given none. */
export const DEFAULT_BUDGET_MS = 60_000;
/** How long after its budget a check may take to come back: an operation that runs then is not interrupted. */
export const BUDGET_GRACE_MS = 5_000;

export interface CheckParams {
  readonly target: CheckTarget;
  readonly settings?: CheckSettings;
}

/** Several targets give several rows. */
export interface Checked {
  readonly checks: readonly Check[];
  /** What else the check found: comments that allow nothing. */
  readonly findings: readonly Finding[];
}

export type CheckResult = Checked | Failed;

/** A row of a check; `nth` counts the rows of the same name before it. */
export interface CheckedRow {
  readonly target: string;
  readonly parameter: string;
  readonly nth: number;
}

/** Flat element range; an answer holds 65,536 elements at most. */
export interface CheckDetailsParams extends CheckedRow {
  readonly start: number;
  readonly count: number;
}

/** Both gradients by element, in flat order; differences are NaN where no single element was compared. */
export interface CheckDetails {
  readonly analytic: Float64Array;
  readonly numeric: Float64Array;
  readonly shape: readonly number[];
}

export interface CheckCurveParams extends CheckedRow {
  /** Flat index of the element. */
  readonly index: number;
}

/** Central differences of one element over their step, and the step with which the check decided. */
export interface CheckCurve {
  readonly steps: Float64Array;
  readonly numeric: Float64Array;
  readonly analytic: number;
  readonly chosen: number;
}

export interface ValuesParams {
  readonly node: number;
  readonly of: "value" | "grad";
  /** Flat element range. */
  readonly start: number;
  readonly count: number;
}

/** Elements in row-major order, fewer than asked for at the end; none where there is no such tensor. */
export interface Elements {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

/** Nodes by their ids. */
export interface HistogramsParams {
  readonly start: number;
  readonly count: number;
}

/** How the elements of a node are spread; null where it has no gradient, and of a saved trace where they were left out. */
export interface NodeHistograms {
  readonly value: Histogram | null;
  readonly grad: Histogram | null;
}

/** Those of the nodes in order, fewer than asked for at the end. */
export interface Histograms {
  readonly nodes: readonly NodeHistograms[];
}

/** In which number format the gradients of the last run would be. */
export interface PrecisionParams {
  readonly precision: Precision;
}

/** What goes into a saved trace beside the last run. */
export interface SaveParams {
  readonly checks: readonly Check[];
  readonly findings: readonly Finding[];
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  /** Values of more bytes together are left out; 32 MiB. */
  readonly mostBytes?: number;
}

/** The content of a `.gradlens` file. */
export interface SavedBytes {
  readonly bytes: Uint8Array;
}
