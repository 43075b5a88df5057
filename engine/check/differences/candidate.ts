/** What is compared with differences, how, and what becomes of it. */
import type { Tolerances } from "../judging/judge";
import type { Compared } from "./elements";
import type { Evaluation } from "./variants";

/** A tensor whose gradient is to be compared. */
export interface Candidate {
  readonly name: string;
  readonly evaluation: Evaluation;
  /** The gradient of the backward pass. */
  readonly analytic: Float64Array;
}

export interface PlanOptions {
  /** Tensors with more elements are compared along random directions. */
  readonly limit: number;
  readonly tolerances: Tolerances;
  readonly seed: number;
}

/** What became of a candidate. */
export interface CandidateResult {
  readonly compared: Compared;
  /** Whether its elements were meant to be compared one by one. */
  readonly every: boolean;
  readonly noise: number;
  readonly durationMs: number;
}

/** What a model threw when it was called. */
export interface Thrown {
  readonly thrown: unknown;
}
