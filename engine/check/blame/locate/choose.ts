/** Weighs what speaks for and against each step of a backward pass. */
import type { Site } from "../../../report/report";
import type { Adjoints } from "./adjoints";
import { type Findings, findingsOf } from "./classes";
import { readPlace } from "./place";
import { Span } from "./span";
import type { StepOf } from "./steps";
import type { Text } from "./text";

/** A step whose change mends this much of what is wrong may be the faulty one. */
const MENDS = 2e-3;

export interface Suspect {
  readonly site: Site;
  /** Where else the fault may be. */
  readonly others: readonly Site[];
}

/** A step that could mend everything alone. */
interface Able {
  readonly step: StepOf;
  /** Within how many dimensions it mends. */
  readonly rank: number;
  readonly first: number;
}

/** Null where no step could mend everything alone, or none is under suspicion. */
export function choose(
  steps: readonly StepOf[],
  rest: Float64Array,
  adjoints: Adjoints | null,
  text: Text,
): Suspect | null {
  const findings = adjoints ? findingsOf(steps, rest, adjoints) : null;
  const plain = ableAmong(steps, rest);
  const more = findings ? extended(steps, rest, findings, plain) : [];
  const found = [...plain, ...more];
  const able = found.length > 0 ? found : ableAmong(mergedOf(steps), rest);
  if (able.length === 0) return null;
  const chosen = findings && adjoints ? byFindings(able, findings, adjoints, text) : byWidth(able);
  if (chosen === null) return null;
  const [best, ...others] = chosen.map(({ step }) => ({
    site: blamed(step, text),
    isShared: isShared(step, text),
  }));
  if (best === undefined) return null;
  const alike = others.filter((each) => best.isShared || !each.isShared);
  return { site: best.site, others: alike.map(({ site }) => site) };
}

/** The steps that could mend everything alone. */
export function ableAmong(
  steps: readonly StepOf[],
  rest: Float64Array,
  more: (step: StepOf) => readonly Float64Array[] = () => [],
): Able[] {
  return steps.flatMap((step): Able[] => {
    const span = new Span();
    for (const { column } of step.numbers) span.add(column);
    for (const column of more(step)) span.add(column);
    return span.outside(rest) < MENDS
      ? [{ step, rank: span.rank, first: step.numbers[0]?.order ?? Infinity }]
      : [];
  });
}

/** Steps that could mend everything if they gave all that there is of what they give in part: a loop that ends too early. */
function extended(
  steps: readonly StepOf[],
  rest: Float64Array,
  { short, uncovered }: Findings,
  able: readonly Able[],
): Able[] {
  const others = steps.filter((step) => short.has(step) && !able.some((each) => each.step === step));
  return ableAmong(others, rest, uncovered);
}

/** A function that serves several callers may be wrong for all of them. */
function mergedOf(steps: readonly StepOf[]): StepOf[] {
  const places = new Map<string, StepOf[]>();
  for (const step of steps) places.set(step.place, [...(places.get(step.place) ?? []), step]);
  return [...places.values()].flatMap((same) => {
    const [first] = same;
    const numbers = same.flatMap((each) => each.numbers);
    return first && same.length > 1 ? [{ ...first, calls: [], numbers }] : [];
  });
}

