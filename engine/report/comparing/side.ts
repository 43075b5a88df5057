/** One of two runs while they are aligned. */
import type { Outline } from "./outline";

/** What is known of the nodes of one side: numbers that both sides have in common for layers and places. */
export interface Side {
  readonly outline: Outline;
  readonly layers: readonly number[];
  readonly places: readonly number[];
  /** The number that a node has on both sides; one of its own while it has no partner. */
  numberOf(node: number): number;
}
