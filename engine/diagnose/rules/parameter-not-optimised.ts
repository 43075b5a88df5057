/** Parameters that get a gradient and that no optimiser changes. */
import { showTimes } from "../../core/number-text";
import { at } from "../../report/trace";
import { type Optimiser, optimisersOf, trainersOf } from "../measures/optimisers";
import { layerOf, parameterName, parametersOf } from "../measures/parameters";
import { beside, defineRule, type Trouble } from "../rule";
import { said } from "../said";
import type { Traced } from "../traced";

export const parameterNotOptimised = defineRule({
  id: "parameter-not-optimised",
  title: "Parameter outside of the optimiser",
  severity: "warning",
  page: {
    meaning:
      "An optimiser changes the parameters that it was given when it was made. A layer that came later, or that parameters() does not find, is not among them.",
    harm: "The layer gets a gradient and keeps its random start, while the rest learns to live with it.",
    cure: "Make the optimiser after all layers, hold layers in fields, arrays or a ModuleList, and give the optimiser the parameters of the whole model.",
    source: "PyTorch's notes on optimisers; NeuraLint and forums know the same mistake.",
  },
  thresholds: {},
  explains: ["update-ratio", "frozen-parameter"],
  find: findOutside,
  measure: (traced) => ({ label: "parameters outside of the optimiser", value: outside(traced).length }),
});

function findOutside(traced: Traced): Trouble[] {
  const optimisers = optimisersOf(traced);
  const { reached } = parametersOf(traced);
  const main = optimisers
    .filter((each) => each.parameters.some(({ node }) => node !== null && reached.has(node)))
    .at(-1);
  const left = outside(traced);
  if (left.length === 0) return [];
  if (main !== undefined) return isInputOptimised(traced, main, left) ? [] : [report(traced, main, left)];
  const idle = optimisers.findLast(isIdle);
  return idle === undefined ? [] : [report(traced, idle, left)];
}

/** Whether it steps, and none of its parameters has ever had a gradient: those of a copy, say. */
function isIdle({ steps, parameters }: Optimiser): boolean {
  return steps > 0 && parameters.every(({ update }) => update < 0);
}

/** Whether a picture, a prompt or a code is sought with a network that stays as it is. */
function isInputOptimised(traced: Traced, { parameters }: Optimiser, left: readonly number[]): boolean {
  const isLoose = (node: number | null) => node === null || layerOf(traced, node) === null;
  return parameters.every(({ node }) => isLoose(node)) && left.every((node) => !isLoose(node));
}

/** Parameters with a gradient in no optimiser; not what was given values on purpose, or is made anew in every step. */
function outside(traced: Traced): number[] {
  const { writes, fresh } = traced.trace.tables;
  const known = new Set<number>();
  for (const { parameters } of trainersOf(traced))
    for (const { node } of parameters) if (node !== null) known.add(node);
  for (let row = 0; row < fresh.node.length; row++) known.add(at(fresh.node, row));
  const loaded = new Set<number>();
  for (let row = 0; row < writes.node.length; row++) {
    const how = traced.trace.texts[at(writes.how, row)] ?? "";
    if (!how.startsWith("init.")) loaded.add(at(writes.node, row));
  }
  return [...parametersOf(traced).reached].filter(
    (node) =>
      !known.has(node) &&
      !loaded.has(node) &&
      (traced.nodes[node]?.inputs.length ?? 0) === 0 &&
      isHeld(traced, node),
  );
}

/** Whether a layer or a variable at the top holds it: not an input of which somebody wants the gradient. */
function isHeld(traced: Traced, node: number): boolean {
  const scope = layerOf(traced, node);
  return scope !== null || (traced.nodes[node]?.shape.length ?? 0) > 0;
}

function report(traced: Traced, optimiser: Optimiser, left: readonly number[]): Trouble {
  const names = [...new Set(left.map((node) => layerOf(traced, node)?.path ?? parameterName(traced, node)))];
  const who = `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
  const sites = new Map(
    left.map((node) => [
      layerOf(traced, node)?.path ?? parameterName(traced, node),
      layerOf(traced, node)?.site ?? traced.nodes[node]?.site ?? null,
    ]),
  );
  return {
    ...said(
      `${showTimes(left.length, "parameter")} with a gradient ${left.length === 1 ? "is" : "are"} in no optimiser: ${who}.`,
      isIdle(optimiser)
        ? `This ${optimiser.type} holds ${showTimes(optimiser.parameters.length, "parameter")}, none of which had a gradient in any step; those of the loss keep the values that they began with.`
        : `This ${optimiser.type} holds ${showTimes(optimiser.parameters.length, "parameter")}; the others keep the values that they began with.`,
    ),
    site: optimiser.site,
    node: left[0] ?? null,
    evidence: { parameters: left.length, optimised: optimiser.parameters.length, first: names[0] ?? "" },
    related: [...sites].slice(0, 8).flatMap(([name, site]) => beside(site, `${name} is in no optimiser`)),
    fixes: [
      {
        title: "Give the optimiser the parameters of the whole model, after all layers are made",
        detail: "net.parameters() finds layers in fields, arrays and ModuleLists.",
      },
    ],
  };
}
