/** Finds what repeats in a sequence of numbers: the same stretch several times without anything between. */

export interface Repeat {
  readonly start: number;
  /** How long the stretch is, and how often it comes. */
  readonly period: number;
  readonly times: number;
}

/** Fewer are no repetition. */
const fewest = 3;
/** How many places of the same number are tried as the beginning of the next stretch. */
const tries = 12;

/**
 * Repetitions from left to right that do not overlap. Of several at a place the one that covers most, then the shortest
 * stretch. The time is that of a few passes over the sequence for each stretch length that is tried.
 */
export function findRepeats(tokens: ArrayLike<number>): Repeat[] {
  const next = nextPlaces(tokens);
  /** Where a stretch length fails: from any place before that it fails there, too. */
  const mismatches = new Map<number, number>();
  const found: Repeat[] = [];
  for (let start = 0; start < tokens.length; ) {
    const best = bestAt(tokens, start, next, mismatches);
    if (best) found.push(best);
    start += best ? best.period * best.times : 1;
  }
  return found;
}

function bestAt(
  tokens: ArrayLike<number>,
  start: number,
  next: Int32Array,
  mismatches: Map<number, number>,
): Repeat | null {
  let best: Repeat | null = null;
  let place = next[start] ?? -1;
  for (let tried = 0; place >= 0 && tried < tries; tried += 1, place = next[place] ?? -1) {
    const period = place - start;
    if (start + fewest * period > tokens.length) break;
    const known = mismatches.get(period) ?? -1;
    const end = known >= start ? known : mismatch(tokens, start, period);
    mismatches.set(period, end);
    const times = Math.floor((end - start) / period) + 1;
    if (times >= fewest && times * period > (best ? best.times * best.period : 0))
      best = { start, period, times };
  }
  return best;
}

/** The first place from `start` whose number does not come again a period later. */
function mismatch(tokens: ArrayLike<number>, start: number, period: number): number {
  let at = start;
  while (at + period < tokens.length && tokens[at] === tokens[at + period]) at += 1;
  return at;
}

/** For each place the next one with the same number; -1 for none. */
function nextPlaces(tokens: ArrayLike<number>): Int32Array {
  const next = new Int32Array(tokens.length).fill(-1);
  const last = new Map<number, number>();
  for (let at = tokens.length - 1; at >= 0; at -= 1) {
    const token = tokens[at] ?? 0;
    next[at] = last.get(token) ?? -1;
    last.set(token, at);
  }
  return next;
}
