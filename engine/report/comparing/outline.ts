/** What of a report an alignment looks at, read once: kinds, operations, names, edges and places, without values. */
import type { NodeKind, Report, ReportScope, Site } from "../report";

export interface Outline {
  readonly file: string;
  readonly count: number;
  readonly kinds: readonly NodeKind[];
  readonly ops: readonly string[];
  readonly names: readonly (string | null)[];
  readonly scopes: readonly number[];
  readonly inputs: readonly (readonly number[])[];
  readonly consumers: readonly (readonly number[])[];
  readonly ranks: readonly number[];
  readonly sites: readonly (Site | null)[];
  /** Layers, with the name of each within its parent. */
  readonly layers: readonly OutlineLayer[];
  /** Nodes of parameters, with the layer that holds each, and the name in it. */
  readonly weights: readonly OutlineWeight[];
  readonly loss: number | null;
}

export interface OutlineLayer extends Pick<ReportScope, "path" | "type"> {
  readonly parent: number | null;
  /** "0" for "net.hidden.0" in "net.hidden"; the whole path at the top. */
  readonly own: string;
  /** Type and shapes of the parameters that it holds itself. */
  readonly form: string;
}

export interface OutlineWeight {
  readonly node: number;
  readonly name: string;
  readonly layer: number;
  readonly own: string;
  readonly shape: readonly number[];
}

export function outlineOf(report: Report): Outline {
  const kinds: NodeKind[] = [];
  const ops: string[] = [];
  const names: (string | null)[] = [];
  const scopes: number[] = [];
  const inputs: (readonly number[])[] = [];
  const consumers: number[][] = [];
  const ranks: number[] = [];
  const sites: (Site | null)[] = [];
  let id = 0;
  for (const node of report.nodes) {
    kinds.push(node.kind);
    ops.push(node.op);
    names.push(node.name);
    scopes.push(node.scope);
    inputs.push(node.inputs);
    consumers.push([]);
    ranks.push(node.shape.length);
    sites.push(node.site);
    for (const input of node.inputs) if (input < id) consumers[input]?.push(id);
    id++;
  }
  const { layers, weights } = outlineOfLayers(report);
  const { file } = report;
  const loss = report.loss?.node ?? null;
  return {
    file,
    count: id,
    kinds,
    ops,
    names,
    scopes,
    inputs,
    consumers,
    ranks,
    sites,
    layers,
    weights,
    loss,
  };
}

/** The part of it that is read without a look at operations. */
export function outlineOfLayers(
  report: Pick<Report, "parameters" | "scopes">,
): Pick<Outline, "layers" | "weights"> {
  const weights = weightsOf(report);
  return { layers: layersOf(report, weights), weights };
}

function weightsOf({ parameters, scopes }: Pick<Report, "parameters" | "scopes">): OutlineWeight[] {
  return [...parameters].map(({ node, name, scope, shape }) => {
    return { node, name, layer: scope, own: nameWithin(name, scopes[scope]?.path ?? ""), shape };
  });
}

function layersOf({ scopes }: Pick<Report, "scopes">, weights: readonly OutlineWeight[]): OutlineLayer[] {
  const forms = [...scopes].map(({ type }) => type);
  for (const { layer, own, shape } of weights) forms[layer] += ` ${own}[${shape.join()}]`;
  return [...scopes].map(({ path, type, parent }, i) => {
    const own = nameWithin(path, parent === null ? "" : (scopes[parent]?.path ?? ""));
    return { path, type, parent, own, form: forms[i] ?? type };
  });
}

/** "0" for "net.hidden.0" in "net.hidden". */
function nameWithin(path: string, parent: string): string {
  return parent !== "" && path.startsWith(`${parent}.`) ? path.slice(parent.length + 1) : path;
}
