/** Where a layer of a report is: its line, and a node that stands for it. */
import type { Report, Site } from "./report";

export interface LayerPlace {
  /** The class; "" for what belongs to no layer. */
  readonly type: string;
  /** Whether it has parameters of its own. */
  readonly hasWeights: boolean;
  /** Where it was made, or the line of its first node; null where neither is known. */
  readonly site: Site | null;
  /** Its first parameter, or what comes first of what got a gradient; null where there is neither. */
  readonly node: number | null;
}

type Subject = Pick<Report, "scopes" | "parameters" | "nodes">;

/** @param path "net.fc1"; "" for what belongs to no layer */
export function placeOfLayer({ scopes, parameters, nodes }: Subject, path: string): LayerPlace {
  const scope = scopes.findIndex((each) => each.path === path);
  const weight = parameters.find((each) => each.scope === scope)?.node;
  const node = weight ?? nodes.find((each) => each.scope === scope && each.grad !== null)?.id ?? null;
  return {
    type: scopes[scope]?.type ?? "",
    hasWeights: weight !== undefined,
    site: scopes[scope]?.site ?? (node === null ? null : (nodes[node]?.site ?? null)),
    node,
  };
}
