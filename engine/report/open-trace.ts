/** A trace as a report: what panels, editor and command line read. All of it is computed from the trace. */
import { bindingsOf } from "./bindings";
import { IS_LEAF, IS_WEIGHT, nameModules, nameTensors, TAKES_GRADIENT } from "./names";
import { type NodeKind, REPORT_VERSION, type Report, type ReportNode, type Site, type Stats } from "./report";
import type { Tables } from "./schema";
import { scopesOf, type Weight } from "./scopes";
import { type Steps, startsOf, stepsOf } from "./steps";
import { at, rowAt, type Trace } from "./trace";

/** What all nodes of a report share. */
interface Shared {
  readonly trace: Trace;
  steps(): Steps;
  readonly starts: Uint32Array;
  /** Row of each node's gradient + 1; 0 for none. */
  readonly gradients: Uint32Array;
  /** Elements of single numbers that are not finite. */
  singles(): ReadonlyMap<string, number>;
  site(row: number | null): Site | null;
  nameOf(node: number): string | null;
  isInModule(node: number): boolean;
  scopeOf(node: number): number;
}

/** A node that reads its columns when it is asked. */
class TraceNode implements ReportNode {
  readonly #shared: Shared;
  #name: string | null | undefined;

  constructor(
    readonly id: number,
    shared: Shared,
  ) {
    this.#shared = shared;
  }

