/** What is known of a run and of a check that did not come to its end, as it is told to a panel. */
import type { Failure, Site } from "../engine/report/report";

/** State of the trace that the panel shows. */
export type TraceState =
  | { readonly kind: "empty" }
  | { readonly kind: "running"; readonly message: string }
  /** A person ended the last run or check. */
  | { readonly kind: "stopped" }
  | {
      readonly kind: "failed";
      readonly reason: Failure["kind"];
      readonly message: string;
      readonly site: Site | null;
      readonly hint: string | null;
    }
  | { readonly kind: "ready" };

/** Where the diagnosis of the run is that the panel shows; it follows the trace. Only when it is ready are its findings all. */
export type DiagnosisState =
  | { readonly kind: "ready" | "running" | "stopped" }
  | { readonly kind: "failed"; readonly message: string };

/** A check that did not come to its end; what was compared by then is among the checks. */
export interface Interrupted extends Pick<Failure, "message" | "hint"> {
  /** A layer; null for the whole model. */
  readonly target: string | null;
  readonly reason: Failure["kind"];
}
