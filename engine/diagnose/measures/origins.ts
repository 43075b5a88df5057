/** Where parameters got the values from that they start with. */
import type { Site } from "../../report/report";
import { at, rowAt } from "../../report/trace";
import { lazily } from "../lazily";
import { siteInRow, type Traced } from "../traced";
import { libraryLayersOf } from "./library-layers";

export interface Origin {
  readonly site: Site | null;
  /** Whether the model's text chose the values; false for what a layer of the library draws by itself. */
  readonly isChosen: boolean;
  /** Whether a statement wrote them over those that it had. */
  readonly isWritten: boolean;
}

/** What brings values that were found before, or none at all. */
const loads: ReadonlySet<string> = new Set(["loadStateDict", "vectorToParameters", "requiresGrad"]);

/** The last write to each leaf, by row of the table of sites. */
const lastWrites = lazily(({ trace }): ReadonlyMap<number, { how: string; site: number | null }> => {
  const { node, how, site } = trace.tables.writes;
  return new Map(
    Array.from(node, (leaf, row) => [leaf, { how: trace.texts[at(how, row)] ?? "", site: rowAt(site, row) }]),
  );
});

/** The line that wrote a parameter, or that made it; the construction of the layer where nobody chose its values. */
export function originOf(traced: Traced, parameter: number): Origin {
  const node = traced.nodes[parameter];
  const scope = node && node.scope > 0 ? traced.scopes[node.scope] : undefined;
  const write = lastWrites(traced).get(parameter);
  if (write !== undefined && !loads.has(write.how))
    return { site: siteInRow(traced, write.site) ?? scope?.site ?? null, isChosen: true, isWritten: true };
  const isDrawn = scope !== undefined && libraryLayersOf(traced).has(scope.type);
  const site = isDrawn ? scope.site : (node?.site ?? scope?.site ?? null);
  return { site, isChosen: !isDrawn && write === undefined, isWritten: false };
}

/** A key that is the same for all that was made on one line. */
export function keyOfSite(site: Site | null): string {
  return site === null ? "" : `${site.file}:${site.line}:${site.column}`;
}

/** Of an operation within a recurrent layer of the library: the line that wrote its parameters, or else where it was made. */
export function recurrentOrigin(traced: Traced, node: number): Origin | null {
  const index = traced.nodes[node]?.scope ?? 0;
  const scope = traced.scopes[index];
  if (
    scope === undefined ||
    !/^(LSTM|GRU|RNN)(Cell)?$/.test(scope.type) ||
    !libraryLayersOf(traced).has(scope.type)
  )
    return null;
  const written = traced.parameters
    .filter((parameter) => parameter.scope === index)
    .map((parameter) => originOf(traced, parameter.node))
    .find(({ isChosen }) => isChosen);
  return written ?? { site: scope.site, isChosen: false, isWritten: false };
}
