/** Makes the trace of a run: numbers its tensors, measures them, and writes down what names and gains are made of. */
import { normOf } from "../core/norm-of";
import { type Node, quietly } from "../core/tape";
import { detached, type Tensor } from "../core/tensor";
import { diagnose, rulesOf, withoutIgnored } from "../diagnose";
import { measuresOf } from "../diagnose/measures-of";
import type { Traced } from "../diagnose/traced";
import { nodeFlags } from "../report/names";
import { openTrace } from "../report/open-trace";
import type { Report } from "../report/report";
import { measure } from "../report/stats";
import { NOTHING } from "../report/steps";
import { type ReadValues, TRACE_VERSION, type Trace, type TraceHead } from "../report/trace";
import { optionalRow, TableBuilder } from "./columns";
import { experimentsOn } from "./experiments";
import { modulesOf, tensorsIn } from "./modules";
import { writeNameFacts } from "./name-facts";
import { type Numbered, numberTensors } from "./numbered";
import { OperationRows } from "./operation-rows";
import { writeProvenance } from "./provenance-rows";
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

/** What the diagnosis may take for trying things out, in milliseconds. */
const EXPERIMENTS_MS = 500;

/** The trace of a run, findings included. @throws nothing of the model's: it only reads what was recorded */
export function recordTrace(run: Run): Recorded {
  const modules = modulesOf(run);
  const numbered = numberTensors(run, tensorsIn(run, modules));
  const { tensors, ids } = numbered;
  const grads = tensors.map((x) => shownGradient(run, x));
  const builder = new TableBuilder();
  const sites = new SiteRows(run.sources, builder);
  const rowOf = (x: Tensor) => ids.get(x) ?? null;
  const calls = writeNameFacts(run, { builder, sites, modules, rowOf });
  writeNodes(numbered, builder, sites, calls);
  writeGradients(grads, builder);
  writeHandedBack(run, numbered, grads, builder);
  writeProvenance(run, numbered, builder, sites);
  const { list: texts } = builder.texts;
  const head = headOf(run, numbered, sites);
  const before: Trace = { head, texts, shapes: builder.shapes.list, tables: builder.tables };
  const values: ReadValues = (node, of) => (of === "value" ? tensors[node] : grads[node])?.data ?? null;
  const experiments = experimentsOn(numbered, run.loss, EXPERIMENTS_MS);
  const own = { trace: before, values, experiments, rewrite: rewriteOf(run) };
  const traced: Traced = Object.assign(openTrace(before), own);
  const comments = run.sources.ignores?.() ?? [];
  const found = diagnose(traced, run.diagnosis);
  const { diagnosis, failure } = run;
  const { findings, ignored } = withoutIgnored(found, comments, { diagnosis, isWhole: failure === null });
  const measures = measuresOf(traced, [...findings.map(({ rule }) => rule), ...(run.measures ?? [])]);
  const lookedFor = rulesOf(run.diagnosis).map(({ title }) => title);
  const trace = { ...before, head: { ...head, findings, ignored, measures, lookedFor } };
  return { trace, report: openTrace(trace), tensors, gradOf: (id) => grads[id] ?? null };
}

function rewriteOf({ sources }: Run): Traced["rewrite"] {
  return sources.edits === undefined ? null : (remedies) => sources.edits?.(remedies) ?? null;
}

function writeNodes(
  numbered: Numbered,
  builder: TableBuilder,
  sites: SiteRows,
  calls: ReadonlyMap<object, number>,
): void {
  const { tensors, operations, ids } = numbered;
  const nodes = builder.columns("nodes");
  const { input } = builder.columns("edges");
  const rows = new OperationRows(builder);
  tensors.forEach((x, id) => {
    const node = operations[id] ?? null;
    const inputs = inputsOf(x, node, numbered);
    nodes.operation.push(optionalRow(rows.row(x, node, numbered)));
    nodes.flags.push(nodeFlags(x));
    nodes.dtype.push(builder.text(x.dtype));
    nodes.shape.push(builder.shapes.row(x.shape));
    nodes.site.push(optionalRow(sites.call(x.site)));
    nodes.call.push(optionalRow(node?.scope ? calls.get(node.scope) : null));
    nodes.inputs.push(inputs.length);
    for (const each of inputs) input.push(ids.get(each) ?? 0);
    writeMeasures(nodes, x, builder, id, 0);
  });
}

