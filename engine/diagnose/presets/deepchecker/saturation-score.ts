/** How saturated a unit is, by the histogram of its results: Rakitianskaia and Engelbrecht (2015). */

/**
 * The mean of the results by size, each scaled to −1 … 1 and averaged in its bin first.
 * @param lowest 0 for a sigmoid, −1 for tanh; the largest result is 1
 */
export function saturationScore(unit: Float64Array, lowest: number, bins: number): number {
  const sums = new Float64Array(bins);
  for (const value of unit) {
    const share = (value - lowest) / (1 - lowest);
    const bin = Math.max(0, Math.min(bins - 1, Math.floor(share * bins)));
    sums[bin] = (sums[bin] ?? 0) + 2 * share - 1;
  }
  return sums.reduce((total, sum) => total + Math.abs(sum), 0) / Math.max(1, unit.length);
}
