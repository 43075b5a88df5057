/** Two linear layers with nothing non-linear between them: together they are one. */
import { showTimes } from "../../core/number-text";
import type { LinearMap } from "../measures/linear-maps";
import { type LinearPair, linearPairsOf } from "../measures/linear-pairs";

import { beside, defineRule, type Offered, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const linearWithoutActivation = defineRule({
  id: "linear-without-activation",
  title: "Linear layers without an activation between",
  severity: "warning",
  page: {
    meaning:
      "A linear layer multiplies by a matrix. Two of them in a row multiply by two matrices, and the product of two matrices is a matrix: both together compute no more than one layer could.",
    harm: "The network has the parameters of a deep one and the power of a shallow one: it cannot learn what is not linear, however long it trains.",
    cure: "Put an activation between them, such as relu or gelu. Where the layer between is narrow on purpose, as in a factorised matrix, this rule is silent.",
    source: "NeuraLint and UMLAUT report layers without activation; AUTOTRAINER repairs them by adding one.",
  },
  thresholds: {},
  // What is linear soon learns what it can, and stops.
  explains: ["update-ratio"],
  find(traced) {
    const pairs = linearPairsOf(traced);
    return pairs.length === 0 ? [] : [report(traced, pairs)];
  },
  measure: (traced) => ({
    label: "pairs of linear layers without an activation between",
    value: linearPairsOf(traced).length,
  }),
});

function report(traced: Traced, pairs: readonly LinearPair[]): Trouble {
  const [{ first, second, site }, ...others] = pairs as [LinearPair, ...LinearPair[]];
  const [one, two] = [nameOf(traced, first), nameOf(traced, second)];
  const more = others.length === 0 ? "" : ` So do ${showTimes(others.length, "other pair")} of layers.`;
  const kind = first.isConvolution && second.isConvolution ? "channels" : "features";
  return {
    ...said(
      `${two} follows ${one} with nothing non-linear between them: both together are one linear map.`,
      `${first.inputs} ${kind} become ${first.outputs} and then ${second.outputs}, and a single layer could do the same.${more}`,
    ),
    site,
    node: second.node,
    evidence: {
      first: one,
      second: two,
      inputs: first.inputs,
      between: first.outputs,
      outputs: second.outputs,
      pairs: pairs.length,
    },
    related: [
      ...beside(placeOfMap(traced, first), `${one}: the layer before`),
      ...others.flatMap((pair) =>
        beside(
          pair.site,
          `${nameOf(traced, pair.second)} follows ${nameOf(traced, pair.first)} without one, too`,
        ),
      ),
    ],
    fixes: fixesOf(traced, pairs),
  };
}

/** The path of the layer, or of its weight. */
function nameOf({ nodes, scopes }: Traced, { node, weight }: LinearMap): string {
  const owner = nodes[weight]?.scope ?? 0;
  return (owner > 0 ? scopes[owner]?.path : undefined) ?? nodes[weight]?.name ?? nodes[node]?.op ?? "a layer";
}

function placeOfMap({ nodes, scopes }: Traced, { node, weight }: LinearMap) {
  const owner = nodes[weight]?.scope ?? 0;
  return (owner > 0 ? scopes[owner]?.site : null) ?? nodes[node]?.site ?? null;
}

function fixesOf(traced: Traced, pairs: readonly LinearPair[]): Offered[] {
  const between = pairs.map(({ identity, first, isCalledAlone }) => {
    const call = traced.nodes[first.output]?.site ?? null;
    if (identity !== null) return { change: "callee", call: identity, name: "ReLU" } as const;
    const layer = traced.scopes[traced.nodes[first.weight]?.scope ?? 0]?.site ?? null;
    if (!isCalledAlone && layer !== null) return { change: "behind", call: layer, name: "ReLU" } as const;
    return isCalledAlone && call !== null
      ? ({ change: "wrap", expression: call, name: "relu" } as const)
      : null;
  });
  const remedies = between.filter((remedy) => remedy !== null);
  const offered = {
    title: "Put a relu between the layers",
    detail: "Between two layers stands a function that is no straight line.",
  };
  return [remedies.length === pairs.length ? { ...offered, remedies } : offered];
}
