/** The true gradients of what a forward pass computes on its way, by what each number of it does with the inputs. */
import { type Experiment, joined, slopeOf } from "./experiment";
import { lengthOf } from "./span";
import { attempt } from "./steps";
import { computedWithHeld, type Instance, type Moving, type PassTrace, traceOf, withMoved } from "./trace";

/** A number of the forward pass. */
interface Variable {
  /** Null for an input. */
  readonly place: string | null;
  /** How it depends on the parts. */
  readonly column: Float64Array;
  /** The gradient of the loss by it. */
  readonly gradient: () => number;
  /** Its summands, by the places that use the number, in the order in which they do. */
  readonly summands: () => readonly (readonly number[])[];
}

interface Keyed {
  readonly key: number;
  readonly unit: Float64Array;
  readonly by: number;
  /** When it was computed: inputs first. */
  readonly order: number;
  readonly variable: Variable;
}

/** What may rightly stand for a variable. */
export interface Truth {
  /** Where the forward pass computes it; null for an input. */
  readonly place: string | null;
  /** When it was computed: inputs first. */
  readonly order: number;
  /** The size of its column. */
  readonly by: number;
  readonly total: number;
  /** Summands of it that come from some of the places that use it. */
  readonly parts: readonly number[];
  /** What a place gives between two moments: in some turns of a loop. */
  readonly stretches: readonly number[];
}

/** A vector of length 1 whose largest number is positive, and what it is multiplied with. */
export function directionOf(column: Float64Array): { readonly unit: Float64Array; readonly by: number } {
  const size = lengthOf(column);
  if (!(size > 0)) return { unit: column, by: 0 };
  const largest = column.reduce((a, b) => (Math.abs(b) > 1.001 * Math.abs(a) ? b : a), 0);
  const by = Math.sign(largest) * size;
  return { unit: column.map((v) => v / by), by };
}

/** Relative difference up to which two columns are the same. */
const SAME = 1e-4;
/** Numbers of the forward pass times elements of the parts that are kept at most. */
const MOST = 4e6;
/** Of more summands only each by itself counts, and all. */
const MOST_SUMMANDS = 5;

export class Adjoints {
  readonly #experiment: Experiment;
  readonly #forward: readonly Instance[];
  /** Sorted by `key`. */
  readonly #variables: Keyed[] = [];
  readonly #mixing: Float64Array;
  readonly #gradients = new Map<string, number>();
  readonly #steps: readonly Variable[];
  #known: readonly number[] | null = null;
  #ofInputs: readonly number[] | null = null;

  constructor(experiment: Experiment, { forward }: PassTrace) {
    this.#experiment = experiment;
    this.#forward = forward;
    const all = experiment.parts.reduce((sum, { x }) => sum + x.length, 0);
    this.#mixing = Float64Array.from({ length: all }, (_, i) => Math.sin(1 + 7 * i));
    this.#steps = this.#ofSteps(all);
    for (const [order, variable] of [...this.#ofParts(all), ...this.#steps].entries()) {
      const { unit, by } = directionOf(variable.column);
      if (by !== 0) this.#variables.push({ key: this.#keyOf(unit), unit, by, order, variable });
    }
    this.#variables.sort((a, b) => a.key - b.key);
  }

  /**
   * What a step may rightly give for the variable whose column has this direction: its true gradient, or summands of
   * it. The first computed first; none where there is no such variable.
   */
  of(column: Float64Array): Truth[] {
    const { unit } = directionOf(column);
    const key = this.#keyOf(unit);
    const margin = SAME * lengthOf(this.#mixing);
    const found: Truth[] = [];
    for (let i = this.#firstFrom(key - margin); i < this.#variables.length; i++) {
      const { key: other, by, unit: own, variable, order } = this.#variables[i] as Keyed;
      if (other > key + margin) break;
      if (distance(own, unit) > SAME) continue;
      const { place, gradient, summands } = variable;
      const each = summands();
      const parts = sumsOf(each.map(sumOf));
      found.push({ place, order, by, total: gradient(), parts, stretches: each.flatMap(stretchesOf) });
    }
    return found.sort((a, b) => a.order - b.order);
  }

  /** The columns of everything that a place of the forward pass gave. */
  columnsAt(place: string): Float64Array[] {
    return this.#variables.flatMap(({ variable }) => (variable.place === place ? [variable.column] : []));
  }

  /**
   * Whether these numbers are all true gradients of what places of the forward pass gave.
   * @param orOfInputs whether those of inputs count as well
   */
  haveAll(numbers: readonly number[], orOfInputs: boolean): boolean {
    this.#known ??= sorted(this.#steps.map(({ gradient }) => gradient()));
    this.#ofInputs ??= sorted(
      this.#ofParts(this.#mixing.length).flatMap(({ gradient, summands }) => [
        gradient(),
        ...summands().map(sumOf),
      ]),
    );
    const lists = orOfInputs ? [this.#known, this.#ofInputs] : [this.#known];
    return numbers.every((v) => lists.some((list) => isIn(list, v)));
  }

