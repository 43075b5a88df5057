/** Two runs side by side, as plain data: what belongs together, what changed, what only one of them has. */
import type { Finding } from "./report";

/** How two norms of gradients differ; `larger` and `smaller` by more than the factor. */
export type GradientChange =
  | "same"
  | "larger"
  | "smaller"
  /** Neither run has one. */
  | "none"
  | "none-in-a"
  | "none-in-b"
  | "zero-in-a"
  | "zero-in-b"
  /** NaN or infinite elements in one of them, or in both. */
  | "not-finite-in-a"
  | "not-finite-in-b"
  | "not-finite";

export interface ComparedNorms {
  /** Norms; null without a gradient. */
  readonly a: number | null;
  readonly b: number | null;
  /** B over A; null where that says nothing: without one of them, with 0 or with what is not finite. */
  readonly ratio: number | null;
  readonly change: GradientChange;
}

/** What is another one in B. */
export type NodeChange = "op" | "name" | "shape" | "dtype" | "gradient";

/** A tensor of both runs. */
export interface NodePair {
  /** Ids of its node in A and in B. */
  readonly a: number;
  readonly b: number;
  readonly changes: readonly NodeChange[];
  /** Norms of the finite elements. */
  readonly value: { readonly a: number; readonly b: number };
  readonly gradient: ComparedNorms;
  /** What the operation hands back over what it received. */
  readonly gain: { readonly a: number | null; readonly b: number | null };
}

/** A weight or a layer of one run or of both. */
export interface ComparedRow {
  /** In A; null when it has none. */
  readonly a: string | null;
  readonly b: string | null;
  readonly gradient: ComparedNorms;
}

export interface ComparedParameter extends ComparedRow {
  /** Nodes; null where it is not. */
  readonly nodes: { readonly a: number | null; readonly b: number | null };
  readonly shapes: { readonly a: readonly number[] | null; readonly b: readonly number[] | null };
}

export interface ComparedLayer extends ComparedRow {
  /** Indices into `scopes`. */
  readonly scopes: { readonly a: number | null; readonly b: number | null };
  /** Classes. */
  readonly types: { readonly a: string | null; readonly b: string | null };
}

export interface ComparedFindings {
  readonly gone: readonly Finding[];
  readonly new: readonly Finding[];
  /** Findings of B that A has, too. */
  readonly kept: readonly Finding[];
}

/** One of the two runs. */
export interface ComparedRun {
  readonly file: string;
  readonly dtype: string;
  readonly device: string;
  readonly loss: number | null;
  readonly operations: number;
}

export interface RunComparison {
  readonly a: ComparedRun;
  readonly b: ComparedRun;
  /** A gradient whose norm is more than this many times as large, or as small, has changed. */
  readonly factor: number;
  /** The same operations on the same shapes and types, with the same norm of every value and gradient. */
  readonly isIdentical: boolean;
  readonly pairs: readonly NodePair[];
  /** Ids of nodes that only one of the runs has. */
  readonly onlyA: readonly number[];
  readonly onlyB: readonly number[];
  readonly parameters: readonly ComparedParameter[];
  readonly layers: readonly ComparedLayer[];
  readonly findings: ComparedFindings;
}
