/** Makes the trace of a run: numbers its tensors, measures them, and writes down what names and gains are made of. */
import type { Node } from "../core/tape";
import { detached, type Tensor } from "../core/tensor";
import { diagnose, rulesOf, withoutIgnored } from "../diagnose";
import { measuresOf } from "../diagnose/measures-of";
import type { Traced } from "../diagnose/traced";
import { nodeFlags } from "../report/names";
import { openTrace } from "../report/open-trace";
import type { Report } from "../report/report";
import { type ReadValues, TRACE_VERSION, type Trace, type TraceHead } from "../report/trace";
import { optionalRow, TableBuilder } from "./columns";
import { experimentsOn } from "./experiments";
import { writeGradients, writeHandedBack, writeMeasures } from "./measure-rows";
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
  const experiments = experimentsOn(numbered, before, EXPERIMENTS_MS);
  const precision = run.diagnosis?.precision ?? null;
  const own = { trace: before, values, experiments, precision, rewrite: rewriteOf(run) };
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
