/** Finds the line of a backward pass that makes gradients wrong, by running it with each step changed. */

import type { Pace } from "../../differences/pace";
import { Adjoints } from "./adjoints";
import { choose, isOwn, type Suspect } from "./choose";
import { type Experiment, joined } from "./experiment";
import { readPlace } from "./place";
import { attempt, instanceSteps } from "./steps";
import type { Text } from "./text";
import { traceOf } from "./trace";

export type { Suspect } from "./choose";
export type { Differentiated as Place, Experiment } from "./experiment";

/** Relative to the largest true gradient of a part, a difference of this size is a fault. */
const WRONG = 1e-4;
/** Milliseconds that forward passes may take. */
const MOST_MS = 2000;

/** Null where the steps do not tell. */
export async function locateFault(experiment: Experiment, text: Text, pace: Pace): Promise<Suspect | null> {
  const rest = restOf(experiment);
  if (rest.every((v) => v === 0)) return null;
  const trace = attempt(() => traceOf(() => experiment.gradients()));
  if (trace === null) return null;
  const steps = await instanceSteps(experiment, trace, (place) => isOwn(readPlace(place).site, text), pace);
  if (steps === null) return null;
  const begun = pace.now();
  attempt(() => traceOf(() => experiment.loss()));
  const cost = pace.now() - begun;
  const adjoints = 2 * cost * rest.length < MOST_MS ? new Adjoints(experiment, trace) : null;
  return choose(steps, rest, adjoints, text);
}

/** What is missing in the gradients; 0 where they are right or nothing is known. */
function restOf({ parts }: Experiment): Float64Array {
  return joined(
    parts.map((part) => {
      const size = part.true.reduce(
        (most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most),
        0,
      );
      return part.true.map((v, i) => {
        const gap = v - (part.given[i] as number);
        return Math.abs(gap) > WRONG * size ? gap : 0;
      });
    }),
  );
}
