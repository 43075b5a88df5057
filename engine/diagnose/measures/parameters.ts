/** The parameters of a run: which of them the loss reaches, and to which model each belongs. */
import { IS_WEIGHT } from "../../report/names";
import { at } from "../../report/trace";
import { lazily } from "../lazily";
import type { Traced } from "../traced";

/** Leaves that take a gradient: those with one, and those without. */
export const parametersOf = lazily(
  (traced): { readonly reached: ReadonlySet<number>; readonly unreached: ReadonlySet<number> } => {
    const { nodes, gradients } = traced.trace.tables;
    const reached = new Set<number>();
    for (let row = 0; row < gradients.node.length; row++) {
      const node = at(gradients.node, row);
      if (at(nodes.flags, node) === IS_WEIGHT) reached.add(node);
    }
    const unreached = new Set<number>();
    for (let node = 0; node < nodes.flags.length; node++)
      if (at(nodes.flags, node) === IS_WEIGHT && !reached.has(node)) unreached.add(node);
    return { reached, unreached };
  },
);

/** The outermost layer that holds a node; 0 for none. */
export function modelOf({ nodes, scopes }: Traced, node: number): number {
  let scope = nodes[node]?.scope ?? 0;
  for (let parent = scopes[scope]?.parent ?? 0; parent > 0; parent = scopes[parent]?.parent ?? 0)
    scope = parent;
  return scope;
}

/** How a parameter is called. */
export function parameterName({ nodes }: Traced, node: number): string {
  return nodes[node]?.name ?? `the tensor of shape [${nodes[node]?.shape.join(", ") ?? ""}]`;
}

/** The layer that holds a parameter; null for a loose one. */
export function layerOf({ nodes, scopes }: Traced, node: number) {
  const scope = nodes[node]?.scope ?? 0;
  return scope > 0 ? (scopes[scope] ?? null) : null;
}
