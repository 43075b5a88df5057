/** How numbers read in hovers, lenses and messages. */

/** A few digits: 0.0123, 1.2e-9, 64; NaN and infinities as such. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e-3 && size < 1e6
      ? String(Number(value.toPrecision(digits)))
      : value.toExponential(digits - 2).replace(/\.?0+e/, "e");
  return text.replace("e+", "e").replace(/^-/, "−");
}

/** Two numbers with as many digits as it takes to see that they differ. */
export function formatPair(a: number, b: number, digits = 4): [string, string] {
  for (let more = digits; more < 17; more++) {
    const pair: [string, string] = [formatNumber(a, more), formatNumber(b, more)];
    if (pair[0] !== pair[1] || a === b) return pair;
  }
  return [String(a), String(b)];
}

/** One digit and the power: 3e-9. */
export function formatError(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return formatNumber(value);
  return value.toExponential(0).replace("e+", "e");
}

export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.join("×");
}

export function formatDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
