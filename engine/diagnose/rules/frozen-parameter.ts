/** Weights that are kept from learning although nothing was put into them that is worth keeping. */
import { showTimes } from "../../core/number-text";
import { IS_LEAF } from "../../report/names";
import type { Site } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import { valuesBehindLoss } from "../measures/cuts";
import { isHeldWith, optimisersOf } from "../measures/optimisers";
import { layerOf, parameterName, parametersOf } from "../measures/parameters";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import { siteInRow, type Traced } from "../traced";

export const frozenParameter = defineRule({
  id: "frozen-parameter",
  title: "Frozen parameter",
  severity: "warning",
  page: {
    meaning:
      "A parameter with requiresGrad = false stays as it is. That is meant for parts that have learnt already; here the parameter has its random start, and the optimiser holds it.",
    harm: "The layer stays random, and the rest has to make do with it.",
    cure: "Set requiresGrad back to true, or leave the parameter out of the optimiser if it is to stay.",
    source:
      "Transfer learning freezes what was trained: weights that were loaded, or trained by an optimiser before, are left alone.",
  },
  thresholds: {},
  find: findFrozen,
  measure: (traced) => ({ label: "frozen parameters in the optimiser", value: frozenIn(traced).size }),
});

function findFrozen(traced: Traced): Trouble[] {
  const frozen = frozenIn(traced);
  return frozen.size === 0 ? [] : [report(traced, [...frozen])];
}

/** Frozen leaves behind the loss that an optimiser holds together with learning ones, with the place that froze them. */
function frozenIn(traced: Traced): Map<number, Site | null> {
  const { writes, nodes } = traced.trace.tables;
  const found = new Map<number, Site | null>();
  const filled = new Set<number>();
  for (let row = 0; row < writes.node.length; row++) {
    const how = traced.trace.texts[at(writes.how, row)] ?? "";
    if (how === "requiresGrad") found.set(at(writes.node, row), siteInRow(traced, rowAt(writes.site, row)));
    else if (!how.startsWith("init.")) filled.add(at(writes.node, row));
  }
  if (found.size === 0) return found;
  const behind = valuesBehindLoss(traced);
  const { reached } = parametersOf(traced);
  for (const node of [...found.keys()]) {
    const isFrozen = at(nodes.flags, node) === IS_LEAF && behind[node] === 1 && !filled.has(node);
    const isOptimised = isFrozen && isHeldWith(traced, node, (each) => reached.has(each));
    if (!isOptimised || hasLearnt(traced, node)) found.delete(node);
  }
  return found;
}

/** Whether an optimiser changed it at some time. */
function hasLearnt(traced: Traced, node: number): boolean {
  return optimisersOf(traced).some(({ parameters }) =>
    parameters.some((each) => each.node === node && each.update > 0),
  );
}

function report(traced: Traced, frozen: readonly (readonly [number, Site | null])[]): Trouble {
  const [first, site] = frozen[0] as readonly [number, Site | null];
  const names = [
    ...new Set(frozen.map(([node]) => layerOf(traced, node)?.path ?? parameterName(traced, node))),
  ];
  return {
    ...said(
      `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""} ${names.length === 1 ? "is" : "are"} frozen with ${frozen.length === 1 ? "its" : "their"} random start: ${showTimes(frozen.length, "parameter")} of the optimiser ${frozen.length === 1 ? "takes" : "take"} no gradient.`,
      "Nothing was loaded into it, and no step has ever changed it.",
    ),
    site: site ?? traced.nodes[first]?.site ?? null,
    node: first,
    evidence: { parameters: frozen.length, first: parameterName(traced, first) },
    related: names.slice(0, 8).flatMap((name) => {
      const scope = traced.scopes.find(({ path }) => path === name);
      return beside(scope?.site ?? null, `${name} stays random`);
    }),
    fixes: [
      {
        title: "Let it learn: leave requiresGrad = false out",
        detail: "The parameter then takes part in the training.",
        ...(site === null ? {} : { remedies: [{ change: "remove", at: site }] }),
      },
    ],
  };
}
