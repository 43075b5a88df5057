/** Operations that give another result when they run again on the same inputs. */

import type { Replay } from "./replay";
import { isCut, type ReplayStep } from "./replay-step";

/** The first operation whose result differs between two replays of the same run, or null. */
export function findUnstable(first: Replay, second: Replay): ReplayStep | null {
  for (const [s, step] of first.steps.entries()) {
    const again = second.steps[s];
    if (isCut(step) || again === undefined || isCut(again)) continue;
    const { data } = again.node.out;
    if (step.node.out.data.some((v, i) => !Object.is(v, data[i]))) return step;
  }
  return null;
}
