/** Holds a short cut against the operation itself, so that no short cut is believed on its word. */
import type { Values } from "../../core/dtype";
import { normOf } from "../../core/norm-of";
import { RandomGenerator } from "../../core/random";
import type { Tensor } from "../../core/tensor";
import type { Lines } from "./lines";
import { type Changes, oneByOne } from "./one-by-one";
import type { ReplayStep } from "./replay-step";
import { allocateLike, type Sparse, toDense, type Variants } from "./variants";

/** Sizes of the moves of each probe, relative to the values: far more than rounding, so that a difference shows. */
const MOVES = [1e-3, 0.1, 1.3];
/** Relative to the largest result. */
const SAME = 1e-9;

/**
 * True when `way` gives what the operation gives for a few random changes of the same kind: of the same inputs, in as
 * many elements.
 */
export function givesTheSame(
  step: ReplayStep,
  changes: Changes,
  way: (probes: Changes, count: number) => Variants | null,
): boolean {
  const random = new RandomGenerator(step.out + 1);
  // What the operation refuses far away from the recorded values, it may do close to them.
  for (const moves of [MOVES, MOVES.slice(0, 1), [1e-6]]) {
    const probes = new Map(
      [...changes].map(([slot, variants]) => [
        slot,
        probeOf(step.node.inputs[step.inputs.indexOf(slot)] as Tensor, variants, moves, random),
      ]),
    );
    const wanted = attempt(() => oneByOne(step, probes, moves.length).data);
    if (wanted === null) continue;
    const got = way(probes, moves.length);
    return got !== null && isSame(toDense(got, step.node.out, moves.length).data, wanted);
  }
  return false;
}

/** Variants of the same form with other numbers, one for each size of the moves. */
function probeOf(x: Tensor, like: Variants, moves: readonly number[], random: RandomGenerator): Variants {
  const norm = normOf(x.data) / Math.sqrt(Math.max(1, x.size));
  const typical = norm > 0 && norm < Infinity ? norm : 1;
  const { data: values } = x;
  const isFloat = values instanceof Float64Array;
  const near = (e: number, move: number) => {
    const v = values[e] as number;
    // Counts and masks may take only values that are there.
    if (!isFloat) return values[Math.floor(random.uniform() * values.length)] as number;
    return Number.isFinite(v) ? v + move * (typical + Math.abs(v)) * (2 * random.uniform() - 1) : v;
  };
  if (like.kind === "dense") {
    const size = values.length;
    const data = allocateLike(x, moves.length * size);
    moves.forEach((move, k) => {
      for (let e = 0; e < size; e++) data[k * size + e] = near(e, move);
    });
    return { kind: "dense", data };
  }
  return like.kind === "lines"
    ? linesProbe(like, moves, typical, random)
    : sparseProbe(x, like.each, moves, near, random);
}

/** Other multiples of other lines, in the same rows. */
function linesProbe(like: Lines, moves: readonly number[], typical: number, random: RandomGenerator): Lines {
  const { each, table, length } = like;
  const count = moves.length * each;
  let most = 0;
  for (let e = 0; e < table.length; e++) most = Math.max(most, Math.abs(table[e] as number));
  const size = most > 0 && most < Infinity ? typical / most : typical;
  return {
    ...like,
    rows: Int32Array.from({ length: count }, (_, n) => like.rows[n % like.rows.length] as number),
    lines: Int32Array.from({ length: count }, () => Math.floor((random.uniform() * table.length) / length)),
    factors: Float64Array.from(
      { length: count },
      (_, n) => (moves[Math.floor(n / each)] as number) * size * (2 * random.uniform() - 1),
    ),
    // The room of the others is theirs.
    owner: {},
  };
}

function sparseProbe(
  x: Tensor,
  each: number,
  moves: readonly number[],
  near: (e: number, move: number) => number,
  random: RandomGenerator,
): Sparse {
  const index = new Int32Array(moves.length * each);
  const data = allocateLike(x, index.length);
  moves.forEach((move, k) => {
    for (const [n, e] of [...draw(x.size, each, random)].entries()) {
      index[k * each + n] = e;
      data[k * each + n] = near(e, move);
    }
  });
  return { kind: "sparse", each, index, data };
}

/** `count` different places of `size`. */
function draw(size: number, count: number, random: RandomGenerator): Set<number> {
  const places = new Set<number>();
  while (places.size < count) {
    let place = Math.floor(random.uniform() * size);
    while (places.has(place)) place = (place + 1) % size;
    places.add(place);
  }
  return places;
}

function isSame(got: Values, wanted: Values): boolean {
  if (got.length !== wanted.length) return false;
  let size = 0;
  for (let i = 0; i < wanted.length; i++) {
    const v = Math.abs(wanted[i] as number);
    if (v > size && v < Infinity) size = v;
  }
  for (let i = 0; i < wanted.length; i++) {
    const a = got[i] as number;
    const b = wanted[i] as number;
    if (!(Math.abs(a - b) <= SAME * size) && !Object.is(a, b)) return false;
  }
  return true;
}

function attempt<T>(run: () => T): T | null {
  try {
    return run();
  } catch {
    return null;
  }
}
