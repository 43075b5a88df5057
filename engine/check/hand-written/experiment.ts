/** A hand-written layer as an experiment: its passes with something changed. */
import type { Experiment } from "../blame/locate";
import type { Candidate, CandidateResult, Thrown } from "../differences/candidate";
import type { Part } from "./parts";
import type { PreparedLayer } from "./prepare";

/** @param compared what the gradient of each part was compared with, in order */
export function experimentOf(
  { trial, parts, gradients }: PreparedLayer,
  weights: Float64Array,
  candidates: readonly (Candidate & { readonly part: Part; readonly rate: number | null })[],
  compared: readonly (CandidateResult | Thrown)[],
): Experiment {
  const known = candidates.flatMap(({ part, evaluation, analytic, rate }, i) => {
    const comparison = compared[i];
    if (comparison === undefined || "thrown" in comparison || rate !== null) return [];
    const x = evaluation.x.data as Float64Array;
    return [{ part, place: { x, given: Float64Array.from(analytic), true: comparison.compared.numeric } }];
  });
  return {
    parts: known.map(({ place }) => place),
    loss(index, x) {
      const part = index === undefined ? undefined : known[index]?.part;
      const change = part && x ? [{ ...part, data: x, before: part.flat.data }] : [];
      return trial
        .outputs(change)
        .reduce((sum, v, i) => (weights[i] === 0 ? sum : sum + v * (weights[i] as number)), 0);
    },
    gradients(factor = 1) {
      const { of } = gradients(weights.map((w) => factor * w));
      return known.map(({ part }) => {
        const numbers = of[parts.indexOf(part)]?.numbers;
        return numbers instanceof Float64Array ? numbers : null;
      });
    },
  };
}
