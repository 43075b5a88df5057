/** The contract between the engine process and who starts it: requests, results, notifications. */
import { NotificationType, RequestType, RequestType0 } from "vscode-jsonrpc";
import type { Check, DeviceChoice, Failure, Finding, Report, Stats } from "../report/report";
import type { CheckSettings } from "./check-protocol";

export * from "./check-protocol";

export interface Limits {
  /** Wall clock of a run, in milliseconds; the process is killed afterwards. A check has a budget of its own. */
  readonly timeoutMs: number;
  /** Heap and tensors together, in MiB. */
  readonly memoryMiB: number;
  readonly maxOperations: number;
}

export interface TraceParams {
  /** Absolute path of the model file. */
  readonly file: string;
  /** Text of files that differ from the disk (unsaved editors), by absolute path. */
  readonly overlays: Readonly<Record<string, string>>;
  readonly device: DeviceChoice;
  /** Default element type for the run. */
  readonly dtype: "float32" | "float64";
  readonly limits: Limits;
}

/** A failure may come with the partial report of what ran before. */
export type TraceResult = { readonly report: Report } | { readonly failure: Failure };

/** What to check: everything, a layer by path, or whatever was constructed or declared at a line. */
export type CheckTarget =
  | { readonly kind: "all" }
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "line"; readonly file: string; readonly line: number };

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

export type CheckResult = Checked | { readonly failure: Failure };

export interface ValuesParams {
  readonly node: number;
  readonly of: "value" | "grad";
  /** Flat element range. */
  readonly start: number;
  readonly count: number;
}

export interface ValuesResult {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

export interface StatsParams {
  readonly node: number;
  readonly of: "value" | "grad";
}

export interface ProgressParams {
  readonly message: string;
  /** 0 to 1, or null when unknown. */
  readonly fraction: number | null;
}

export interface OutputParams {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** Runs a model file and keeps its tape for later questions. */
export const traceRequest = new RequestType<TraceParams, TraceResult, void>("trace");
/** Checks gradients of the last run. Progress is reported; cancellation is honoured between elements. */
export const checkRequest = new RequestType<CheckParams, CheckResult, void>("check");
/** Elements of a tensor of the last run. */
export const valuesRequest = new RequestType<ValuesParams, ValuesResult, void>("values");
export const statsRequest = new RequestType<StatsParams, Stats | null, void>("stats");
/** Answers at once when the process is up. */
export const pingRequest = new RequestType0<void, void>("ping");

export const progressNotification = new NotificationType<ProgressParams>("progress");
/** The process answers what is asked about its run, but should not run another model: this one left traces in it. */
export const retireNotification = new NotificationType<{ readonly reason: string }>("retire");
/** What the model printed. */
export const outputNotification = new NotificationType<OutputParams>("output");
