/** Makes the trace of a run: numbers its tensors, measures them, and writes down what names and gains are made of. */
import { type Node, quietly } from "../core/tape";
import { detached, type Tensor } from "../core/tensor";
import { diagnose } from "../diagnose";
import { nodeFlags } from "../report/names";
import { openTrace } from "../report/open-trace";
import type { Report } from "../report/report";
import { measure, normOf } from "../report/stats";
import { NOTHING } from "../report/steps";
import { type ReadValues, TRACE_VERSION, type Trace, type TraceHead } from "../report/trace";
import { optionalRow, TableBuilder } from "./columns";
import { modulesOf, tensorsIn } from "./modules";
import { writeNameFacts } from "./name-facts";
import { type Numbered, numberTensors } from "./numbered";
import type { Run } from "./run";
import { shownGradient } from "./shown-gradient";
import { SiteRows } from "./site-rows";

export interface Recorded {
  readonly trace: Trace;
  readonly report: Report;
  /** Tensors by node id: what answers later questions about values. */
  readonly tensors: readonly Tensor[];
  gradOf(id: number): Tensor | null;
}

/** The trace of a run, findings included. @throws nothing of the model's: it only reads what was recorded */
export function recordTrace(run: Run): Recorded {
  const modules = modulesOf(run);
  const numbered = numberTensors(run, tensorsIn(run, modules));
  const builder = new TableBuilder();
  const sites = new SiteRows(run.sources, builder);
  const rowOf = (x: Tensor) => numbered.ids.get(x) ?? null;
  const calls = writeNameFacts(run, { builder, sites, modules, rowOf });
  const gradOf = (id: number) => shownGradient(run, numbered.tensors[id] as Tensor);
  const operations = new OperationRows(builder);
  const handed = handedBack(run);
  numbered.tensors.forEach((x, id) => {
    const node = numbered.operations[id] ?? null;
    const inputs = inputsOf(x, node, numbered);
    builder.add("nodes", {
      operation: optionalRow(operations.row(x, node, numbered)),
      flags: nodeFlags(x),
      dtype: builder.text(x.dtype),
      shape: builder.shapes.row(x.shape),
      site: optionalRow(sites.call(x.site)),
      call: optionalRow(node?.scope ? (calls.get(node.scope) ?? null) : null),
      inputs: inputs.length,
      ...measured(builder, x, id, 0),
    });
    for (const [position, input] of inputs.entries()) {
      const edge = builder.add("edges", { input: numbered.ids.get(input) ?? 0 });
      const norm = handed(x, node, position, input);
      if (norm !== null) builder.add("handed", { edge, norm });
    }
    const grad = gradOf(id);
    if (grad !== null) builder.add("gradients", { node: id, ...measured(builder, grad, id, 1) });
  });
  const { list: texts } = builder.texts;
  const before: Trace = {
    head: headOf(run, numbered, sites),
    texts,
    shapes: builder.shapes.list,
    tables: builder.tables,
  };
  const report = openTrace(before);
  const values: ReadValues = (node, of) =>
    (of === "value" ? numbered.tensors[node] : gradOf(node))?.data ?? null;
  const findings = diagnose({ ...report, trace: before, values });
  const trace = { ...before, head: { ...before.head, findings } };
  return { trace, report: { ...report, findings }, tensors: numbered.tensors, gradOf };
}

function headOf(run: Run, { ids, omitted }: Numbered, sites: SiteRows): TraceHead {
  const { loss, file, device, dtype, durationMs, failure, id = "", language = "typescript" } = run;
  const node = loss === null ? undefined : ids.get(loss);
  return {
    version: TRACE_VERSION,
    run: id,
    language,
    file,
    device,
    dtype,
    durationMs,
    loss:
      // What is no single number is no loss.
      loss === null || node === undefined || loss.size !== 1
        ? null
        : { value: loss.data[0] ?? Number.NaN, node, site: sites.call(loss.site) },
    omitted,
    failure,
    findings: [],
  };
}

/** The statistics of a value (0) or of a gradient (1), and the very element where it is alone and not finite. */
function measured(builder: TableBuilder, { data }: Tensor, node: number, of: 0 | 1) {
  const { size: _, ...measures } = measure(data);
  if (data.length === 1 && measures.nonFinite === 1)
    builder.add("singles", { node, of, element: data[0] as number });
  return measures;
}

/** A detached value counts as made of what it was detached from, when that is a node. */
function inputsOf(x: Tensor, node: Node | null, { ids }: Numbered): readonly Tensor[] {
  const origin = detached.get(x);
  const inputs = node?.inputs ?? (origin === undefined ? [] : [origin]);
  return inputs.filter((input) => ids.has(input));
}

const detach = { name: "detach", label: "detach x", formula: "\\bar{x} = 0", role: "stops" };

class OperationRows {
  readonly #rows = new Map<object, number>();

  constructor(private readonly builder: TableBuilder) {}

  /** Null for a leaf. */
  row(x: Tensor, node: Node | null, { ids }: Numbered): number | null {
    const origin = detached.get(x);
    if (node !== null) return this.#rowOf(node.op);
    return origin !== undefined && ids.has(origin) ? this.#rowOf(detach) : null;
  }

  #rowOf(op: typeof detach): number {
    const known = this.#rows.get(op);
    if (known !== undefined) return known;
    const { builder } = this;
    const [name, label, formula, role] = [op.name, op.label, op.formula, op.role].map((text) =>
      builder.text(text),
    );
    const row = builder.add("operations", { name, label, formula, role } as Record<
      keyof typeof detach,
      number
    >);
    this.#rows.set(op, row);
    return row;
  }
}

/**
 * The norm of what an operation hands back along an edge, where that is not the whole gradient that is shown of its input;
 * null where it is.
 */
function handedBack(run: Run) {
  const { gradients } = run;
  const uses = new Map<Tensor, number>();
  for (const node of run.tape.nodes) {
    if (!gradients?.has(node.out)) continue;
    for (const x of node.inputs) uses.set(x, (uses.get(x) ?? 0) + 1);
  }
  return (x: Tensor, node: Node | null, position: number, input: Tensor): number | null => {
    const shown = shownGradient(run, input);
    if (shown === null || shownGradient(run, x) === null) return null;
    const received = gradients?.get(x);
    if (node === null || received === undefined) return NOTHING;
    const swept = gradients?.get(input);
    // With one use, the gradient that was accumulated is what this operation handed back.
    const isOnly = uses.get(input) === 1;
    if (isOnly && swept === shown) return null;
    const part = isOnly ? (swept ?? null) : partOf(node, position, received);
    return part === null ? NOTHING : normOf(part.data);
  };
}

/** The part of the gradient that `node` hands to its input i, or null when none passes. */
function partOf(node: Node, i: number, g: Tensor): Tensor | null {
  const rule = node.inputs[i]?.requiresGrad ? node.op.vjp(i, node) : null;
  return rule === null ? null : quietly(() => rule(g, node));
}
