/** The layers of a run as groups: a stretch of operations in the same layer is one pass through it. */
import { type OpenGroup, openGroup } from "./groups";
import type { Model, TapeColumns } from "./tape-columns";

/** The run and its layers, with all operations in them; layers within layers, as their names say. */
export function layerGroups({ scopes }: Model, tape: TapeColumns): OpenGroup[] {
  const chains = scopes.map((_, scope) => chainTo(scopes, scope));
  const groups = [openGroup({ key: "run", kind: "run", parent: -1, scope: 0 })];
  const passes = new Map<number, number>();
  /** Indices of the groups that are open, the run first. */
  const open = [0];
  for (const id of tape.operations) {
    const chain = chains[tape.scopes[id] ?? 0] ?? [];
    let shared = 1;
    while (shared < open.length && groups[open[shared] ?? 0]?.scope === chain[shared - 1]) shared += 1;
    open.length = shared;
    for (const scope of chain.slice(shared - 1)) {
      const pass = (passes.get(scope) ?? 0) + 1;
      passes.set(scope, pass);
      const parent = open.at(-1) ?? 0;
      const group = openGroup({ key: `${scopes[scope]?.path}#${pass}`, kind: "layer", parent, scope });
      group.pass = pass;
      groups[parent]?.children.push(~groups.length);
      open.push(groups.length);
      groups.push(group);
    }
    groups[open.at(-1) ?? 0]?.children.push(id);
  }
  return groups;
}

/** The layers around a scope, from the outside in, and the scope itself; without the run. */
function chainTo(scopes: Model["scopes"], scope: number): number[] {
  const chain: number[] = [];
  for (let at = scope; at > 0; at = scopes[at]?.parent ?? 0) chain.push(at);
  return chain.reverse();
}
