/** What stands before an activation: the operations and parameters that make its input, and which of them the text chose. */
import { IS_WEIGHT } from "../../report/names";
import type { ReportNode, Site } from "../../report/report";
import { at } from "../../report/trace";
import type { Traced } from "../traced";
import { type Optimiser, optimisersOf } from "./optimisers";
import { originOf } from "./origins";
import { parametersOf, shapeOf } from "./trunk";
import { inputsOf, rowsOf } from "./wires";

/** Operations that are looked through on the way to the weights: a layer, its bias, a normalisation, a scale, a gate. */
const DEPTH = 6;

/** The operations before a node, nearest first, up to the first ones that apply a matrix of weights. */
export function preceding(traced: Traced, node: ReportNode): ReportNode[] {
  const found: ReportNode[] = [];
  const { flags } = traced.trace.tables.nodes;
  let level = [...node.inputs];
  for (let depth = 0; depth < DEPTH && level.length > 0; depth++) {
    const here = level.flatMap((id) => traced.nodes[id] ?? []).filter(({ kind }) => kind === "operation");
    found.push(...here);
    const open = here.filter(
      (each) => !each.inputs.some((id) => at(flags, id) === IS_WEIGHT && shapeOf(traced, id).length > 1),
    );
    level = [...new Set(open.flatMap(({ inputs }) => inputs))].slice(0, 8);
  }
  return found;
}

/** Parameters that the operations before a node use, each once. */
export function parametersBefore(traced: Traced, node: ReportNode): number[] {
  const all = preceding(traced, node).flatMap(({ id }) => {
    const direct = rowsOf(inputsOf(traced), id).filter(
      (input) => at(traced.trace.tables.nodes.flags, input) === IS_WEIGHT,
    );
    return [...direct, ...parametersOf(traced, id, -1)];
  });
  return [...new Set(all)];
}

/** The first of the parameters that the text chose and that fits, with the line that did. */
export function chosenAmong(
  traced: Traced,
  parameters: readonly number[],
  fits: (node: ReportNode) => boolean,
): { readonly node: ReportNode; readonly site: Site } | null {
  for (const id of parameters) {
    const node = traced.nodes[id];
    const { site, isChosen } = originOf(traced, id);
    if (isChosen && site !== null && node !== undefined && fits(node)) return { node, site };
  }
  return null;
}

/** The optimiser that has moved one of the parameters; null before its first step. */
export function stepperOf(traced: Traced, parameters: readonly number[]): Optimiser | null {
  const asked = new Set(parameters);
  const holds = ({ parameters: held }: Optimiser) =>
    held.some(({ node }) => node !== null && asked.has(node));
  return optimisersOf(traced).find((each) => each.steps > 0 && holds(each)) ?? null;
}
