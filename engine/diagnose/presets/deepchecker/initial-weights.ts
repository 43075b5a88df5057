/** Weights whose variance is not what the activation behind them wants. */
import { rowsOf, usersOf } from "../../measures/wires";
import type { Traced } from "../../traced";
import type { Offender } from "../preset";
import { judged, weightGradients } from "../tensors";

/** What the variance should be, of the numbers of inputs and outputs: He, Glorot, LeCun. */
const wanted: Readonly<Record<string, (fanIn: number, fanOut: number) => number>> = {
  relu: (fanIn) => 2 / fanIn,
  tanh: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  sigmoid: (fanIn) => 1 / fanIn,
};

/** Layers of which the F-test says so, with the variance over the wanted one. */
export function badlyStarted(traced: Traced, alpha: number): Offender[] {
  return weightGradients(traced).flatMap(({ node, dims, size }) => {
    const weight = traced.nodes[node];
    const want = dims >= 2 ? wanted[activationBehind(traced, node) ?? ""] : undefined;
    if (want === undefined || weight === undefined || size < 3) return [];
    const [outputs = 1, inputs = 1, ...places] = weight.shape;
    const field = places.reduce((a, b) => a * b, 1);
    const ratio = weight.value.std ** 2 / want(inputs * field, outputs * field);
    return chanceOf(ratio, size) < alpha ? [judged(traced, node, ratio)] : [];
  });
}

/** The first activation that follows the weight's layer within a few operations. */
function activationBehind(traced: Traced, weight: number): string | null {
  let level = [weight];
  for (let depth = 0; depth < 4; depth++) {
    level = level.flatMap((node) => rowsOf(usersOf(traced), node));
    const found = level.find((node) => (traced.nodes[node]?.op ?? "") in wanted);
    if (found !== undefined) return traced.nodes[found]?.op ?? null;
  }
  return null;
}

/** How likely two samples of n elements have variances that differ so much: the logarithm of F is normal for large n. */
function chanceOf(ratio: number, n: number): number {
  if (!(ratio > 0)) return 0;
  const z = Math.abs(Math.log(ratio)) / Math.sqrt(4 / (n - 1));
  return tail(z / Math.SQRT2);
}

/** erfc by Abramowitz and Stegun, 7.1.26; wrong by 1.5e-7 at most. */
function tail(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const factors = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  return factors.reduce((sum, factor) => (sum + factor) * t, 0) * Math.exp(-x * x);
}
