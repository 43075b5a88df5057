/** Operations that give another result when they run again on the same inputs. */
import type { Values } from "../../core/dtype";
import type { Replay } from "./replay";
import { isCut, type ReplayStep } from "./replay-step";

/** The first operation whose result differs between two replays of the same run, or null. */
export function findUnstable(first: Replay, second: Replay): ReplayStep | null {
  for (const [s, step] of first.steps.entries()) {
    const again = second.steps[s];
    if (isCut(step) || again === undefined || isCut(again)) continue;
    if (!areSame(step.node.out.data, again.node.out.data)) return step;
  }
  return null;
}

function areSame(some: Values, others: Values): boolean {
  for (let i = 0; i < some.length; i++) if (!Object.is(some[i], others[i])) return false;
  return true;
}
