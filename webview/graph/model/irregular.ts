/** Steps of a loop whose steps are not all alike: each begins where the same line runs again. */

/** A step may be this much of the whole at most, and all steps together must be that much. */
const [largestStep, smallestShare] = [1 / 4, 1 / 2];

/**
 * Where the steps begin, and where the last one ends; null when there is no line that divides the sequence well. Of several
 * such lines it is the first one. The last step ends with the last line that ran in an earlier step, too.
 */
export function irregularSteps(tokens: readonly number[]): number[] | null {
  const places = new Map<number, number[]>();
  tokens.forEach((token, at) => {
    const list = places.get(token);
    if (list) list.push(at);
    else places.set(token, [at]);
  });
  for (const starts of places.values()) {
    if (starts.length < 3 || starts.length > tokens.length / 2) continue;
    const steps = [...starts, endOf(tokens, starts)];
    const first = steps[0] ?? 0;
    const covered = (steps.at(-1) ?? 0) - first;
    const largest = steps.reduce((most, at, i) => Math.max(most, at - (steps[i - 1] ?? at)), 0);
    if (covered >= smallestShare * tokens.length && largest <= largestStep * tokens.length) return steps;
  }
  return null;
}

function endOf(tokens: readonly number[], starts: readonly number[]): number {
  const last = starts.at(-1) ?? 0;
  const earlier = new Set(tokens.slice(starts[0], last));
  let end = last + 1;
  while (end < tokens.length && earlier.has(tokens[end] ?? 0)) end += 1;
  return end;
}
