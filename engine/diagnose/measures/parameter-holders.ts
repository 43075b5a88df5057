/** Where a person finds a layer, and how it is called. */
import type { Site } from "../../report/report";
import type { Traced } from "../traced";

/** The layer that holds a parameter: its path and where it was constructed; of a loose parameter its name and its place. */
export function parameterHolder(
  { nodes, scopes }: Traced,
  parameter: number,
): { name: string; site: Site | null } {
  const leaf = nodes[parameter];
  const scope = leaf !== undefined && leaf.scope > 0 ? scopes[leaf.scope] : undefined;
  return { name: scope?.path ?? leaf?.name ?? "a weight", site: scope?.site ?? leaf?.site ?? null };
}
