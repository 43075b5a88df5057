/** What the true gradients of the forward pass say about the lines of a backward pass, beyond doubt. */
import type { Adjoints } from "./adjoints";
import { classesOf, EXACT, isNear, judgeSums, type Sum } from "./classes";
import type { Experiment } from "./experiment";
import { readPlace } from "./place";
import { attempt, type StepOf } from "./steps";
import { type Instance, traceOf } from "./trace";

export interface Evidence {
  /** When the first number was given that should be the gradient of something and is not; Infinity: not known. */
  readonly wrongAt: number;
  /** Lines whose numbers are right. */
  readonly right: ReadonlySet<number>;
  /** Lines whose numbers go into some that are right. */
  readonly vouched: ReadonlySet<number>;
  /** When each line gave its first number. */
  readonly begins: ReadonlyMap<number, number>;
}

/**
 * Where a step has the same influence on all gradients as a number of the forward pass on the loss, all that follows it is
 * right, and it has to be the gradient of that number. Of inputs that says nothing: each share of their gradient has it.
 */
export function evidenceOf(steps: readonly StepOf[], adjoints: Adjoints, experiment: Experiment): Evidence {
  let wrongAt = Infinity;
  const right = new Set<number>();
  const [wrong, others] = [new Set<number>(), new Set<number>()];
  const known = new Set<Instance>();
  for (const { truths, members } of classesOf(steps, adjoints)) {
    const sums = truths.length > 0 ? judgeSums(truths, members) : [];
    const totals: number[] = [];
    for (const sum of sums.toSorted((a, b) => a.first - b.first)) {
      if (sum.plain === 0) continue;
      const sign = readPlace(sum.step.place).isTakenAway ? -1 : 1;
      const [all, last] = [sign * sum.plain, sign * (sum.values.at(-1) ?? 0)];
      const own = truths.filter(({ by }) => isNear(by, sign * sum.by));
      const isTotal = (own.length > 0 ? own : truths).some(
        ({ total, parts }) =>
          isNear(total, all) || isNear(total, last) || parts.some((part) => isNear(part, all, EXACT)),
      );
      // A sum with the other sign may be meant to be taken away later.
      const isSum = sum.values.length > 1 && sign > 0;
      const isOpen = own.some(({ place, total }) => place === null || (isSum && isNear(total, -all)));
      // What only passes on a right number may lack a factor.
      const isNew = !totals.some((v) => isNear(v, sum.plain));
      if (isTotal && (own.length > 0 || isNew)) {
        totals.push(sum.plain);
        right.add(lineOf(sum.step));
        for (const { step, instance } of members) if (step === sum.step) known.add(instance);
      } else if (own.length > 0 && !isOpen && sum.verdict === "wrong") {
        wrong.add(lineOf(sum.step));
        wrongAt = Math.min(wrongAt, sum.first);
      } else others.add(lineOf(sum.step));
    }
  }
  const vouched = new Set<number>();
  for (const step of steps) if (isVouched(step, known, experiment)) vouched.add(lineOf(step));
  const begins = new Map<number, number>();
  for (const step of steps) {
    const first = step.numbers[0]?.order ?? Infinity;
    begins.set(lineOf(step), Math.min(begins.get(lineOf(step)) ?? Infinity, first));
  }
  return {
    wrongAt,
    right: new Set([...right].filter((line) => !wrong.has(line) && !others.has(line))),
    vouched: new Set([...vouched].filter((line) => !wrong.has(line))),
    begins,
  };
}

/** Whether right numbers are made of what the step gave. */
function isVouched(step: StepOf, known: ReadonlySet<Instance>, experiment: Experiment): boolean {
  const first = step.numbers.find(({ value }) => value !== 0);
  if (!first || known.has(first.instance)) return false;
  const element = step.numbers.filter(({ instance }) => instance === first.instance).indexOf(first);
  const by = 1e-3 * Math.abs(first.value);
  const trace = attempt(() =>
    traceOf(() => experiment.gradients(), { instance: first.instance, element, by }),
  );
  const before = [...known];
  return before.some(({ place, nth, values }) => {
    const now = trace?.backward.find((each) => each.place === place && each.nth === nth);
    return now?.values.some((v, i) => Math.abs(v - (values[i] as number)) > 1e-9 * Math.abs(v)) ?? false;
  });
}

function lineOf({ place }: Sum["step"]): number {
  return readPlace(place).site.line;
}
