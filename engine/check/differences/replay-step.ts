/** What a replay is made of: operations that ran again, and places where a gradient was cut off. */
import type { Node } from "../../core/tape";
import type { Tensor } from "../../core/tensor";

/** One operation of the replay. Slots number its tensors; leaves have slots too. */
export interface ReplayStep {
  /** The operation as it was recorded. */
  readonly recorded: Node;
  /** The operation in the replay; its output's `node` when a gradient passes. */
  readonly node: Node;
  readonly inputs: readonly number[];
  readonly out: number;
  /** True when a gradient passes from its output to its inputs. */
  readonly differentiable: boolean;
  /** How long the operation took, in milliseconds. */
  readonly ms: number;
}

/** A value that was detached: equal to `from`, but no gradient passes. */
export interface Cut {
  readonly from: number;
  readonly to: number;
  readonly tensor: Tensor;
}

export function isCut(step: ReplayStep | Cut): step is Cut {
  return "from" in step;
}
