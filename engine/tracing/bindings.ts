/** The identifiers of the source with the nodes they held, in order. */
import { shortName } from "../core/printable";
import type { Tensor } from "../core/tensor";
import type { ReportBinding } from "../report/report";
import type { Run } from "./run";

/** Iterations of a loop that are kept per identifier: the first and the last ones. */
export const MAX_ITERATIONS = 200;

export function bindingsOf(run: Run, ids: ReadonlyMap<Tensor, number>): ReportBinding[] {
  const held = new Map<string, { binding: number; part: string; nodes: number[] }>();
  for (const { binding, tensor, part } of run.tape.bindings) {
    const node = ids.get(tensor);
    if (node === undefined) continue;
    const key = `${binding}${part}`;
    const entry = held.get(key) ?? { binding, part, nodes: [] };
    entry.nodes.push(node);
    held.set(key, entry);
  }
  return [...held.values()].flatMap(({ binding, part, nodes }): ReportBinding[] => {
    const name = run.sources.binding(binding);
    return name === null
      ? []
      : [{ name: shortName(name.name + part), site: name.site, nodes: shorten(nodes) }];
  });
}

function shorten(nodes: readonly number[]): readonly number[] {
  if (nodes.length <= MAX_ITERATIONS) return nodes;
  const half = MAX_ITERATIONS / 2;
  return [...nodes.slice(0, half), ...nodes.slice(-half)];
}
