/** A trace: what one run of a model did, as data that any engine can make and that needs none to be read. */
import type { Device, Diagnosis, Failure } from "./report";
import type { Column, Tables } from "./schema";

/** Grows when a table or a column changes its meaning. */
export const TRACE_VERSION = 2;

/** What is told once for a run, with what the diagnosis found, which also looks at values. */
export interface TraceHead extends Diagnosis {
  readonly version: number;
  /** Unique among all runs. */
  readonly run: string;
  /** The language of the model file: "typescript", "javascript", "python". */
  readonly language: string;
  readonly file: string;
  readonly device: Device;
  readonly dtype: string;
  readonly durationMs: number;
  /** Row of the loss among the nodes; null when the run ended before one was computed. */
  readonly loss: { readonly value: number; readonly node: number; readonly site: number | null } | null;
  /** Operations that were recorded but are in no table because there were too many. */
  readonly omitted: number;
  readonly failure: Failure | null;
  /** True before the diagnosis came. */
  readonly isUndiagnosed?: boolean;
}

export interface Trace {
  readonly head: TraceHead;
  readonly texts: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  readonly tables: Tables;
}

/** Elements of a node's value or gradient, in row-major order; null when they are not at hand. */
export type ReadValues = (node: number, of: "value" | "grad") => ArrayLike<number> | null;

/** The number in a row of a column, which is there. */
export function at(column: Column, row: number): number {
  return column[row] as number;
}

/** A row that may be missing. */
export function rowAt(column: Column, row: number): number | null {
  const found = column[row] as number;
  return found === 0 ? null : found - 1;
}
