/** Which steps of a backward pass stand for the same variable of the forward pass, and whether they are right about it. */
import { type Adjoints, directionOf, type Truth } from "./adjoints";
import { lengthOf, Span } from "./span";
import type { StepOf } from "./steps";
import type { Instance } from "./trace";

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
  /** What a step would have to give for variables of which it gives nothing, though for others of the same place. */
  uncovered(step: StepOf): readonly Float64Array[];
}

interface Member {
  readonly step: StepOf;
  readonly instance: Instance;
  readonly order: number;
  readonly value: number;
  /** The size of its column. */
  readonly by: number;
}

interface Class {
  readonly unit: Float64Array;
  readonly truths: readonly Truth[];
  readonly members: Member[];
}

/** Of a step whose numbers are scaled later this share must be right for the others to be wrong: else its scale is unknown. */
const TRUSTED = 0.25;

export function findingsOf(steps: readonly StepOf[], rest: Float64Array, adjoints: Adjoints): Findings {
  const tallies = new Map(steps.map((step) => [step, new Tally()]));
  for (const { unit, truths, members } of classesOf(steps, adjoints)) {
    const judged = truths.length > 0 ? judgeSums(truths, members) : [];
    for (const { step } of members) tallies.get(step)?.about(truths, unit);
    for (const sum of judged) tallies.get(sum.step)?.count(sum, truths, unit);
  }
  const when = (find: (tally: Tally) => number) =>
    new Map(
      [...tallies].map(([step, tally]) => [step, find(tally)] as const).filter(([, at]) => at < Infinity),
    );
  return {
    wrong: when((tally) => tally.wrongAt),
    short: when((tally) => (tally.isMissed(rest, adjoints) ? tally.shortAt : Infinity)),
    open: new Set(steps.filter((step) => tallies.get(step)?.isOpen)),
    sums: new Map([...tallies].map(([step, { sums }]) => [step, sums])),
    uncovered: (step) => tallies.get(step)?.uncovered(adjoints) ?? [],
  };
}

/** How the variables fare for which a step stands. */
class Tally {
  readonly places = new Set<string>();
  readonly sums: number[] = [];
  shortAt = Infinity;
  readonly #units: Float64Array[] = [];
  readonly #missing: { readonly column: Float64Array; readonly gaps: readonly number[] }[] = [];
  #wrongAt = Infinity;
  #right = 0;
  #wrong = 0;
  /** By what its numbers may be scaled later, all alike. */
  #scales: number[] | null = null;
  #unknown = 0;

  about(truths: readonly Truth[], unit: Float64Array): void {
    for (const { place } of truths) if (place !== null) this.places.add(place);
    this.#units.push(unit);
    if (truths.length === 0) this.#unknown++;
  }

  count({ plain, by, verdict, first, last, gaps }: Sum, truths: readonly Truth[], unit: Float64Array): void {
    if (plain === 0 && verdict === "right") return;
    this.sums.push(plain);
    if (verdict === "right") this.#right++;
    else if (verdict === "short") {
      this.shortAt = Math.min(this.shortAt, last);
      this.#missing.push({ column: unit.map((v) => by * v), gaps });
    } else {
      this.#wrong++;
      this.#wrongAt = Math.min(this.#wrongAt, first);
      const scales = truths.map((truth) => by / truth.by);
      this.#scales = this.#scales?.filter((v) => scales.some((own) => isNear(v, own))) ?? scales;
    }
  }

