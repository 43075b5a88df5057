/** Derivatives from differences: the step is chosen by an error estimate. */

/** Steps of the ladder, relative to the scale of the element: 4^−1 … 4^−16 (2e-10). */
export const LADDER: readonly number[] = Array.from({ length: 16 }, (_, k) => 4 ** -(k + 1));

export interface Estimate {
  readonly value: number;
  /** Estimated error: rounding and truncation together. */
  readonly error: number;
  /** The step it was taken with. */
  readonly step: number;
}

/** The loss on both sides of a point: `plus[k]` at x + steps[k], `minus[k]` at x − steps[k]. */
export interface Samples {
  readonly steps: readonly number[];
  readonly plus: readonly number[];
  readonly minus: readonly number[];
  readonly middle: number;
  /** Standard deviation of the rounding noise in each loss. */
  readonly noise: number;
}

export function centralDerivative({ steps, plus, minus, noise }: Samples): Estimate {
  const slopes = steps.map((h, k) => ((plus[k] as number) - (minus[k] as number)) / (2 * h));
  return extrapolate(steps, slopes, noise, 16);
}

export function rightDerivative({ steps, plus, middle, noise }: Samples): Estimate {
  const slopes = steps.map((h, k) => ((plus[k] as number) - middle) / h);
  return extrapolate(steps, slopes, 2 * noise, 4);
}

export function leftDerivative({ steps, minus, middle, noise }: Samples): Estimate {
  const slopes = steps.map((h, k) => (middle - (minus[k] as number)) / h);
  return extrapolate(steps, slopes, 2 * noise, 4);
}

/**
 * Richardson extrapolation of slopes whose error shrinks by `factor` from step to step (steps shrink by 4), at the
 * place of the ladder where neighbours agree best; the error is their disagreement plus the noise over the step.
 */
function extrapolate(
  steps: readonly number[],
  slopes: readonly number[],
  noise: number,
  factor: number,
): Estimate {
  let best: Estimate = { value: Number.NaN, error: Infinity, step: steps[0] ?? 0 };
  let before = Number.NaN;
  let drift = Infinity;
  for (let k = 0; k + 1 < slopes.length; k++) {
    const coarse = slopes[k] as number;
    const fine = slopes[k + 1] as number;
    const value = fine + (fine - coarse) / (factor - 1);
    const rounding = (2 * noise) / (steps[k + 1] as number);
    const change = Number.isFinite(before) ? Math.abs(value - before) : Math.abs(fine - coarse);
    // Agreement of two neighbours may be an accident; the pair before it must not be far off either.
    const error = Math.max(change, Number.isFinite(drift) ? drift / factor : change) + rounding;
    if (Number.isFinite(error) && error < best.error) best = { value, error, step: steps[k + 1] as number };
    before = value;
    drift = change;
  }
  return best;
}
