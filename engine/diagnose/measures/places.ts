/** Where a person finds what an operation belongs to, and what it was called with. */
import type { Remedy } from "../../report/remedy";
import type { ReportNode, Site } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import type { Traced } from "../traced";
import { numberOf } from "./chains";
import { libraryLayersOf } from "./library-layers";
import { carriesGradient } from "./wires";

/** Where the layer of the library was constructed that the operation belongs to; null for other operations. */
export function layerSite(traced: Traced, node: ReportNode): Site | null {
  const scope = node.scope > 0 ? traced.scopes[node.scope] : undefined;
  return scope !== undefined && libraryLayersOf(traced).has(scope.type) ? scope.site : null;
}

/** The line to be changed: where a layer of the library was constructed, or else the call itself. */
export function placeToChange(traced: Traced, node: ReportNode): Site | null {
  return layerSite(traced, node) ?? node.site;
}

/** Leaves an operation of one input out; nothing where the same text makes others that are to stay. */
export function leftOut(traced: Traced, node: ReportNode): Remedy[] {
  if (standsForOthers(traced, node)) return [];
  const call = layerSite(traced, node) ?? node.site;
  return call === null ? [] : [{ change: "unwrap", call }];
}

/** True when the place makes several operations behind the loss, as one in a loop does. */
function standsForOthers(traced: Traced, node: ReportNode): boolean {
  const carries = carriesGradient(traced);
  const place = JSON.stringify(placeToChange(traced, node));
  return operationsNamed(traced, new Set([node.op])).some((id) => {
    const other = traced.nodes[id];
    if (id === node.id || carries[id] !== 1 || other === undefined) return false;
    return JSON.stringify(placeToChange(traced, other)) === place;
  });
}

/** Changes data where it is made: div(…, 255). Nothing where the same call makes other data, too. */
export function changedBy(
  traced: Traced,
  node: ReportNode,
  name: "div" | "sub",
  value: number,
): { readonly text: string; readonly remedies: readonly Remedy[] } {
  const more = String(toTwoDigits(value));
  const { site } = traced.trace.tables.nodes;
  const others = traced.nodes.filter(
    (other) => other.id !== node.id && at(site, other.id) === at(site, node.id),
  );
  // Numbers in the call are no data.
  const isAlone = others.every((other) => numberOf(other) !== null || node.inputs.includes(other.id));
  const remedies: Remedy[] =
    node.site === null || !isAlone ? [] : [{ change: "wrap", expression: node.site, name, more }];
  return { text: more, remedies };
}

/** As a person would write it: 120 for 123.7. */
function toTwoDigits(value: number): number {
  const digits = 1 - Math.floor(Math.log10(Math.abs(value)));
  const unit = 10 ** Math.abs(digits);
  return digits < 0 ? Math.round(value / unit) * unit : Math.round(value * unit) / unit;
}

/** The plain attributes that an operation was called with, by name. */
export function attributesOf({ trace }: Traced, node: number): Readonly<Record<string, unknown>> {
  const { nodes, operations } = trace.tables;
  const row = rowAt(nodes.operation, node);
  const text = row === null ? "" : (trace.texts[at(operations.attributes, row)] ?? "");
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** Operations of these names, in order. */
export function operationsNamed({ trace }: Traced, names: ReadonlySet<string>): number[] {
  const { nodes, operations } = trace.tables;
  const rows = new Uint8Array(operations.name.length + 1);
  for (let row = 0; row < operations.name.length; row++)
    if (names.has(trace.texts[at(operations.name, row)] ?? "")) rows[row + 1] = 1;
  const found: number[] = [];
  for (let node = 0; node < nodes.operation.length; node++)
    if (rows[at(nodes.operation, node)] === 1) found.push(node);
  return found;
}
