/** The steps of a backward pass as candidates for a fault: what the gradients would be if each gave something else. */
import type { Pace } from "../../differences/pace";
import { changeOf, type Experiment, joined } from "./experiment";
import { readPlace } from "./place";
import { lengthOf } from "./span";
import { type Instance, type PassTrace, traceOf, withMoved } from "./trace";

/** One number that a step gave, and how the gradients of all parts depend on it. */
export interface Number {
  readonly instance: Instance;
  /** When it was given, counted in steps. */
  readonly order: number;
  readonly value: number;
  readonly column: Float64Array;
}

/** A place of the text, reached through the same calls, with everything that it gave in one backward pass. */
export interface StepOf {
  readonly place: string;
  readonly calls: readonly number[];
  readonly numbers: readonly Number[];
  /** Whether its numbers are in proportion to the gradient that comes in: gradients, and no slopes or indices. */
  readonly isGradient: boolean;
}

/** Milliseconds that may go to it, and the share of what is left. */
const MOST_MS = 2500;
const SHARE = 0.5;

interface Running {
  readonly instance: Instance;
  readonly order: number;
}

/** Null when it would take too long. */
export async function instanceSteps(
  experiment: Experiment,
  trace: PassTrace,
  isOwn: (place: string) => boolean,
  pace: Pace,
): Promise<StepOf[] | null> {
  const until = pace.now() + Math.min(MOST_MS, SHARE * pace.left);
  const given = joined(experiment.parts.map((part) => part.given));
  const again = () => joined(experiment.gradients().map((each) => each ?? new Float64Array()));
  const found: StepOf[] = [];
  const twice = attempt(() => traceOf(() => experiment.gradients(2)));
  // What serves several callers comes last: the call that it is blamed on is a step as well.
  const isShared = ({ place }: Instance) => !isOwn(place) && readPlace(place).uses > 1;
  const ranked = [...byPlace(trace)].map((running) => ({
    running,
    isShared: isShared((running[0] as Running).instance),
  }));
  for (const { running, isShared } of ranked.sort((a, b) => Number(a.isShared) - Number(b.isShared))) {
    const all = running.flatMap(({ instance }) => [...instance.values]);
    const { place, calls } = (running[0] as Running).instance;
    // Sizes, places and counts are whole, and cannot be moved a little; what is 0 all over is there to be added to.
    const isForm = readPlace(place).isVariable && all.every(Number.isInteger);
    if (!all.every(Number.isFinite) || isForm || all.every((v) => v === 0)) continue;
    const size = lengthOf(Float64Array.from(all)) / Math.sqrt(all.length);
    const numbers: Number[] = [];
    for (const { instance, order } of running) {
      for (const [element, value] of instance.values.entries()) {
        if (pace.now() > until || !(await pace.turn("looking for the line", 0.95)))
          return isShared ? found : null;
        const column = attempt(() =>
          changeOf(given, Math.max(Math.abs(value), size), (by) =>
            withMoved(instance, true, element, by, again),
          ),
        );
        if (column) numbers.push({ instance, order, value, column });
      }
    }
    const isGradient = running.every(({ instance, order }) => isDouble(twice?.backward[order], instance));
    found.push({ place, calls, numbers, isGradient });
  }
  return found;
}

function byPlace({ forward, backward }: PassTrace): Iterable<Running[]> {
  const innocent = new Set(forward.map(({ place }) => place));
  const found = new Map<string, Running[]>();
  for (const [order, instance] of backward.entries()) {
    // What computes the output as well is right by definition.
    if (innocent.has(instance.place)) continue;
    const key = `${instance.place} ${instance.calls}`;
    const list = found.get(key) ?? [];
    found.set(key, list);
    list.push({ instance, order });
  }
  return found.values();
}

function isDouble(twice: Instance | undefined, { place, values }: Instance): boolean {
  return (
    twice?.place === place &&
    twice.values.every((v, i) => Math.abs(v - 2 * (values[i] as number)) <= 1e-9 * Math.abs(v))
  );
}

/** Null when it throws: some numbers cannot be moved. */
export function attempt<T>(fn: () => T): T | null {
  try {
    return fn();
  } catch {
    return null;
  }
}
