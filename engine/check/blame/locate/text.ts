/** What the text says of a backward pass. */
import type { Site } from "../../../report/report";
import type { RepairSites } from "../../../tracing/run";

/** What is known of the text. */
export interface Text {
  /** The backward pass. */
  readonly own: Site | null;
  /** The gradient of the output. */
  readonly incoming: ArrayLike<number>;
  /** Where the call with an id stands. */
  siteOf(id: number): Site | null;
  /** What may be tried to find the mistake; null: nothing. */
  repairs(): RepairSites | null;
}
