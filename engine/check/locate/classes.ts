/** Which steps of a backward pass stand for the same variable of the forward pass, and whether they are right about it. */
import { type Adjoints, directionOf, type Truth } from "./adjoints";
import type { StepOf } from "./steps";

/** What the steps tell. */
export interface Findings {
  /** When a step gave its first number that is wrong. */
  readonly wrong: ReadonlyMap<StepOf, number>;
  /** When the last of some steps, each right by itself, had left something out. */
  readonly short: ReadonlyMap<StepOf, number>;
  /** Steps with numbers that stand for no known variable. */
  readonly open: ReadonlySet<StepOf>;
  /** What each step gave in all for each variable. */
  readonly sums: ReadonlyMap<StepOf, readonly number[]>;
  /** The places of the forward pass whose variables a step stands for. */
  readonly about: ReadonlyMap<StepOf, ReadonlySet<string>>;
}

interface Member {
  readonly step: StepOf;
  readonly order: number;
  readonly value: number;
  /** The size of its column. */
  readonly by: number;
}

interface Class {
  readonly truths: readonly Truth[];
  readonly members: Member[];
}

/** Of a step whose numbers are scaled later this share must be right for the others to be wrong: else its scale is unknown. */
const TRUSTED = 0.25;

export function findingsOf(steps: readonly StepOf[], adjoints: Adjoints): Findings {
  const tallies = new Map(steps.map((step) => [step, new Tally()]));
  for (const { truths, members } of classesOf(steps, adjoints)) {
    const judged = truths.length > 0 ? judge(truths, members) : [];
    for (const { step } of members) tallies.get(step)?.about(truths);
    for (const [step, sum] of judged) tallies.get(step)?.count(sum, truths);
  }
  const when = (find: (tally: Tally) => number) =>
    new Map(
      [...tallies].map(([step, tally]) => [step, find(tally)] as const).filter(([, at]) => at < Infinity),
    );
  return {
    wrong: when((tally) => tally.wrongAt),
    short: when((tally) => tally.shortAt),
    open: new Set(steps.filter((step) => tallies.get(step)?.isOpen)),
    sums: new Map([...tallies].map(([step, { sums }]) => [step, sums])),
    about: new Map([...tallies].map(([step, { places }]) => [step, places])),
  };
}

/** How the variables fare for which a step stands. */
class Tally {
  readonly places = new Set<string>();
  readonly sums: number[] = [];
  shortAt = Infinity;
  #wrongAt = Infinity;
  #right = 0;
  #wrong = 0;
  /** By what its numbers may be scaled later, all alike. */
  #scales: number[] | null = null;
  #unknown = 0;

  about(truths: readonly Truth[]): void {
    for (const { place } of truths) if (place !== null) this.places.add(place);
    if (truths.length === 0) this.#unknown++;
  }

  count({ plain, by, verdict, first, last }: Sum, truths: readonly Truth[]): void {
    if (plain === 0 && verdict === "right") return;
    this.sums.push(plain);
    if (verdict === "right") this.#right++;
    else if (verdict === "short") this.shortAt = Math.min(this.shortAt, last);
    else {
      this.#wrong++;
      this.#wrongAt = Math.min(this.#wrongAt, first);
      const scales = truths.map((truth) => by / truth.by);
      this.#scales = this.#scales?.filter((v) => scales.some((own) => isNear(v, own))) ?? scales;
    }
  }

  get wrongAt(): number {
    return this.#isTrusted ? this.#wrongAt : Infinity;
  }

  get isOpen(): boolean {
    return this.#unknown > 0 || (this.#wrong > 0 && !this.#isTrusted);
  }

  /** A scale that is known, or under which enough is right. */
  get #isTrusted(): boolean {
    const scales = this.#scales ?? [];
    const isEnough = this.#right > TRUSTED * (this.#right + this.#wrong);
    return scales.some((v) => isNear(v, 1)) || (scales.length > 0 && isEnough);
  }
}

function classesOf(steps: readonly StepOf[], adjoints: Adjoints): Iterable<Class> {
  const classes = new Map<string, Class>();
  for (const step of steps) {
    for (const { column, value, order } of step.numbers) {
      const { unit, by } = directionOf(column);
      if (by === 0) continue;
      const key = keyOf(unit);
      const known = classes.get(key) ?? { truths: adjoints.of(unit), members: [] };
      classes.set(key, known);
      known.members.push({ step, order, value, by });
    }
  }
  return classes.values();
}

/** Columns that are equal up to rounding. */
function keyOf(column: Float64Array): string {
  return Array.from(column, (v) => (Math.abs(v) < 1e-9 ? "0" : v.toPrecision(5))).join();
}

/** What a step gave in all for one variable. */
interface Sum {
  plain: number;
  /** Times the sizes of the columns. */
  scaled: number;
  /** Each time by itself. */
  readonly values: number[];
  readonly by: number;
  readonly first: number;
  last: number;
  verdict: "right" | "wrong" | "short";
}

/**
 * A step is right that gives the gradient or summands of it, by itself or with what is added later; also where something
 * that follows scales it as it should not. Where all are right by themselves, the sum may lack something.
 */
function judge(truths: readonly Truth[], members: readonly Member[]): ReadonlyMap<StepOf, Sum> {
  const sums = new Map<StepOf, Sum>();
  for (const { step, order, value, by } of members) {
    const sum = sums.get(step) ?? {
      plain: 0,
      scaled: 0,
      values: [],
      by,
      first: order,
      last: order,
      verdict: "right",
    };
    sums.set(step, sum);
    sum.plain += value;
    sum.values.push(value);
    sum.scaled += by * value;
    sum.last = order;
  }
  const inTurn = [...sums.values()].sort((a, b) => b.last - a.last);
  const [source] = truths;
  let added = 0;
  // What was computed first is what all that follows goes through.
  const isSource = (v: number) => source !== undefined && isNear(source.by * source.total, v);
  const [final] = inTurn;
  const isWhole =
    inTurn.some(({ scaled }) => {
      added += scaled;
      return isSource(added);
    }) || isSource((final?.by ?? 0) * (final?.values.at(-1) ?? 0));
  if (isWhole) return sums;
  for (const sum of inTurn) sum.verdict = verdictOf(sum, truths);
  const last = inTurn[0]?.last ?? 0;
  if (inTurn.every(({ verdict }) => verdict === "right") && inTurn.some(({ plain }) => plain !== 0))
    for (const sum of inTurn) Object.assign(sum, { verdict: "short", last });
  return sums;
}

function verdictOf({ plain, values, by }: Sum, truths: readonly Truth[]): Sum["verdict"] {
  // Nothing at all is what others add to.
  if (plain === 0) return "right";
  const isRight = (v: number) =>
    truths.some(
      (truth) =>
        [truth.total, ...truth.parts].some((part) => isNear(truth.by * part, by * v) || isNear(part, v)) ||
        truth.stretches.some((part) => isNear(part, v, EXACT)),
    );
  // What is passed on again and again adds up to nothing.
  if (isRight(plain) || values.every(isRight)) return "right";
  return "wrong";
}

function isNear(a: number, b: number, share = NEAR): boolean {
  return Math.abs(a - b) <= share * Math.abs(a) + 1e-9;
}

const NEAR = 1e-3;
/** Of many numbers one is near by chance. */
const EXACT = 1e-5;