function writeGradients(grads: readonly (Tensor | null)[], builder: TableBuilder): void {
  const gradients = builder.columns("gradients");
  grads.forEach((grad, id) => {
    if (grad === null) return;
    gradients.node.push(id);
    writeMeasures(gradients, grad, builder, id, 1);
  });
}

type Measures = Record<"min" | "max" | "mean" | "std" | "norm" | "zeros" | "nonFinite", number[]>;

/** The statistics of a value (0) or of a gradient (1), and the very element where it is alone and not finite. */
function writeMeasures(to: Measures, { data }: Tensor, builder: TableBuilder, node: number, of: 0 | 1): void {
  const { min, max, mean, std, norm, zeros, nonFinite } = measure(data);
  to.min.push(min);
  to.max.push(max);
  to.mean.push(mean);
  to.std.push(std);
  to.norm.push(norm);
  to.zeros.push(zeros);
  to.nonFinite.push(nonFinite);
  if (data.length === 1 && nonFinite === 1) builder.add("singles", { node, of, element: data[0] as number });
}

/** What operations hand back along their edges, where that is not the whole gradient that is shown of an input. */
function writeHandedBack(
  run: Run,
  { tensors, operations, ids }: Numbered,
  grads: readonly (Tensor | null)[],
  builder: TableBuilder,
): void {
  const { gradients } = run;
  const uses = new Uint32Array(tensors.length);
  for (const node of run.tape.nodes) {
    if (!gradients?.has(node.out)) continue;
    for (const x of node.inputs) {
      const id = ids.get(x);
      if (id !== undefined) uses[id] = (uses[id] as number) + 1;
    }
  }
  const { input } = builder.columns("edges");
  const counts = builder.columns("nodes").inputs;
  let edge = 0;
  tensors.forEach((x, id) => {
    const received = gradients?.get(x);
    const node = operations[id] ?? null;
    for (let position = 0; position < (counts[id] as number); position++, edge++) {
      const from = input[edge] as number;
      const shown = grads[from] ?? null;
      if (shown === null || grads[id] === null) continue;
      const swept = gradients?.get(tensors[from] as Tensor) ?? null;
      // With one use, the gradient that was accumulated is what this operation handed back.
      const isOnly = uses[from] === 1 && node !== null && received !== undefined;
      if (isOnly && swept === shown) continue;
      const noted = node && !isOnly ? (run.handed?.of(node, position) ?? null) : null;
      if (noted === null) {
        const part = isOnly ? swept : node && received ? partOf(node, position, received) : null;
        builder.add("handed", { edge, norm: part === null ? NOTHING : normOf(part.data) });
      } else builder.add("handed", { edge, norm: noted });
    }
  });
}

/** The part of the gradient that `node` hands to its input i, or null when none passes. */
function partOf(node: Node, i: number, g: Tensor): Tensor | null {
  const rule = node.inputs[i]?.requiresGrad ? node.op.vjp(i, node) : null;
  return rule === null ? null : quietly(() => rule(g, node));
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
    measures: [],
  };
}

/** A detached value counts as made of what it was detached from, when that is a node. */
function inputsOf(x: Tensor, node: Node | null, { ids }: Numbered): readonly Tensor[] {
  const origin = detached.get(x);
  const inputs = node?.inputs ?? (origin === undefined ? [] : [origin]);
  return inputs.filter((input) => ids.has(input));
}