  get #nodes(): Tables["nodes"] {
    return this.#shared.trace.tables.nodes;
  }

  #operation(column: keyof Tables["operations"]): string | null {
    const { texts, tables } = this.#shared.trace;
    const row = rowAt(this.#nodes.operation, this.id);
    return row === null ? null : (texts[at(tables.operations[column], row)] ?? "");
  }

  get kind(): NodeKind {
    const { id } = this;
    if (at(this.#nodes.operation, id) > 0) return "operation";
    // Weights take gradients; data has a name or more than one element; the rest are numbers in the text.
    if (this.requiresGrad && at(this.#nodes.flags, id) & IS_LEAF) return "parameter";
    const isData = !this.#shared.isInModule(id) && (this.name !== null || this.value.size > 1);
    return isData ? "input" : "constant";
  }

  get op(): string {
    return this.#operation("name") ?? this.kind;
  }

  get name(): string | null {
    if (this.#name === undefined) this.#name = this.#shared.nameOf(this.id);
    return this.#name;
  }

  get scope(): number {
    return this.#shared.scopeOf(this.id);
  }

  get inputs(): readonly number[] {
    const { starts, trace } = this.#shared;
    const { input } = trace.tables.edges;
    const first = at(starts, this.id);
    return Array.from({ length: at(starts, this.id + 1) - first }, (_, i) => at(input, first + i));
  }

  get shape(): readonly number[] {
    return this.#shared.trace.shapes[at(this.#nodes.shape, this.id)] ?? [];
  }

  get dtype(): string {
    return this.#shared.trace.texts[at(this.#nodes.dtype, this.id)] ?? "";
  }

  get site(): Site | null {
    return this.#shared.site(rowAt(this.#nodes.site, this.id));
  }

  get label(): string {
    return this.#operation("label") ?? "";
  }

  get formula(): string {
    return this.#operation("formula") ?? "";
  }

  get role(): string {
    return this.#operation("role") ?? "";
  }

  get requiresGrad(): boolean {
    return (at(this.#nodes.flags, this.id) & TAKES_GRADIENT) !== 0;
  }

  get value(): Stats {
    return this.#stats(this.#nodes, this.id, 0);
  }

  get grad(): Stats | null {
    const row = rowAt(this.#shared.gradients, this.id);
    return row === null ? null : this.#stats(this.#shared.trace.tables.gradients, row, 1);
  }

  get gain(): number | null {
    return this.#shared.steps().gain(this.id);
  }

  #stats(columns: Measured, row: number, of: number): Stats {
    const size = sizeOf(this.shape);
    const stats: Stats = {
      size,
      min: at(columns.min, row),
      max: at(columns.max, row),
      mean: at(columns.mean, row),
      std: at(columns.std, row),
      norm: at(columns.norm, row),
      zeros: at(columns.zeros, row),
      nonFinite: at(columns.nonFinite, row),
    };
    if (size !== 1) return stats;
    return { ...stats, item: this.#shared.singles().get(`${this.id} ${of}`) ?? stats.min };
  }
}

type Measured = Omit<Tables["gradients"], "node">;

function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** A value that is computed when it is first asked for. */
function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

/** The report of a trace. Names, layers and bindings are found when they are first asked for. */
export function openTrace(trace: Trace): Report {
  const { head, tables } = trace;
  const sites = once(() => sitesOf(trace));
  const site = (row: number | null) => (row === null ? null : (sites()[row] ?? null));
  const names = once(() => {
    const modules = nameModules(trace);
    return { modules, ...nameTensors(trace, modules) };
  });
  const shared: Shared = {
    trace,
    steps: once(() => stepsOf(trace)),
    starts: startsOf(tables.nodes.inputs),
    gradients: rowsByNode(tables),
    singles: once(() => singlesOf(tables)),
    site,
    nameOf: (node) => names().nameOf(node),
    isInModule: (node) => names().fields.has(node),
    scopeOf: (node) => {
      const call = rowAt(tables.nodes.call, node);
      return scopes().indexOf(
        call === null ? names().fields.get(node)?.owner : at(tables.calls.module, call),
      );
    },
  };
  const scopes = once(() => {
    const { modules, fields } = names();
    return scopesOf(trace, { modules, fields, weights: weightsOf(trace, shared), site });
  });
  const nodes = once(() =>
    Array.from({ length: tables.nodes.operation.length }, (_, id) => new TraceNode(id, shared)),
  );
  const bindings = once(() => bindingsOf(trace, (row) => sites()[row] as Site));
  const { loss, version: _, ...rest } = head;
  return {
    version: REPORT_VERSION,
    ...rest,
    loss: loss && { ...loss, site: site(loss.site) },
    get nodes() {
      return nodes();
    },
    get parameters() {
      return scopes().parameters;
    },
    get scopes() {
      return scopes().scopes;
    },
    get bindings() {
      return bindings();
    },
  };
}

/** Leaves that take gradients. */
function weightsOf({ shapes, tables }: Trace, { gradients, nameOf }: Shared): Weight[] {
  const { flags, shape: shapeRows } = tables.nodes;
  const { norm, nonFinite } = tables.gradients;
  const weights: Weight[] = [];
  for (let node = 0; node < flags.length; node++) {
    if (at(flags, node) !== IS_WEIGHT) continue;
    const shape = shapes[at(shapeRows, node)] ?? [];
    const row = rowAt(gradients, node);
    const isWhole = row !== null && at(nonFinite, row) === 0;
    const gradNorm = row === null ? null : isWhole ? at(norm, row) : Number.NaN;
    weights.push({ node, name: nameOf(node) ?? `parameter ${node}`, shape, size: sizeOf(shape), gradNorm });
  }
  return weights;
}

function sitesOf({ texts, tables }: Trace): Site[] {
  const { file, line, column, endLine, endColumn } = tables.sites;
  return Array.from({ length: line.length }, (_, row) => ({
    file: texts[at(file, row)] ?? "",
    line: at(line, row),
    column: at(column, row),
    endLine: at(endLine, row),
    endColumn: at(endColumn, row),
  }));
}

function rowsByNode({ nodes, gradients }: Tables): Uint32Array {
  const rows = new Uint32Array(nodes.operation.length);
  for (let row = 0; row < gradients.node.length; row++) rows[at(gradients.node, row)] = row + 1;
  return rows;
}

function singlesOf({ singles }: Tables): Map<string, number> {
  const found = new Map<string, number>();
  for (let row = 0; row < singles.node.length; row++)
    found.set(`${at(singles.node, row)} ${at(singles.of, row)}`, at(singles.element, row));
  return found;
}