  #keyOf(column: Float64Array): number {
    return column.reduce((sum, v, i) => sum + v * (this.#mixing[i] as number), 0);
  }

  #firstFrom(key: number): number {
    let [low, high] = [0, this.#variables.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#variables[middle]?.key as number) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #ofParts(all: number): Variable[] {
    let at = 0;
    return this.#experiment.parts.flatMap((part, p) =>
      [...part.x.keys()].map((i) => {
        const column = new Float64Array(all);
        column[at++] = 1;
        const moved = (by: number) => {
          const x = part.x.slice();
          x[i] = (x[i] as number) + by;
          return x;
        };
        const summands = () =>
          this.#summandsOf(part.x[i] as number, (by, run) =>
            run(null, () => this.#experiment.loss(p, moved(by))),
          );
        return { place: null, column, gradient: () => part.true[i] as number, summands };
      }),
    );
  }

  #ofSteps(all: number): Variable[] {
    const offsets: number[] = [];
    const count = this.#forward.reduce((sum, { values }) => {
      offsets.push(sum);
      return sum + values.length;
    }, 0);
    if (count * all > MOST) return [];
    const columns = Array.from({ length: count }, () => new Float64Array(all));
    let at = 0;
    for (const [p, { x }] of this.#experiment.parts.entries()) {
      const size = lengthOf(x) / Math.sqrt(Math.max(1, x.length));
      for (const [i, value] of x.entries()) {
        const slope = attempt(() =>
          slopeOf(SMALL * Math.max(Math.abs(value), size), (by) => {
            const moved = x.slice();
            moved[i] = value + by;
            return this.#valuesWith(p, moved);
          }),
        );
        slope?.forEach((v, u) => {
          (columns[u] as Float64Array)[at] = v;
        });
        at++;
      }
    }
    return this.#forward.flatMap((instance, n) =>
      [...instance.values.keys()].map((element) => ({
        place: `${instance.place} ${instance.calls}`,
        column: columns[(offsets[n] as number) + element] as Float64Array,
        gradient: () => this.#gradientOf(n, element),
        summands: () =>
          this.#summandsOf(instance.values[element] as number, (by, run) =>
            run({ instance, element, by }, () => this.#experiment.loss()),
          ),
      })),
    );
  }

  /** What all steps gave when a part had other numbers; NaN when they were others. */
  #valuesWith(part: number, x: Float64Array): Float64Array {
    const trace = traceOf(() => this.#experiment.loss(part, x));
    const isSame =
      trace?.forward.length === this.#forward.length &&
      trace.forward.every(({ values }, i) => values.length === this.#forward[i]?.values.length);
    return trace && isSame ? joined(trace.forward.map(({ values }) => values)) : Float64Array.of(Number.NaN);
  }

  #gradientOf(n: number, element: number): number {
    const key = `${n} ${element}`;
    const known = this.#gradients.get(key);
    if (known !== undefined) return known;
    const instance = this.#forward[n] as Instance;
    const slope = attempt(() =>
      slopeOf(sizeFor(instance.values[element] as number), (by) =>
        Float64Array.of(withMoved(instance, false, element, by, () => this.#experiment.loss())),
      ),
    );
    const found = slope?.[0] ?? Number.NaN;
    this.#gradients.set(key, found);
    return found;
  }

  /** What reaches the loss through each place that uses a number, where all others are held. */
  #summandsOf(
    value: number,
    moving: (by: number, run: (moves: Moving | null, loss: () => number) => Float64Array) => Float64Array,
  ): number[][] {
    const run = (moves: Moving | null, loss: () => number) => {
      let out = Number.NaN;
      const computed = computedWithHeld(this.#forward, moves, () => {
        out = loss();
      });
      return computed === null ? Float64Array.of(Number.NaN) : joined([...computed, Float64Array.of(out)]);
    };
    const slope = attempt(() => slopeOf(sizeFor(value), (by) => moving(by, run)));
    if (slope === null) return [];
    const byPlace = new Map<string, number[]>();
    let at = 0;
    for (const [n, { place, calls, values }] of this.#forward.entries()) {
      for (const element of values.keys()) {
        const local = slope[at++] as number;
        if (local === 0) continue;
        const key = `${place} ${calls}`;
        byPlace.set(key, [...(byPlace.get(key) ?? []), local * this.#gradientOf(n, element)]);
      }
    }
    const direct = slope[at] as number;
    return [...byPlace.values(), ...(direct === 0 ? [] : [[direct]])];
  }
}

/** Forward passes are curved. */
const SMALL = 1e-2;

function sizeFor(value: number): number {
  return SMALL * Math.max(Math.abs(value), 1e-2);
}

/** The sums of all choices of them. */
function sumsOf(summands: readonly number[]): number[] {
  if (summands.length > MOST_SUMMANDS) return [...summands];
  const sums: number[] = [];
  for (const v of summands) sums.push(v, ...sums.map((sum) => sum + v));
  return sums;
}

function sorted(numbers: readonly number[]): readonly number[] {
  return numbers.filter(Number.isFinite).sort((a, b) => a - b);
}

function isIn(list: readonly number[], v: number): boolean {
  const margin = SAME * Math.abs(v);
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < v - margin) low = middle + 1;
    else high = middle;
  }
  return (list[low] ?? Infinity) <= v + margin;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, v) => sum + v, 0);
}

/** The sums of some that follow each other; of many summands, none: one would be near by chance. */
function stretchesOf(summands: readonly number[]): number[] {
  if (summands.length > LONG) return [];
  return summands.flatMap((_, from) =>
    summands.slice(from).map((_v, n) => sumOf(summands.slice(from, from + n + 1))),
  );
}

const LONG = 30;

function distance(a: Float64Array, b: Float64Array): number {
  return lengthOf(a.map((v, i) => v - (b[i] as number)));
}
