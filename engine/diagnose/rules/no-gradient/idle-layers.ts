/** Layers of a model that hold parameters and that nothing ran through. */

import { showTimes } from "../../../core/number-text";
import type { ReportScope } from "../../../report/report";
import { at } from "../../../report/trace";
import { isHeldWith, optimisersOf } from "../../measures/optimisers";
import { layerOf, modelOf, parametersOf } from "../../measures/parameters";
import { shapeOf } from "../../measures/trunk";
import { rowsOf, usersOf } from "../../measures/wires";
import { beside, type Trouble } from "../../rule";
import { said } from "../../said";
import type { Traced } from "../../traced";

/**
 * Layers that were never called, in a model that the loss reaches; not one of several of a kind, such as an idle expert.
 * @param explained what any parameters without a gradient explain
 */
export function idleLayers(traced: Traced, explained: readonly string[]): Trouble[] {
  const { reached, unreached } = parametersOf(traced);
  if (reached.size === 0) return [];
  const models = new Set([...reached].map((node) => modelOf(traced, node)));
  const used = usedScopes(traced);
  const idle = new Map<number, { readonly scope: ReportScope; readonly nodes: number[] }>();
  for (const node of unreached) {
    const index = traced.nodes[node]?.scope ?? 0;
    const scope = layerOf(traced, node);
    if (scope === null || used.has(index) || !models.has(modelOf(traced, node))) continue;
    if (isMeant(traced, node, scope, used)) continue;
    const known = idle.get(index);
    if (known === undefined) idle.set(index, { scope, nodes: [node] });
    else known.nodes.push(node);
  }
  if (idle.size === 0) return [];
  const found = report([...idle.values()]);
  const isCopied = [...idle.values()].some(({ scope }) => standsIn(traced, scope));
  return [isCopied ? { ...found, explains: [...explained, ...ofRepeats] } : found];
}

/** Scopes in which something ran, and those above them. */
function usedScopes(traced: Traced): ReadonlySet<number> {
  const used = new Set<number>();
  const { nodes } = traced.trace.tables;
  for (const { id, scope } of traced.nodes) {
    if (at(nodes.operation, id) === 0 || used.has(scope)) continue;
    for (let each: number | null = scope; each !== null; each = traced.scopes[each]?.parent ?? null)
      used.add(each);
  }
  for (const node of parametersOf(traced).reached) used.add(traced.nodes[node]?.scope ?? 0);
  return used;
}

function isMeant(traced: Traced, node: number, scope: ReportScope, used: ReadonlySet<number>): boolean {
  const { reached } = parametersOf(traced);
  const optimisers = optimisersOf(traced);
  if (optimisers.length > 0 && !isHeldWith(traced, node, (each) => reached.has(each))) return true;
  // It learnt in other steps: this loss is one of several.
  if (optimisers.some(({ parameters }) => parameters.some((each) => each.node === node && each.update >= 0)))
    return true;
  // Above it: an expert of several, or a block of a list that is used in part.
  for (let each = scope; each.parent !== null; ) {
    const { parent, type } = each;
    const index = traced.scopes.indexOf(each);
    const isOneOfSeveral = traced.scopes.some(
      (other, i) =>
        i !== index &&
        other.parent === parent &&
        other.type === type &&
        used.has(i) &&
        /\.\d+$/.test(other.path),
    );
    if (isOneOfSeveral && /\.\d+$/.test(each.path)) return true;
    const above = traced.scopes[parent];
    if (above === undefined || parent === 0) return false;
    each = above;
  }
  return false;
}

/** What a layer does to signals that is applied again and again. */
const ofRepeats = ["dead-units", "saturation", "activation-scale", "exploding-gradient", "initialisation"];

/** Whether a layer of the same class beside it is applied several times: one that was copied with its name. */
function standsIn(traced: Traced, idle: ReportScope): boolean {
  const users = usersOf(traced);
  return traced.parameters.some(({ node, scope }) => {
    const { parent, type } = traced.scopes[scope] ?? idle;
    const isBeside = parent === idle.parent && type === idle.type;
    return isBeside && shapeOf(traced, node).length > 1 && rowsOf(users, node).length > 1;
  });
}

function report(
  idle: readonly { readonly scope: ReportScope; readonly nodes: readonly number[] }[],
): Trouble {
  const [first, ...others] = idle as [(typeof idle)[number], ...(typeof idle)[number][]];
  const count = idle.reduce((sum, { nodes }) => sum + nodes.length, 0);
  return {
    severity: "warning",
    ...said(
      `${first.scope.path}${others.length > 0 ? ` and ${showTimes(others.length, "other layer")}` : ""} never ran: the loss does not reach its ${showTimes(count, "parameter")}.`,
      "The layer was made and its model holds it, but forward does not call it.",
    ),
    site: first.scope.site,
    node: first.nodes[0] ?? null,
    evidence: { cut: "never called", layers: idle.length, parameters: count, first: first.scope.path },
    related: others.slice(0, 8).flatMap(({ scope }) => beside(scope.site, `${scope.path}: never ran`)),
    fixes: [
      { title: "Call the layer in forward, or leave it out", detail: "What does not run does not learn." },
    ],
  };
}
