/** The identifiers of the source with the nodes they held, in order. */
import { shortName } from "../core/printable";
import type { ReportBinding, Site } from "./report";
import { at, type Trace } from "./trace";

/** Iterations of a loop that are kept per identifier: the first and the last ones. */
const MAX_ITERATIONS = 200;

export function bindingsOf({ texts, tables }: Trace, site: (row: number) => Site): ReportBinding[] {
  const { events, bindings } = tables;
  const held = new Map<string, { binding: number; part: number; nodes: number[] }>();
  for (let row = 0; row < events.node.length; row++) {
    const binding = at(events.binding, row);
    const part = at(events.part, row);
    const key = `${binding} ${part}`;
    const entry = held.get(key) ?? { binding, part, nodes: [] };
    entry.nodes.push(at(events.node, row));
    held.set(key, entry);
  }
  return [...held.values()].map(({ binding, part, nodes }) => ({
    name: shortName(`${texts[at(bindings.name, binding)]}${texts[part]}`),
    site: site(at(bindings.site, binding)),
    nodes: shorten(nodes),
  }));
}

function shorten(nodes: readonly number[]): readonly number[] {
  if (nodes.length <= MAX_ITERATIONS) return nodes;
  const half = MAX_ITERATIONS / 2;
  return [...nodes.slice(0, half), ...nodes.slice(-half)];
}