/** The best first; the others may be meant as well. */
function byFindings(
  able: readonly Able[],
  findings: Findings,
  adjoints: Adjoints,
  text: Text,
): Able[] | null {
  const { wrong, short, open, sums } = findings;
  const suspected = able.filter(({ step }) => wrong.has(step) || short.has(step));
  const when = ({ step }: Able) => Math.min(wrong.get(step) ?? Infinity, short.get(step) ?? Infinity);
  const numbersOf = ({ step }: Able) => sums.get(step) ?? [];
  const others = (each: Able) => [
    ...suspected.filter((one) => one.first < each.first).map(numbersOf),
    text.incoming,
  ];
  const right = suspected.filter(
    (each) =>
      !short.has(each.step) &&
      adjoints.haveAll(numbersOf(each), !readPlace(each.step.place).isElement || isShared(each.step, text)) &&
      !others(each).some((one) => isAmong(numbersOf(each), one)),
  );
  const clear = suspected.filter((each) => !right.includes(each));
  const inTurn = (clear.length > 0 ? clear : suspected).sort(
    (a, b) => when(a) - when(b) || usesOf(a, text) - usesOf(b, text) || b.first - a.first,
  );
  const [earliest] = inTurn;
  const unknown = able.filter(({ step }) => open.has(step));
  if (earliest === undefined)
    return unknown.length > 0 || able.every(({ step }) => !sums.has(step)) ? byWidth(able) : null;
  const alike = inTurn.filter((each) => when(each) === when(earliest));
  const before = unknown.filter(({ first }) => first < when(earliest)).sort((a, b) => b.first - a.first);
  const source = wrong.has(earliest.step) ? sourceOf(earliest, before, able, text) : undefined;
  return source ? [source] : [...alike, ...before];
}

/** What a wrong number was made of, when it is no step of its own that made it. @param before the last one first */
function sourceOf(
  { step, first }: Able,
  before: readonly Able[],
  able: readonly Able[],
  text: Text,
): Able | undefined {
  const isHere = (each: Able) => isOwn(readPlace(each.step.place).site, text);
  // A function of its own, which no other calls: its result goes into the number right away.
  const called = before.find(
    (each) => !isHere(each) && !isShared(each.step, text) && each.first === first - 1,
  );
  if (called) return called;
  // The result of a function that serves several callers, as it is: it depends on what that was given.
  const isResult = (each: Able) =>
    each.first === first - 1 && isShared(each.step, text) && isSame(each.step, step);
  const isGiven = isShared(step, text) || able.some(isResult);
  return isGiven ? before.find((each) => each.step.isGradient && isHere(each)) : undefined;
}

function isSame({ numbers }: StepOf, other: StepOf): boolean {
  return (
    numbers.length === other.numbers.length &&
    numbers.every(({ value }, i) => value === other.numbers[i]?.value)
  );
}

/** What only passes on the numbers of another step should have made something of them. */
function isAmong(numbers: readonly number[], others: ArrayLike<number>): boolean {
  const isThere = (v: number) =>
    Array.prototype.some.call(others, (other: number) => Math.abs(v - other) <= 1e-9 * Math.abs(v));
  return numbers.length < 2 || numbers.every(isThere);
}

/** In a function that serves several callers. */
function isShared({ place }: StepOf, text: Text): boolean {
  const { site, uses } = readPlace(place);
  return uses > 1 && !isOwn(site, text);
}

function usesOf({ step }: Able, text: Text): number {
  return isOwn(readPlace(step.place).site, text) ? 1 : readPlace(step.place).uses;
}

/** Whether a place stands in the backward pass itself. */
export function isOwn(site: Site, { own }: Text): boolean {
  return own !== null && site.file === own.file && own.line <= site.line && site.line <= own.endLine;
}

/** Where nothing else tells: what mends within the fewest dimensions, by the least chance; the last of those. */
function byWidth(able: readonly Able[]): Able[] {
  const least = Math.min(...able.map(({ rank }) => rank));
  return able.filter(({ rank }) => rank === least).sort((a, b) => b.first - a.first);
}

/** The step's place; of a function that serves several callers, the call that alone could mend everything. */
function blamed(step: StepOf, text: Text): Site {
  const { site } = readPlace(step.place);
  if (!isShared(step, text) || step.calls.length === 0) return site;
  const calls = step.calls.map((id) => text.siteOf(id)).filter((each) => each !== null);
  const call = calls.findLast((each) => isOwn(each, text)) ?? calls[0];
  return call ?? site;
}
