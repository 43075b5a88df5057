/** Finds the line of a backward pass that makes gradients wrong, by running it with each step changed. */
import type { Pace } from "../../differences/pace";
import { Adjoints } from "./adjoints";
import { choose, isOwn, type Suspect } from "./choose";
import { evidenceOf } from "./evidence";
import { type Experiment, joined } from "./experiment";
import { readPlace } from "./place";
import { repairedFault } from "./repaired";
import { attempt, instanceSteps } from "./steps";
import type { Text } from "./text";
import { type PassTrace, traceOf } from "./trace";

export type { Suspect } from "./choose";
export type { Differentiated as Place, Experiment } from "./experiment";

/** Relative to the largest true gradient of a part, a difference of this size is a fault. */
const WRONG = 1e-4;
/** Milliseconds that forward passes may take. */
const MOST_MS = 2000;

/** Null where nothing tells. @param isLinear whether the gradients are in proportion to the one that comes in, as they should */
export async function locateFault(
  experiment: Experiment,
  text: Text,
  isLinear: boolean,
  pace: Pace,
): Promise<Suspect | null> {
  const begun = pace.now();
  const rest = restOf(experiment);
  if (rest.every((v) => v === 0)) return null;
  const trace = isLinear ? attempt(() => traceOf(() => experiment.gradients())) : null;
  const steps =
    trace && (await instanceSteps(experiment, trace, (place) => isOwn(readPlace(place).site, text), pace));
  const adjoints = trace && steps && adjointsOf(experiment, trace, rest.length, pace);
  const suspect = steps && choose(steps, rest, adjoints, text);
  const evidence = steps && adjoints && evidenceOf(steps, adjoints, experiment);
  return (await repairedFault(experiment, text, { steps, rest, evidence, begun }, pace)) ?? suspect;
}

/** Null when it would take too long. */
function adjointsOf(experiment: Experiment, trace: PassTrace, elements: number, pace: Pace): Adjoints | null {
  const begun = pace.now();
  attempt(() => traceOf(() => experiment.loss()));
  const cost = pace.now() - begun;
  return 2 * cost * elements < MOST_MS ? new Adjoints(experiment, trace) : null;
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