  /** Whether what its variables lack, and what others of their places may, is what the gradients lack. */
  isMissed(rest: Float64Array, adjoints: Adjoints): boolean {
    if (this.shortAt === Infinity) return false;
    const span = new Span();
    for (const column of this.uncovered(adjoints)) span.add(column);
    return [0, 1].some((way) => {
      const left = rest.slice();
      for (const { column, gaps } of this.#missing)
        for (let i = 0; i < left.length; i++)
          left[i] = (left[i] as number) - (gaps[way] as number) * (column[i] as number);
      return span.outside(left) * lengthOf(left) < MISSED * lengthOf(rest);
    });
  }

  /** Columns of the same places of the forward pass for which the step gives nothing. */
  uncovered(adjoints: Adjoints): Float64Array[] {
    const columns = [...this.places].flatMap((place) => adjoints.columnsAt(place));
    const isCovered = (column: Float64Array) => this.#units.some((unit) => isAlong(column, unit));
    return columns.filter((column) => !isCovered(column));
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

/** The numbers of all steps by the variables for which they stand. */
export function classesOf(steps: readonly StepOf[], adjoints: Adjoints): Iterable<Class> {
  const classes = new Map<string, Class>();
  for (const step of steps) {
    for (const { column, value, order, instance } of step.numbers) {
      const { unit, by } = directionOf(column);
      if (by === 0) continue;
      const key = keyOf(unit);
      const known = classes.get(key) ?? { unit, truths: adjoints.of(unit), members: [] };
      classes.set(key, known);
      known.members.push({ step, instance, order, value, by });
    }
  }
  return classes.values();
}

/** Columns that are equal up to rounding. */
function keyOf(column: Float64Array): string {
  return Array.from(column, (v) => (Math.abs(v) < 1e-9 ? "0" : v.toPrecision(5))).join();
}

/** What a step gave in all for one variable. */
export interface Sum {
  readonly step: StepOf;
  plain: number;
  /** Times the sizes of the columns. */
  scaled: number;
  /** Each time by itself. */
  readonly values: number[];
  readonly by: number;
  readonly first: number;
  last: number;
  /** What is missing, if all that was given counts, or what was given last. */
  gaps: readonly number[];
  verdict: "right" | "wrong" | "short";
}

/**
 * A step is right that gives the gradient or summands of it, by itself or with what is added later; also where something
 * that follows scales it as it should not. Where all are right by themselves, the sum may lack something. Numbers that
 * differ by a scale stand for different variables, such as both sides of a slope.
 */
export function judgeSums(truths: readonly Truth[], members: readonly Member[]): readonly Sum[] {
  const levels: Map<StepOf, Sum>[] = [];
  const sizes: number[] = [];
  for (const { step, order, value, by } of members) {
    let at = sizes.findIndex((size) => isNear(size, by));
    if (at < 0) at = sizes.push(by) - 1;
    const level = levels[at] ?? new Map<StepOf, Sum>();
    levels[at] = level;
    const none = { step, plain: 0, scaled: 0, values: [], by, first: order, last: order, gaps: [0, 0] };
    const sum = level.get(step) ?? { ...none, verdict: "right" };
    level.set(step, sum);
    sum.plain += value;
    sum.values.push(value);
    sum.scaled += by * value;
    sum.last = order;
  }
  return levels.flatMap((level) => {
    const inTurn = [...level.values()].sort((a, b) => b.last - a.last);
    judgeLevel(truths, inTurn);
    return inTurn;
  });
}

/** @param inTurn the last one first */
function judgeLevel(truths: readonly Truth[], inTurn: readonly Sum[]): void {
  const [final] = inTurn;
  if (final === undefined) return;
  const own = truths.filter(({ by }) => isNear(by, final.by));
  // What was computed first is what all that follows goes through.
  const source = own[0] ?? truths[0];
  const isSource = (v: number) => source !== undefined && isNear(source.by * source.total, v);
  let added = 0;
  const isWhole = inTurn.some(({ scaled }) => {
    added += scaled;
    return isSource(added);
  });
  if (isWhole || isSource(final.by * (final.values.at(-1) ?? 0))) return;
  for (const sum of inTurn) sum.verdict = verdictOf(sum, truths);
  const all = inTurn.reduce((total, { plain }) => total + plain, 0);
  const gaps = [all, final.values.at(-1) ?? 0].map((v) => (own[0]?.total ?? 0) - v);
  const isShort = inTurn.every(({ verdict }) => verdict === "right") && own.length > 0;
  if (isShort && inTurn.some(({ plain }) => plain !== 0))
    for (const sum of inTurn) Object.assign(sum, { verdict: "short", last: final.last, gaps });
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
  // What is passed on again and again adds up to nothing, and what is added up may pass through in its stages.
  return isRight(plain) || values.every(isRight) || isRight(values.at(-1) ?? 0) ? "right" : "wrong";
}

function isAlong(column: Float64Array, unit: Float64Array): boolean {
  const own = directionOf(column).unit;
  return lengthOf(own.map((v, i) => v - (unit[i] as number))) < NEAR;
}

/** What is missed accounts for some of it at least: variables of other turns of a loop may be hidden by the fault itself. */
const MISSED = 0.95;

export function isNear(a: number, b: number, share = NEAR): boolean {
  return Math.abs(a - b) <= share * Math.abs(a) + 1e-9;
}

const NEAR = 1e-3;
/** Of many numbers one is near by chance. */
export const EXACT = 1e-5;
